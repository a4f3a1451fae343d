//! What a plugin keeps from call to call; wants `permissions.store` in the manifest.
//!
//! ```
//! # fn main() -> Result<(), String> {
//! use pocket_plugin_sdk::store;
//!
//! let calls = store::get::<u64>("calls")?.unwrap_or(0) + 1;
//! store::set("calls", &calls)?;
//! # Ok(())
//! # }
//! ```

use serde::{Serialize, de::DeserializeOwned};

use crate::{HostError, host};

/// Keys of one question: as many as the host gives at once.
const PAGE: usize = 1000;

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
}

#[derive(Serialize)]
struct Entry<'a, T: ?Sized> {
    key: &'a str,
    value: &'a T,
}

#[derive(Serialize)]
struct Page<'a> {
    prefix: &'a str,
    after: &'a str,
    limit: usize,
}

/// Read the value of a key; `None` where there is none.
pub fn get<T: DeserializeOwned>(key: &str) -> Result<Option<T>, HostError> {
    host::ask("store.get", &Key { key })
}

/// Put a value in place of any that is there. `None` and `()` are like no value.
pub fn set<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<(), HostError> {
    host::ask("store.set", &Entry { key, value })
}

/// Delete a key; gives whether it was there.
pub fn delete(key: &str) -> Result<bool, HostError> {
    host::ask("store.delete", &Key { key })
}

/// List all keys that begin with `prefix`, in the order of their bytes.
pub fn keys(prefix: &str) -> Result<Vec<String>, HostError> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let page = keys_after(prefix, all.last().map_or("", |last| last), PAGE)?;
        let done = page.len() < PAGE;
        all.extend(page);
        if done {
            return Ok(all);
        }
    }
}

/// List at most `limit` keys, 1,000 at most, that begin with `prefix` and come after the key `after`.
pub fn keys_after(prefix: &str, after: &str, limit: usize) -> Result<Vec<String>, HostError> {
    let page = Page {
        prefix,
        after,
        limit,
    };
    host::ask("store.keys", &page)
}
