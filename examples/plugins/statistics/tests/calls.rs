//! The plugin as the host sees it, without WebAssembly.

use pocket_plugin_sdk::{Value, json};

fn ask(function: &str, input: &Value) -> Value {
    let request = json!({"node": "statistics", "function": function, "config": {}, "input": input,
                         "prepResult": input, "execResult": null});
    let mut response = Vec::new();
    statistics::pocket_plugin(request.to_string().as_bytes(), &mut response);
    String::from_utf8(response).unwrap().parse().unwrap()
}

#[test]
fn every_example_of_the_metadata_is_true() {
    let metadata = ask("metadata", &Value::Null);
    let examples = metadata["output"]["nodes"][0]["examples"]
        .as_array()
        .unwrap();
    assert!(!examples.is_empty());
    for example in examples {
        assert_eq!(ask("run", &example["input"])["output"], example["output"]);
        assert_eq!(ask("exec", &example["input"])["output"], example["output"]);
    }
}

#[test]
fn no_numbers_are_an_error() {
    let answer = json!({"success": false, "error": "Input array is empty"});
    assert_eq!(ask("run", &json!({"numbers": []})), answer);
}

#[test]
fn a_missing_field_is_named() {
    let answer = ask("run", &json!({}));
    assert_eq!(answer["success"], false);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("missing field `numbers`")
    );
}

#[test]
fn a_sum_beyond_all_numbers_is_an_error() {
    let answer = ask("run", &json!({"numbers": [1e308, 1e308]}));
    assert_eq!(answer["error"], "output.sum is inf, which JSON cannot hold");
}
