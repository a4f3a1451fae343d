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

#[cfg(feature = "schemars")]
impl JSONSchema {
    /// The schema of a type that derives [`schemars::JsonSchema`], as its `Deserialize` takes it.
    ///
    /// Types within it are written out in place, since Pocket takes no references; a type that has
    /// itself inside has no schema that Pocket takes.
    #[must_use]
    pub fn of<T: schemars::JsonSchema>() -> Self {
        Self::generated::<T>(schemars::generate::Contract::Deserialize)
    }

    /// As [`of`](Self::of), as the type's `Serialize` gives it: for the schema of an output.
    #[must_use]
    pub fn of_output<T: schemars::JsonSchema>() -> Self {
        Self::generated::<T>(schemars::generate::Contract::Serialize)
    }

    fn generated<T: schemars::JsonSchema>(contract: schemars::generate::Contract) -> Self {
        let settings = schemars::generate::SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.contract = contract;
        });
        let schema = settings.into_generator().into_root_schema_for::<T>();
        Self(schema.to_value())
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
