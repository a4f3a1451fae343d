//! Lines for the log of the host; natively they go to stderr.

/// Write a line that only helps while developing.
pub fn debug(line: &str) {
    write(0, line);
}

/// Write a line that tells what happens.
pub fn info(line: &str) {
    write(1, line);
}

/// Write a line about something that may be wrong.
pub fn warn(line: &str) {
    write(2, line);
}

/// Write a line about something that is wrong.
pub fn error(line: &str) {
    write(3, line);
}

#[cfg(target_family = "wasm")]
fn write(level: u32, line: &str) {
    #[link(wasm_import_module = "pocket")]
    unsafe extern "C" {
        fn log(level: u32, line: *const u8, len: usize);
    }
    // SAFETY: the host only reads the `len` bytes of `line`, before it returns.
    unsafe { log(level, line.as_ptr(), line.len()) }
}

#[cfg(not(target_family = "wasm"))]
fn write(level: u32, line: &str) {
    let name = ["debug", "info", "warning", "error"][level as usize];
    eprintln!("{name}: {line}");
}
