//! Schemas that come from types.

use pocket_plugin_sdk::{JSONSchema, json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn marks() -> u8 {
    1
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Mark {
    sign: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Exclamation marks at the end
    #[serde(default = "marks")]
    #[schemars(range(max = 10))]
    marks: u8,
    other: Option<Mark>,
}

#[test]
fn a_schema_is_what_the_type_takes_with_types_inside_written_out() {
    let schema = json!(JSONSchema::of::<Config>());
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], false);
    let marks = &schema["properties"]["marks"];
    assert_eq!(marks["type"], "integer");
    assert_eq!(marks["default"], 1);
    assert_eq!(marks["maximum"], 10);
    assert_eq!(marks["description"], "Exclamation marks at the end");
    assert!(schema.get("required").is_none());
    let text = schema.to_string();
    assert!(text.contains(r#""sign""#));
    assert!(!text.contains("$ref"), "{text}");
}

#[test]
fn an_output_always_has_the_fields_that_an_input_may_leave_out() {
    let schema = json!(JSONSchema::of_output::<Config>());
    assert_eq!(schema["required"], json!(["marks", "other"]));
}
