//! What a host sees of a plugin, request by request.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use pocket_plugin_sdk::{Context, Example, Json, NodeMetadata, PluginNode, Post, Value, json};
use serde::{Deserialize, Serialize};

fn named(node_type: &str) -> NodeMetadata {
    NodeMetadata {
        node_type: node_type.to_owned(),
        ..Default::default()
    }
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<f64>,
}

#[derive(Deserialize)]
struct Threshold {
    threshold: f64,
}

/// Sums; takes a bare list too, and sends large sums to another node.
struct Sum;

impl PluginNode for Sum {
    type Input = Numbers;
    type Output = f64;

    fn prep(&self, input: Json<'_>, _: &Context<'_>) -> Result<Option<Value>, String> {
        let input: Value = input.parse()?;
        Ok(input.is_array().then(|| json!({"numbers": input})))
    }

    fn exec(&self, input: Numbers) -> Result<f64, String> {
        Ok(input.numbers.iter().sum())
    }

    fn post(
        &self,
        prepared: Json<'_>,
        result: Json<'_>,
        context: &Context<'_>,
    ) -> Result<Post, String> {
        let sum: f64 = result.parse()?;
        if sum < context.config::<Threshold>()?.threshold {
            return Ok(Post::default());
        }
        let count = prepared.parse::<Numbers>()?.numbers.len();
        Ok(Post {
            output: Some(json!({"sum": sum, "count": count})),
            next: "large \"sum\"".into(),
        })
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            category: "math".to_owned(),
            description: "Add numbers".to_owned(),
            config_schema: json!({"type": "object"}).into(),
            examples: vec![Example {
                name: "Two".to_owned(),
                config: json!({"threshold": 9}),
                input: json!([1, 2]),
                output: json!(3.0),
            }],
            ..named("sum")
        }
    }
}

struct Fails;

impl PluginNode for Fails {
    type Input = Value;
    type Output = Value;

    fn exec(&self, _: Value) -> Result<Value, String> {
        Err("not \"today\"".to_owned())
    }

    fn metadata(&self) -> NodeMetadata {
        named("fails")
    }
}

#[derive(Serialize)]
struct Report {
    title: String,
    rows: Vec<BTreeMap<String, (u8, Option<f64>)>>,
}

/// Divides one by its input.
struct Divide;

impl PluginNode for Divide {
    type Input = f64;
    type Output = Report;

    fn exec(&self, divisor: f64) -> Result<Report, String> {
        let good = BTreeMap::from([("half".to_owned(), (0, Some(0.5)))]);
        let other = BTreeMap::from([
            ("none".to_owned(), (0, None)),
            ("one".to_owned(), (1, Some(1.0 / divisor))),
        ]);
        Ok(Report {
            title: "null".to_owned(),
            rows: vec![good, other],
        })
    }

    fn metadata(&self) -> NodeMetadata {
        named("divide")
    }
}

struct Unfinished;

impl PluginNode for Unfinished {
    type Input = Value;
    type Output = Value;

    fn metadata(&self) -> NodeMetadata {
        named("unfinished")
    }
}

pocket_plugin_sdk::export_plugin!(Sum, Fails, Divide, Unfinished);

fn send(request: &str) -> Value {
    let mut response = b"of the last call".to_vec();
    pocket_plugin(request.as_bytes(), &mut response);
    serde_json::from_slice(&response).unwrap()
}

fn run(node: &str, input: &Value) -> Value {
    let config = json!({"threshold": 10});
    let request = json!({"node": node, "function": "run", "config": config, "input": input});
    send(&request.to_string())
}

fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap()
}

#[test]
fn run_is_prep_exec_and_post() {
    assert_eq!(
        run("sum", &json!([1, 2])),
        json!({"success": true, "output": 3.0})
    );
    assert_eq!(
        run("sum", &json!({"numbers": [4]})),
        json!({"success": true, "output": 4.0})
    );
}

#[test]
fn post_may_change_the_output_and_choose_the_next_node() {
    assert_eq!(
        run("sum", &json!([4, 8])),
        json!({"success": true, "output": {"sum": 12.0, "count": 2}, "next": "large \"sum\""})
    );
}

