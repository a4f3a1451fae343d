//! Says a text louder.

use pocket_plugin_sdk::{Context, Example, NodeMetadata, PluginNode, json};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Input {
    text: String,
}

#[derive(Serialize)]
struct Output {
    text: String,
}

#[derive(Deserialize)]
struct Config {
    marks: usize,
}

struct Shout;

impl PluginNode for Shout {
    type Input = Input;
    type Output = Output;

    fn exec_with(&self, input: Input, context: &Context) -> Result<Output, String> {
        let config: Config = context.config()?;
        // An `Err` becomes the error of the call.
        if input.text.is_empty() {
            return Err("there is nothing to shout".to_string());
        }
        Ok(Output {
            text: input.text.to_uppercase() + &"!".repeat(config.marks),
        })
    }

    fn metadata(&self) -> NodeMetadata {
        let text = json!({
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}},
        });
        NodeMetadata {
            node_type: "{{NAME}}".to_string(),
            category: "text".to_string(),
            description: "Says a text louder".to_string(),
            // What a workflow may write as the node's config; Pocket checks it and fills in defaults.
            config_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "marks": {
                        "type": "integer",
                        "default": 1,
                        "minimum": 0,
                        "maximum": 10,
                        "description": "Exclamation marks at the end",
                    },
                },
            })
            .into(),
            input_schema: text.clone().into(),
            output_schema: text.into(),
            // `pocket plugins test` holds the plugin to them.
            examples: vec![
                Example {
                    name: "A greeting".to_string(),
                    config: json!({"marks": 1}),
                    input: json!({"text": "hello"}),
                    output: json!({"text": "HELLO!"}),
                },
                Example {
                    name: "Much louder".to_string(),
                    config: json!({"marks": 3}),
                    input: json!({"text": "hi"}),
                    output: json!({"text": "HI!!!"}),
                },
            ],
            ..NodeMetadata::default()
        }
    }
}

pocket_plugin_sdk::export_plugin!(Shout);
