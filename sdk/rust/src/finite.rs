//! Writing values as JSON.

use serde::Serialize;

/// Append `value` to `out` as JSON.
pub fn append<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), String> {
    serde_json::to_writer(out, value).map_err(|error| format!("output: {error}"))
}
