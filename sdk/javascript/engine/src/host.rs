//! What the engine asks of its host.

/// Levels of the log, as in the ABI.
pub const DEBUG: i32 = 0;
pub const ERROR: i32 = 3;

#[link(wasm_import_module = "pocket")]
unsafe extern "C" {
    #[link_name = "log"]
    fn pocket_log(level: i32, at: *const u8, length: usize);
    fn host_call(at: *const u8, length: usize) -> i32;
    fn host_take(at: *mut u8, room: usize) -> i32;
    fn stream_read(at: *mut u8, room: usize) -> i32;
    fn stream_write(at: *const u8, length: usize) -> i32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn random_get(at: *mut u8, length: usize) -> i32;
    fn clock_time_get(id: i32, precision: u64, at: *mut u64) -> i32;
    fn environ_sizes_get(count: *mut usize, size: *mut usize) -> i32;
    fn environ_get(entries: *mut *mut u8, text: *mut u8) -> i32;
    fn poll_oneoff(
        wanted: *const Subscription,
        events: *mut Event,
        count: usize,
        happened: *mut usize,
    ) -> i32;
}

const REALTIME: i32 = 0;
const MONOTONIC: u32 = 1;

/// WASI's `subscription` to a clock, whose tag is 0.
#[repr(C)]
struct Subscription {
    userdata: u64,
    tag: u64,
    clock: u32,
    timeout: u64,
    precision: u64,
    flags: u16,
}

/// WASI's `event`.
#[repr(C)]
#[derive(Default)]
struct Event {
    userdata: u64,
    errno: u16,
    kind: u8,
    readable: u64,
    flags: u16,
}

const _: () = assert!(size_of::<Subscription>() == 48 && size_of::<Event>() == 32);

pub fn log(level: i32, line: &str) {
    // SAFETY: the line lives until the call returns.
    unsafe { pocket_log(level, line.as_ptr(), line.len()) }
}

/// Gives the answer to a question, both JSON, or None where the host does not take it.
pub fn ask(question: &str) -> Option<Vec<u8>> {
    // SAFETY: the question lives until the call returns.
    let length = unsafe { host_call(question.as_ptr(), question.len()) };
    let mut answer = vec![0; usize::try_from(length).ok()?];
    // SAFETY: the host writes at most the bytes that `answer` has.
    let taken = unsafe { host_take(answer.as_mut_ptr(), answer.len()) };
    answer.truncate(usize::try_from(taken).ok()?);
    Some(answer)
}

/// Reads up to `room` bytes of the stream, none at its end; None in a call without streams.
pub fn read_stream(room: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; room];
    // SAFETY: the host writes at most the bytes that `bytes` has.
    let read = unsafe { stream_read(bytes.as_mut_ptr(), bytes.len()) };
    bytes.truncate(usize::try_from(read).ok()?);
    Some(bytes)
}

/// Writes to the stream; gives whether the call has one.
pub fn write_stream(bytes: &[u8]) -> bool {
    // SAFETY: the bytes live until the call returns.
    unsafe { stream_write(bytes.as_ptr(), bytes.len()) >= 0 }
}

/// Fills `bytes` with random ones; gives whether the host did.
pub fn fill_random(bytes: &mut [u8]) -> bool {
    // SAFETY: the host writes no more than the bytes of `bytes`.
    unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) == 0 }
}

/// Sixteen random bytes, or None where the host gives none.
pub fn random() -> Option<[u64; 2]> {
    let mut bytes = [0; 16];
    fill_random(&mut bytes).then(|| {
        let both = u128::from_le_bytes(bytes);
        [both as u64, (both >> 64) as u64]
    })
}

fn nanoseconds(clock: i32) -> u64 {
    let mut nanoseconds = 0_u64;
    // SAFETY: the host writes the eight bytes of `nanoseconds`.
    unsafe { clock_time_get(clock, 1000, &raw mut nanoseconds) };
    nanoseconds
}

/// Milliseconds of a clock that only goes forward.
pub fn now() -> f64 {
    nanoseconds(MONOTONIC as i32) as f64 / 1e6
}

/// Waits, or gives the WASI error of a host that cannot.
pub fn sleep(milliseconds: f64) -> Result<(), i32> {
    let wanted = Subscription {
        userdata: 0,
        tag: 0,
        clock: MONOTONIC,
        // Rounded up, so that the time is over afterwards.
        timeout: (milliseconds * 1e6).ceil() as u64,
        precision: 0,
        flags: 0,
    };
    let mut event = Event::default();
    let mut happened = 0;
    // SAFETY: one subscription is read, and one event and a number are written.
    let errno = unsafe { poll_oneoff(&raw const wanted, &raw mut event, 1, &raw mut happened) };
    match (errno, event.errno) {
        (0, 0) => Ok(()),
        (0, errno) => Err(errno.into()),
        (errno, _) => Err(errno),
    }
}

/// The environment, each variable as `NAME=value`.
pub fn environ() -> Vec<String> {
    let (mut count, mut size) = (0, 0);
    // SAFETY: the host writes two numbers.
    if unsafe { environ_sizes_get(&raw mut count, &raw mut size) } != 0 {
        return Vec::new();
    }
    let mut entries = vec![std::ptr::null_mut(); count];
    let mut text = vec![0_u8; size];
    // SAFETY: the host writes as many pointers and bytes as it just said.
    if unsafe { environ_get(entries.as_mut_ptr(), text.as_mut_ptr()) } != 0 {
        return Vec::new();
    }
    let variables = text.split(|byte| *byte == 0).take(count);
    variables
        .map(|variable| String::from_utf8_lossy(variable).into_owned())
        .collect()
}

/// The clock of `QuickJS`: microseconds since 1970.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    (nanoseconds(REALTIME) / 1000) as f64
}
