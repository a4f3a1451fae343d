//! Questions to the host and its answers, JSON both.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{ErrorCode, HostError};

#[derive(Serialize)]
struct Question<'a, T> {
    call: &'a str,
    #[serde(flatten)]
    fields: &'a T,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

/// Ask for one thing, `fields` being a struct or a map.
pub fn ask<T: Serialize, R: DeserializeOwned>(call: &str, fields: &T) -> Result<R, HostError> {
    let question = serde_json::to_vec(&Question { call, fields })
        .map_err(|error| HostError::new(ErrorCode::InvalidRequest, format!("{call}: {error}")))?;
    let answer = exchange(&question).ok_or_else(|| {
        HostError::new(
            ErrorCode::TooLarge,
            format!("{call}: the question is too large"),
        )
    })?;
    read(&answer).map_err(|error| HostError {
        message: format!("{call}: {}", error.message),
        ..error
    })
}

fn read<R: DeserializeOwned>(answer: &[u8]) -> Result<R, HostError> {
    let answer: Answer = serde_json::from_slice(answer).map_err(unexpected)?;
    if let Some(Refusal { code, message }) = answer.error {
        return Err(HostError::new(ErrorCode::parse(&code), message));
    }
    serde_json::from_str(answer.value.map_or("null", RawValue::get)).map_err(unexpected)
}

#[allow(clippy::needless_pass_by_value)] // as map_err wants it
fn unexpected(error: serde_json::Error) -> HostError {
    HostError::new(ErrorCode::Unexpected, error.to_string())
}

#[cfg(target_family = "wasm")]
fn exchange(question: &[u8]) -> Option<Vec<u8>> {
    #[link(wasm_import_module = "pocket")]
    unsafe extern "C" {
        fn host_call(question: *const u8, len: usize) -> i32;
        fn host_take(answer: *mut u8, room: usize) -> i32;
    }
    // SAFETY: the host only reads the question, before it returns.
    let len = unsafe { host_call(question.as_ptr(), question.len()) };
    let mut answer = vec![0; usize::try_from(len).ok()?];
    // SAFETY: the host writes no more than there is room for.
    let taken = unsafe { host_take(answer.as_mut_ptr(), answer.len()) };
    answer.truncate(usize::try_from(taken).ok()?);
    Some(answer)
}

#[cfg(not(target_family = "wasm"))]
#[allow(clippy::unnecessary_wraps)] // as the host's side is
fn exchange(question: &[u8]) -> Option<Vec<u8>> {
    Some(crate::testing::exchange(question))
}
