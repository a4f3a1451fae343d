//! `pocket.host_call`: the guest asks, the host answers, while the call waits.
//!
//! The answer is fetched by a second import, `pocket.host_take`, so that no export of the guest has
//! to run in the middle of another one.

use super::imports::{Context, copy_in, copy_out};
use crate::frame::{self, Request};
use crate::pipe::{self, Reader};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

/// Longest question: the largest body of a request to the network, and room around it.
const REQUEST_BYTES: u32 = 16 << 20;
const FAILED: i32 = -1;

/// What one instance may still ask, and the answer that it has not taken yet.
pub struct HostCalls {
    granted: bool,
    left: u32,
    answer: Vec<u8>,
}

impl HostCalls {
    pub fn none() -> Self {
        Self { granted: false, left: 0, answer: Vec::new() }
    }

    pub fn begin(&mut self, calls: u32) {
        self.granted = calls > 0;
        self.left = calls;
        self.answer = Vec::new();
    }
}

fn refusal(code: &str, message: &str) -> Vec<u8> {
    format!(r#"{{"ok":false,"error":{{"code":"{code}","message":"{message}"}}}}"#).into_bytes()
}

/// Names the permission without which nobody answers; the words of a host call stand at its start.
fn not_granted(request: &[u8]) -> Vec<u8> {
    let head = String::from_utf8_lossy(&request[..request.len().min(64)]);
    let asked = if head.contains("\"http.") {
        "permissions.network"
    } else if head.contains("\"store.") {
        "permissions.store"
    } else {
        "what this needs"
    };
    refusal("permission-denied", &format!("the manifest does not ask for {asked}"))
}

/// Sends the question and waits. A host that sends anything but the answer is gone for good.
fn ask(context: &mut Context, request: &[u8]) -> Result<Vec<u8>, RuntimeError> {
    let lost = |what: &str| RuntimeError::new(format!("the host gives no answer: {what}"));
    let id = context.call_id;
    if !pipe::send(context.writer.host_call(id, request)) {
        return Err(lost("the pipe is closed"));
    }
    let mut reader = Reader::stdin();
    let body = reader.next().map_err(|fault| lost(&fault.message))?;
    let body = body.ok_or_else(|| lost("the pipe is closed"))?;
    match frame::parse(reader.bytes(body)) {
        Ok(Request::HostAnswer { id: answered, payload }) if answered == id => Ok(payload.to_vec()),
        Ok(_) => Err(lost("it sent another frame")),
        Err(fault) => Err(lost(&fault.message)),
    }
}

/// Gives the length of the answer, or -1 for a question that is not in memory or too long.
fn host_call(
    mut env: FunctionEnvMut<'_, Context>,
    at: u32,
    length: u32,
) -> Result<i32, RuntimeError> {
    let Some(request) = (length <= REQUEST_BYTES).then(|| copy_out(&env, at, length)).flatten()
    else {
        return Ok(FAILED);
    };
    let context = env.data_mut();
    let answer = if !context.host_calls.granted {
        not_granted(&request)
    } else if context.host_calls.left == 0 {
        refusal("quota-exceeded", "too many host calls in one call")
    } else {
        context.host_calls.left -= 1;
        ask(context, &request)?
    };
    let length = i32::try_from(answer.len()).unwrap_or(FAILED);
    context.host_calls.answer = answer;
    Ok(length)
}

/// Copies the answer into the guest and forgets it; gives how much was copied, or -1.
fn host_take(mut env: FunctionEnvMut<'_, Context>, at: u32, room: u32) -> i32 {
    let answer = std::mem::take(&mut env.data_mut().host_calls.answer);
    let length = answer.len().min(room as usize);
    match copy_in(&env, at, &answer[..length]) {
        Some(()) => i32::try_from(length).unwrap_or(FAILED),
        None => FAILED,
    }
}

/// The function behind an import of the module `pocket`, or None for a name that it has not.
pub fn function(name: &str, store: &mut Store, context: &FunctionEnv<Context>) -> Option<Function> {
    match name {
        "host_call" => Some(Function::new_typed_with_env(store, context, host_call)),
        "host_take" => Some(Function::new_typed_with_env(store, context, host_take)),
        _ => None,
    }
}
