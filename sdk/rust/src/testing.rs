//! A host for unit tests, where a plugin is native code. Each test has its own: it belongs to the
//! thread.
//!
//! The store is in memory, the environment is that of the process and what [`set_env`] adds, and the
//! network is what [`on_http`] says.
//!
//! ```
//! use pocket_plugin_sdk::http::{self, Response};
//! use pocket_plugin_sdk::{ErrorCode, testing};
//!
//! testing::on_http(|request| Ok(Response::new(200, format!("you asked for {}", request.url))));
//! assert_eq!(http::get("https://a.example/").send().unwrap().text(), "you asked for https://a.example/");
//!
//! testing::refuse("http.request", ErrorCode::PermissionDenied, "permissions.network");
//! assert_eq!(http::get("https://a.example/").send().unwrap_err().code, ErrorCode::PermissionDenied);
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Request, Response, WireRequest, WireResponse};
use crate::{ErrorCode, HostError};

type Http = dyn FnMut(&Request) -> Result<Response, HostError>;

#[derive(Default)]
struct Host {
    http: Option<Box<Http>>,
    env: BTreeMap<String, String>,
    store: BTreeMap<String, Value>,
    refused: BTreeMap<String, HostError>,
    streams: Option<Streams>,
}

#[derive(Default)]
struct Streams {
    unread: Vec<u8>,
    written: Vec<u8>,
}

thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    value: Value,
}

#[derive(Deserialize)]
struct Page {
    prefix: String,
    after: String,
    limit: usize,
}

/// Answer all requests to the network; without it they are `unavailable`.
///
/// An empty URL of the response is replaced by that of the request.
pub fn on_http(answer: impl FnMut(&Request) -> Result<Response, HostError> + 'static) {
    HOST.with_borrow_mut(|host| host.http = Some(Box::new(answer)));
}

/// Set a variable of the environment.
pub fn set_env(name: impl Into<String>, value: impl Into<String>) {
    HOST.with_borrow_mut(|host| host.env.insert(name.into(), value.into()));
}

/// Refuse all host calls of a name from now on: `http.request`, `store.get`, `store.set`,
/// `store.delete` or `store.keys`.
pub fn refuse(call: impl Into<String>, code: ErrorCode, message: impl Into<String>) {
    let error = HostError::new(code, message);
    HOST.with_borrow_mut(|host| host.refused.insert(call.into(), error));
}

/// Give the node a stream to read, and one to write.
pub fn set_stream(bytes: impl Into<Vec<u8>>) {
    let streams = Streams {
        unread: bytes.into(),
        ..Streams::default()
    };
    HOST.with_borrow_mut(|host| host.streams = Some(streams));
}

/// Take what the node wrote to its stream.
#[must_use]
pub fn take_stream() -> Vec<u8> {
    HOST.with_borrow_mut(|host| host.streams.take().map(|streams| streams.written))
        .unwrap_or_default()
}

pub(crate) fn read_stream(room: &mut [u8]) -> i32 {
    with_streams(|Streams { unread, .. }| {
        let count = room.len().min(unread.len());
        room[..count].copy_from_slice(&unread[..count]);
        unread.drain(..count);
        count
    })
}

pub(crate) fn write_stream(bytes: &[u8]) -> i32 {
    with_streams(|streams| {
        streams.written.extend_from_slice(bytes);
        bytes.len()
    })
}

/// Gives a count as the host does: -1 where there are no streams.
fn with_streams(work: impl FnOnce(&mut Streams) -> usize) -> i32 {
    let count = HOST.with_borrow_mut(|host| host.streams.as_mut().map(work));
    count.map_or(-1, |count| i32::try_from(count).unwrap_or(i32::MAX))
}

/// Forget all that was set and stored.
pub fn reset() {
    HOST.set(Host::default());
}

pub(crate) fn environ() -> Vec<String> {
    let process = std::env::vars_os()
        .map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy()));
    let set = HOST.with_borrow(|host| host.env.clone());
    process
        .chain(set.iter().map(|(name, value)| format!("{name}={value}")))
        .collect()
}

/// Takes and gives the bytes that a host in Pocket would.
pub(crate) fn exchange(question: &[u8]) -> Vec<u8> {
    let answer = match answer(question) {
        Ok(value) => json!({"ok": true, "value": value}),
        Err(HostError { code, message }) => {
            json!({"ok": false, "error": {"code": code.as_str(), "message": message}})
        }
    };
    answer.to_string().into_bytes()
}

fn answer(question: &[u8]) -> Result<Value, HostError> {
    let question: Value = read(serde_json::from_slice(question))?;
    let call = question["call"].as_str().unwrap_or_default().to_owned();
    let refused = HOST.with_borrow(|host| host.refused.get(&call).cloned());
    if let Some(error) = refused {
        return Err(error);
    }
    if call == "http.request" {
        return ask_network(read(serde_json::from_value(question))?);
    }
    HOST.with_borrow_mut(|host| keep(&mut host.store, &call, question))
}

/// The answer is out of the host while it runs, so that it may use it.
fn ask_network(request: WireRequest) -> Result<Value, HostError> {
    let request = Request::try_from(request)?;
    let Some(mut http) = HOST.with_borrow_mut(|host| host.http.take()) else {
        let said = format!("nothing answers {}; see testing::on_http", request.url);
        return Err(HostError::new(ErrorCode::Unavailable, said));
    };
    let answer = http(&request);
    HOST.with_borrow_mut(|host| {
        host.http.get_or_insert(http);
    });
    let mut response = answer?;
    if response.url.is_empty() {
        response.url = request.url;
    }
    write(&WireResponse::from(response))
}

fn keep(
    store: &mut BTreeMap<String, Value>,
    call: &str,
    question: Value,
) -> Result<Value, HostError> {
    match call {
        "store.get" => {
            let Key { key } = read(serde_json::from_value(question))?;
            Ok(store.get(&key).cloned().unwrap_or_default())
        }
        "store.set" => {
            let Entry { key, value } = read(serde_json::from_value(question))?;
            store.insert(key, value);
            Ok(Value::Null)
        }
        "store.delete" => {
            let Key { key } = read(serde_json::from_value(question))?;
            Ok(store.remove(&key).is_some().into())
        }
        "store.keys" => Ok(keys(store, &read(serde_json::from_value(question))?)),
        _ => Err(HostError::new(
            ErrorCode::InvalidRequest,
            format!("there is no host call {call}"),
        )),
    }
}

fn keys(store: &BTreeMap<String, Value>, page: &Page) -> Value {
    let after = store.range::<String, _>((Bound::Excluded(&page.after), Bound::Unbounded));
    let keys = after.filter(|(key, _)| key.starts_with(&page.prefix));
    keys.take(page.limit).map(|(key, _)| key.as_str()).collect()
}

fn read<T>(parsed: serde_json::Result<T>) -> Result<T, HostError> {
    parsed.map_err(|error| HostError::new(ErrorCode::InvalidRequest, error.to_string()))
}

fn write<T: Serialize>(value: &T) -> Result<Value, HostError> {
    read(serde_json::to_value(value))
}
