//! The sum, average, minimum and maximum of numbers.

use pocket_plugin_sdk::{Example, JSONSchema, NodeMetadata, PluginNode, json};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Input {
    numbers: Vec<f64>,
}

#[derive(Serialize)]
struct Output {
    sum: f64,
    average: f64,
    min: f64,
    max: f64,
}

struct StatisticsNode;

impl PluginNode for StatisticsNode {
    type Input = Input;
    type Output = Output;

    fn exec(&self, input: Input) -> Result<Output, String> {
        if input.numbers.is_empty() {
            return Err("Input array is empty".to_string());
        }

        let sum: f64 = input.numbers.iter().sum();
        let average = sum / input.numbers.len() as f64;
        let min = input.numbers.iter().fold(f64::INFINITY, |a, &b| a.min(b));
        let max = input
            .numbers
            .iter()
            .fold(f64::NEG_INFINITY, |a, &b| a.max(b));

        Ok(Output {
            sum,
            average,
            min,
            max,
        })
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "statistics".to_string(),
            category: "math".to_string(),
            description: "Calculate statistics from number arrays".to_string(),
            config_schema: JSONSchema::default(),
            input_schema: json!({
                "type": "object",
                "properties": {"numbers": {"type": "array", "items": {"type": "number"}}},
                "required": ["numbers"],
            })
            .into(),
            examples: vec![Example {
                name: "Four measurements".to_string(),
                config: json!({}),
                input: json!({"numbers": [1, 2, 3, 4]}),
                output: json!({"sum": 10.0, "average": 2.5, "min": 1.0, "max": 4.0}),
            }],
            ..Default::default()
        }
    }
}

// Export the plugin
pocket_plugin_sdk::export_plugin!(StatisticsNode);
