//! Does what a case asks it to; cases.py says what that is.

use pocket_plugin_sdk::{
    Context, ErrorCode, Example, Json, NodeMetadata, PluginNode, Post, Value, env, http, json, log,
    store, stream,
};
use serde::Deserialize;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "do")]
    deed: String,
    #[serde(default)]
    with: Value,
}

struct Deeds;

impl PluginNode for Deeds {
    type Input = Input;
    type Output = Value;

    fn exec_with(&self, Input { deed, with }: Input, context: &Context) -> Result<Value, String> {
        let text = with.as_str().unwrap_or_default();
        Ok(match deed.as_str() {
            "echo" => with,
            "add" => {
                json!(with[0].as_i64().unwrap_or_default() + with[1].as_i64().unwrap_or_default())
            }
            "fail" => return Err(text.to_owned()),
            "panic" => panic!("{text}"),
            "trap" => std::process::abort(), // the crash
            "log" => {
                for write in [log::debug, log::info, log::warn, log::error] {
                    write(text);
                }
                Value::Null
            }
            "print" => {
                println!("{text}");
                Value::Null
            }
            "env" => json!(env::var(text)),
            "http" => post(&with)?,
            "refusal" => refusal(text),
            "read" => json!(std::fs::read_to_string(text).map_err(|error| error.to_string())?),
            "write" => {
                let [path, content] =
                    ["path", "text"].map(|name| with[name].as_str().unwrap_or_default());
                std::fs::write(path, content).map_err(|error| error.to_string())?;
                Value::Null
            }
            "count" => {
                let number = store::get::<u64>(text)?.unwrap_or(0) + 1;
                store::set(text, &number)?;
                json!(number)
            }
            "keys" => json!(store::keys(text)?),
            "forget" => json!(store::delete(text)?),
            "random" => json!(random()),
            "calls" => json!(CALLS.fetch_add(1, Ordering::Relaxed) + 1),
            "config" => context.config()?,
            other => return Err(format!("there is no deed {other}")),
        })
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "deeds".to_owned(),
            category: "test".to_owned(),
            description: "Does what its input says".to_owned(),
            config_schema: json!({
                "type": "object",
                "properties": {
                    "greeting": {"type": "string", "default": "hällo"},
                    "times": {"type": "integer", "default": 2},
                },
            })
            .into(),
            examples: vec![Example {
                name: "An echo".to_owned(),
                config: json!({}),
                input: json!({"do": "echo", "with": [1]}),
                output: json!([1]),
            }],
            ..NodeMetadata::default()
        }
    }
}

fn post(with: &Value) -> Result<Value, String> {
    let [url, body] = ["url", "body"].map(|name| with[name].as_str().unwrap_or_default());
    let response = http::post(url).header("x-asked", "yes").body(body).send()?;
    Ok(json!({
        "status": response.status,
        "answered": response.header("x-answer"),
        "body": response.text(),
    }))
}

fn refusal(url: &str) -> Value {
    match http::get(url).send() {
        Err(error) if error.code == ErrorCode::PermissionDenied => json!(error.code.as_str()),
        _ => json!("another"),
    }
}

/// The keys of std's hash maps are drawn by the system.
fn random() -> String {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0).to_string()
}

struct Halve;

impl PluginNode for Halve {
    type Input = Value;
    type Output = f64;

    fn prep(&self, input: Json<'_>, _: &Context) -> Result<Option<Value>, String> {
        let text: Value = input.parse()?;
        Ok(text
            .as_str()
            .and_then(|text| text.parse::<f64>().ok())
            .map(Value::from))
    }

    fn exec(&self, input: Value) -> Result<f64, String> {
        Ok(input.as_f64().ok_or("that is no number")? / 2.0)
    }

    fn post(&self, _: Json<'_>, result: Json<'_>, _: &Context) -> Result<Post, String> {
        if result.parse::<f64>()? >= 1.0 {
            return Ok(Post::default());
        }
        Ok(Post {
            output: Some(json!("small")),
            next: "small".into(),
        })
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "halve".to_owned(),
            category: "test".to_owned(),
            description: "Halves a number, or a text of one".to_owned(),
            ..NodeMetadata::default()
        }
    }
}

struct Louder;

impl Louder {
    fn copy(error: Option<&str>) -> io::Result<usize> {
        let mut piece = vec![0; 64 << 10];
        let mut all = 0;
        loop {
            let length = stream::input().read(&mut piece)?;
            if length == 0 {
                return Ok(all);
            }
            piece[..length].make_ascii_uppercase();
            stream::output().write_all(&piece[..length])?;
            all += length;
            if let Some(error) = error {
                return Err(io::Error::other(error));
            }
        }
    }
}

impl PluginNode for Louder {
    type Input = Value;
    type Output = usize;

    fn exec(&self, error: Value) -> Result<usize, String> {
        Self::copy(error.as_str()).map_err(|error| error.to_string())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "louder".to_owned(),
            category: "test".to_owned(),
            description: "Puts a stream into upper case".to_owned(),
            stream: true,
            ..NodeMetadata::default()
        }
    }
}

pocket_plugin_sdk::export_plugin!(Deeds, Halve, Louder);
