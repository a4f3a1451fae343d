//! What a plugin asks its host for, against the host of `testing`.
#![allow(clippy::unwrap_used)]

use pocket_plugin_sdk::http::{self, Request, Response};
use pocket_plugin_sdk::{
    Context, ErrorCode, HostError, NodeMetadata, PluginNode, Value, env, json, store, testing,
};

/// Fetches a page once, and then has it in its store.
struct Page;

impl PluginNode for Page {
    type Input = String;
    type Output = String;

    fn exec_with(&self, url: String, _: &Context<'_>) -> Result<String, String> {
        if let Some(page) = store::get(&url)? {
            return Ok(page);
        }
        let token = env::var("TOKEN").ok_or("TOKEN is not set")?;
        let response = http::get(&url).header("authorization", token).send()?;
        store::set(&url, &response.text())?;
        Ok(response.text())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "page".to_owned(),
            ..Default::default()
        }
    }
}

pocket_plugin_sdk::export_plugin!(Page);

fn run(url: &str) -> Value {
    let request = json!({"node": "page", "function": "run", "input": url}).to_string();
    let mut response = Vec::new();
    pocket_plugin(request.as_bytes(), &mut response);
    serde_json::from_slice(&response).unwrap()
}

fn echo(request: &Request) -> Response {
    let body = request.body.clone().unwrap_or_default();
    Response::new(200, body).with_header("X-Method", &request.method)
}

#[test]
fn a_node_fetches_once_and_remembers() {
    testing::set_env("TOKEN", "secret");
    let mut asked = 0;
    testing::on_http(move |request| {
        asked += 1;
        let token = &request.headers[0].1;
        Ok(Response::new(
            200,
            format!("{asked} {token} {}", request.url),
        ))
    });
    for _ in 0..2 {
        assert_eq!(
            run("https://a.example/")["output"],
            "1 secret https://a.example/"
        );
    }
    assert_eq!(store::keys("").unwrap(), ["https://a.example/"]);
}

#[test]
fn a_refusal_is_the_error_of_the_call_with_its_code() {
    testing::refuse(
        "store.get",
        ErrorCode::PermissionDenied,
        "no permissions.store",
    );
    assert_eq!(
        run("https://a.example/"),
        json!({"success": false, "error": "permission-denied: store.get: no permissions.store"})
    );
}

#[test]
fn any_body_arrives_as_it_is_and_comes_back() {
    testing::on_http(|request| Ok(echo(request)));
    for body in [&b""[..], "é".as_bytes(), &[0xff, 0, 0x80], &[0x80; 10_000]] {
        let response = http::post("https://a.example/").body(body).send().unwrap();
        assert_eq!(response.body, body);
        assert_eq!(response.header("x-method"), Some("POST"));
        assert_eq!(response.url, "https://a.example/");
        assert!(response.is_ok());
    }
}

#[test]
fn a_json_body_says_that_it_is_json() {
    testing::on_http(|request| {
        assert_eq!(
            request.headers,
            [("content-type".to_owned(), "application/json".to_owned())]
        );
        Ok(echo(request))
    });
    let request = http::request("PUT", "https://a.example/").json(&json!({"a": [1]}));
    let response = request.unwrap().send().unwrap();
    assert_eq!(response.parse::<Value>().unwrap(), json!({"a": [1]}));
    assert!(
        response
            .parse::<u8>()
            .unwrap_err()
            .starts_with("https://a.example/: ")
    );
}

#[test]
fn a_status_of_failure_is_a_response() {
    testing::on_http(|_| Ok(Response::new(404, "gone")));
    let response = http::get("https://a.example/").send().unwrap();
    assert_eq!((response.status, response.is_ok()), (404, false));
}

#[test]
fn a_request_that_nothing_answers_is_unavailable() {
    let error = http::get("https://a.example/").send().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(error.message.contains("https://a.example/"), "{error}");
}

#[test]
fn the_host_may_fail_a_request() {
    testing::on_http(|_| Err(HostError::new(ErrorCode::Timeout, "late")));
    let error = http::get("https://a.example/").send().unwrap_err();
    assert_eq!(error.to_string(), "timeout: http.request: late");
}

#[test]
fn what_was_stored_is_there_until_it_is_deleted() {
    assert_eq!(store::get::<Value>("k").unwrap(), None);
    store::set("k", &json!({"a": [null, "é"]})).unwrap();
    assert_eq!(
        store::get::<Value>("k").unwrap(),
        Some(json!({"a": [null, "é"]}))
    );
    assert!(store::delete("k").unwrap());
    assert!(!store::delete("k").unwrap());
    assert_eq!(store::get::<Value>("k").unwrap(), None);
}

#[test]
fn a_value_of_another_type_is_unexpected() {
    store::set("k", "text").unwrap();
    let error = store::get::<u64>("k").unwrap_err();
    assert_eq!(error.code, ErrorCode::Unexpected);
    assert!(
        error.message.starts_with("store.get: invalid type"),
        "{error}"
    );
}

#[test]
fn all_keys_of_a_prefix_are_listed_however_many() {
    for i in 0..2001 {
        store::set(&format!("a{i:04}"), &i).unwrap();
    }
    store::set("b", &0).unwrap();
    let keys = store::keys("a").unwrap();
    assert_eq!(
        (keys.len(), &*keys[0], &*keys[2000]),
        (2001, "a0000", "a2000")
    );
    assert_eq!(store::keys_after("a", "a1998", 1).unwrap(), ["a1999"]);
}

#[test]
fn the_environment_is_that_of_the_process_and_of_the_test() {
    testing::set_env("POCKET_TEST_KEY", "a=b");
    assert_eq!(env::var("POCKET_TEST_KEY").as_deref(), Some("a=b"));
    assert_eq!(env::var("PATH"), std::env::var("PATH").ok());
    assert_eq!(env::var("POCKET_TEST_NONE"), None);
}

#[test]
fn reset_forgets_everything() {
    store::set("k", &1).unwrap();
    testing::set_env("POCKET_TEST_KEY", "x");
    testing::refuse("store.get", ErrorCode::Timeout, "");
    testing::reset();
    assert_eq!(store::get::<u8>("k").unwrap(), None);
    assert_eq!(env::var("POCKET_TEST_KEY"), None);
}
