//! How a node describes itself.

use serde::Serialize;
use serde_json::{Map, Value};

/// A JSON Schema; the default allows everything. Make one with `json!({...}).into()`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct JSONSchema(Value);

impl Default for JSONSchema {
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

impl From<Value> for JSONSchema {
    fn from(schema: Value) -> Self {
        Self(schema)
    }
}

/// What the host shows of a node type, and checks its config, input and output with.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeMetadata {
    /// The name that workflows use.
    #[serde(rename = "type")]
    pub node_type: String,
    /// The group it is listed under.
    pub category: String,
    /// One line for people.
    pub description: String,
    /// What the node's config looks like.
    pub config_schema: JSONSchema,
    /// What the node takes.
    pub input_schema: JSONSchema,
    /// What the node gives.
    pub output_schema: JSONSchema,
    /// Calls and their results.
    pub examples: Vec<Example>,
    /// Whether the node works on [streams](crate::stream), and is called with them only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
}

/// One call and its result.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Example {
    /// One line for people.
    pub name: String,
    /// The config of the call; an object.
    pub config: Value,
    /// The input of the call.
    pub input: Value,
    /// What the node answers.
    pub output: Value,
}
