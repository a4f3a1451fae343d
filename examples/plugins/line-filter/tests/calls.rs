//! The plugin as the host sees it, without WebAssembly.

use pocket_plugin_sdk::{Value, json, testing};

fn run(text: &str, config: &Value) -> (Value, String) {
    let request =
        json!({"node": "filter-lines", "function": "run", "config": config, "input": null});
    let mut response = Vec::new();
    testing::set_stream(text);
    line_filter::pocket_plugin(request.to_string().as_bytes(), &mut response);
    let written = String::from_utf8(testing::take_stream()).unwrap();
    (parsed(&response), written)
}

fn parsed(response: &[u8]) -> Value {
    String::from_utf8(response.to_vec())
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn lines_with_the_word_are_kept() {
    let (answer, written) = run(
        "an error\nall well\nno end of line: error",
        &json!({"contains": "error", "invert": false}),
    );
    assert_eq!(answer["output"], json!({"lines": 3, "kept": 2}));
    assert_eq!(written, "an error\nno end of line: error");
}

#[test]
fn the_other_lines_can_be_kept_instead() {
    let (_, written) = run("a\nb\n", &json!({"contains": "a", "invert": true}));
    assert_eq!(written, "b\n");
}

#[test]
fn a_call_without_a_stream_is_an_error_that_says_so() {
    let request = json!({"node": "filter-lines", "function": "run", "input": null,
                         "config": {"contains": "", "invert": false}});
    let mut response = Vec::new();
    line_filter::pocket_plugin(request.to_string().as_bytes(), &mut response);
    let answer = parsed(&response);
    assert!(answer["error"].as_str().unwrap().contains("no stream"));
}
