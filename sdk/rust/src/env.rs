//! The environment variables that the manifest names in `permissions.env`.
//!
//! `std::env` works too where a plugin is built for a WASI target, but not on
//! `wasm32-unknown-unknown`.

/// Read a variable; `None` where it does not exist or the manifest does not name it.
#[must_use]
pub fn var(name: &str) -> Option<String> {
    let found = vars().into_iter().rfind(|(other, _)| other == name)?;
    Some(found.1)
}

/// List all variables, names and values; what is not UTF-8 in them is replaced.
#[must_use]
pub fn vars() -> Vec<(String, String)> {
    let variables = environ();
    let pairs = variables.iter().filter_map(|text| text.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(target_family = "wasm")]
fn environ() -> Vec<String> {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn environ_sizes_get(count: *mut usize, len: *mut usize) -> i32;
        fn environ_get(entries: *mut *mut u8, text: *mut u8) -> i32;
    }
    let (mut count, mut len) = (0, 0);
    // SAFETY: the host writes two numbers.
    if unsafe { environ_sizes_get(&raw mut count, &raw mut len) } != 0 {
        return Vec::new();
    }
    let mut entries = vec![std::ptr::null_mut(); count];
    let mut text = vec![0; len];
    // SAFETY: the host writes as many pointers and bytes as it just said.
    if unsafe { environ_get(entries.as_mut_ptr(), text.as_mut_ptr()) } != 0 {
        return Vec::new();
    }
    let variables = text.split(|byte| *byte == 0).take(count);
    variables
        .map(|variable| String::from_utf8_lossy(variable).into_owned())
        .collect()
}

#[cfg(not(target_family = "wasm"))]
fn environ() -> Vec<String> {
    crate::testing::environ()
}