#[test]
fn prep_exec_and_post_can_be_asked_for_one_by_one() {
    let prep = send(r#"{"node":"sum","function":"prep","config":{},"input":[4,8]}"#);
    assert_eq!(
        prep,
        json!({"success": true, "output": {"numbers": [4, 8]}})
    );

    let prep = send(r#"{"node":"sum","function":"prep","config":{},"input":{"numbers":[4]}}"#);
    assert_eq!(prep, json!({"success": true, "output": {"numbers": [4]}}));

    let exec = send(r#"{"node":"sum","function":"exec","prepResult":{"numbers":[4,8]}}"#);
    assert_eq!(exec, json!({"success": true, "output": 12.0}));

    let post = r#"{"node":"sum","function":"post","config":{"threshold":10},
                   "prepResult":{"numbers":[4,8]},"execResult":12.0}"#;
    assert_eq!(send(post)["output"], json!({"sum": 12.0, "count": 2}));

    let post = post.replace("12.0", "1.5");
    assert_eq!(send(&post), json!({"success": true, "output": 1.5}));
}

#[test]
fn an_error_keeps_its_text() {
    let answer = json!({"success": false, "error": "not \"today\""});
    assert_eq!(run("fails", &Value::Null), answer);
}

#[test]
fn a_wrong_input_or_config_is_named() {
    let answer = run("sum", &json!({"numbers": ["one"]}));
    assert_eq!(answer["success"], false);
    assert!(error(&answer).starts_with("input: invalid type: string \"one\""));

    let answer =
        send(r#"{"node":"sum","function":"run","input":[],"config":{"threshold":"high"}}"#);
    assert!(error(&answer).starts_with("config: invalid type"));

    let answer = send(r#"{"node":"sum","function":"run","input":[],"config":null}"#);
    assert!(error(&answer).starts_with("config: missing field `threshold`"));
}

#[test]
fn a_number_that_json_cannot_hold_is_an_error_with_its_place() {
    let half = run("divide", &json!(2.0));
    assert_eq!(
        half["output"]["rows"][1],
        json!({"none": [0, null], "one": [1, 0.5]})
    );

    let error = "output.rows[1].one[1] is inf, which JSON cannot hold";
    assert_eq!(
        run("divide", &json!(0.0)),
        json!({"success": false, "error": error})
    );

    let sum = run("sum", &json!([f64::MAX, f64::MAX]));
    assert_eq!(sum["error"], "output is inf, which JSON cannot hold");
}

#[test]
fn an_unknown_node_or_function_is_named() {
    assert_eq!(
        run("summ", &Value::Null)["error"],
        "the plugin has no node type 'summ'"
    );
    let answer = send(r#"{"node":"sum","function":"dance"}"#);
    assert_eq!(
        answer,
        json!({"success": false, "error": "unknown function 'dance'"})
    );
}

#[test]
fn a_node_without_exec_says_so() {
    let answer = run("unfinished", &Value::Null);
    assert_eq!(
        answer["error"],
        "the node implements neither exec nor exec_with"
    );
}

#[test]
fn what_is_not_a_request_is_an_error() {
    for request in [
        "",
        "{",
        "[]",
        "null",
        r#"{"node":"sum"}"#,
        r#"{"node":1,"function":"run"}"#,
    ] {
        let answer = send(request);
        assert_eq!(answer["success"], false, "{request}");
        assert!(error(&answer).starts_with("request: "), "{request}");
    }
}

#[test]
fn unknown_fields_and_escapes_in_a_request_do_not_matter() {
    let answer = send(
        r#"{"later":{"a":[]},"node":"\u0073um","function":"e\u0078ec","prepResult":{"numbers":[]}}"#,
    );
    assert_eq!(answer, json!({"success": true, "output": -0.0}));
}

#[test]
fn metadata_describes_every_node() {
    let answer = send(r#"{"node":"","function":"metadata"}"#);
    assert_eq!(answer["success"], true);
    let output = &answer["output"];
    assert_eq!(output["abi"], 1);
    assert_eq!(
        output["functions"],
        json!(["metadata", "run", "prep", "exec", "post"])
    );
    assert_eq!(
        output["nodes"][0],
        json!({"type": "sum", "category": "math", "description": "Add numbers",
               "configSchema": {"type": "object"}, "inputSchema": {}, "outputSchema": {},
               "examples": [{"name": "Two", "config": {"threshold": 9}, "input": [1, 2], "output": 3.0}]})
    );
    assert_eq!(output["nodes"][1]["type"], "fails");
    assert_eq!(output["nodes"].as_array().unwrap().len(), 4);
}
