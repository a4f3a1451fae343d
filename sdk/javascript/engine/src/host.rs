//! What the engine asks of its host.

/// Levels of the log, as in the ABI.
pub const DEBUG: i32 = 0;
pub const ERROR: i32 = 3;

#[link(wasm_import_module = "pocket")]
unsafe extern "C" {
    #[link_name = "log"]
    fn pocket_log(level: i32, at: *const u8, length: usize);
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn random_get(at: *mut u8, length: usize) -> i32;
    fn clock_time_get(id: i32, precision: u64, at: *mut u64) -> i32;
}

const REALTIME: i32 = 0;

pub fn log(level: i32, line: &str) {
    // SAFETY: the line lives until the call returns.
    unsafe { pocket_log(level, line.as_ptr(), line.len()) }
}

/// Sixteen random bytes, or None where the host gives none.
pub fn random() -> Option<[u64; 2]> {
    let mut words = [0_u64; 2];
    // SAFETY: the host writes no more than the sixteen bytes of `words`.
    let errno = unsafe { random_get(words.as_mut_ptr().cast(), 16) };
    (errno == 0).then_some(words)
}

/// The clock of `QuickJS`: microseconds since 1970.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    let mut nanoseconds = 0_u64;
    // SAFETY: the host writes the eight bytes of `nanoseconds`.
    unsafe { clock_time_get(REALTIME, 1000, &raw mut nanoseconds) };
    (nanoseconds / 1000) as f64
}
