//! The nodes that can be called natively without harm.

use pocket_plugin_sdk::{Value, json};

fn ask(node: &str, function: &str) -> Value {
    let request = json!({"node": node, "function": function, "input": {"kept": [1, "two"]}});
    let mut response = Vec::new();
    hostile::pocket_plugin(request.to_string().as_bytes(), &mut response);
    String::from_utf8(response).unwrap().parse().unwrap()
}

#[test]
fn polite_gives_its_input_back() {
    let answer = json!({"success": true, "output": {"kept": [1, "two"]}});
    assert_eq!(ask("polite", "run"), answer);
}

#[test]
fn every_node_is_described() {
    let metadata = ask("", "metadata");
    let nodes = metadata["output"]["nodes"].as_array().unwrap();
    let types: Vec<_> = nodes
        .iter()
        .map(|node| node["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "memory-bomb",
            "endless-loop",
            "crash",
            "deep",
            "flood",
            "polite"
        ]
    );
}

#[test]
#[should_panic(expected = "this node always crashes")]
fn crash_panics() {
    ask("crash", "run");
}
