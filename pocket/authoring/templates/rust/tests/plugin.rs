//! The plugin as Pocket sees it, without WebAssembly.

use pocket_plugin_sdk::{Value, json};

fn ask(function: &str, config: &Value, input: &Value) -> Value {
    let request = json!({
        "node": "{{NAME}}",
        "function": function,
        "config": config,
        "input": input,
    });
    let mut response = Vec::new();
    plugin::pocket_plugin(request.to_string().as_bytes(), &mut response);
    String::from_utf8(response).unwrap().parse().unwrap()
}

#[test]
fn every_example_is_what_the_plugin_gives() {
    let metadata = ask("metadata", &json!({}), &Value::Null);
    let examples = metadata["output"]["nodes"][0]["examples"]
        .as_array()
        .unwrap();
    assert!(!examples.is_empty());
    for example in examples {
        let answer = ask("run", &example["config"], &example["input"]);
        assert_eq!(answer["output"], example["output"]);
    }
}

#[test]
fn an_empty_text_is_an_error() {
    let answer = ask("run", &json!({"marks": 1}), &json!({"text": ""}));
    assert_eq!(answer["error"], "there is nothing to shout");
}
