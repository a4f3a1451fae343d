//! The exports of Pocket's plugin ABI 1. There is one thread, and no export calls another.

use crate::engine::Engine;
use std::cell::RefCell;

#[derive(Default)]
struct Plugin {
    /// Holds the request; the next one reuses its room.
    request: Vec<u8>,
    response: String,
    engine: Option<Engine>,
}

thread_local! {
    static PLUGIN: RefCell<Plugin> = RefCell::default();
}

unsafe extern "C" {
    /// The linker's; it wraps every export in a start and an end of its own if nobody calls this.
    fn __wasm_call_ctors();
}

#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    // SAFETY: the host calls this once, before anything else.
    unsafe { __wasm_call_ctors() }
}

fn address(pointer: *const u8) -> u64 {
    pointer as usize as u64
}

#[unsafe(no_mangle)]
extern "C" fn __pocket_alloc(size: usize) -> *mut u8 {
    PLUGIN.with_borrow_mut(|plugin| {
        plugin.request.clear();
        if plugin.request.try_reserve(size.max(1)).is_err() {
            return std::ptr::null_mut();
        }
        plugin.request.resize(size, 0);
        plugin.request.as_mut_ptr()
    })
}

/// Evaluates the script that the host has put where `__pocket_alloc` said.
#[unsafe(no_mangle)]
extern "C" fn __pocket_init(_at: *const u8, length: usize) -> i32 {
    PLUGIN.with_borrow_mut(|plugin| {
        let mut source = std::mem::take(&mut plugin.request);
        source.truncate(length);
        plugin.engine = Engine::start(source);
        i32::from(plugin.engine.is_some())
    })
}

#[unsafe(no_mangle)]
extern "C" fn __pocket_call(_at: *const u8, length: usize) -> u64 {
    PLUGIN.with_borrow_mut(|plugin| {
        let request = &plugin.request[..length.min(plugin.request.len())];
        plugin.response = match &plugin.engine {
            Some(engine) => engine.answer(request),
            None => r#"{"success":false,"error":"the plugin has no script"}"#.to_owned(),
        };
        address(plugin.response.as_ptr()) << 32 | plugin.response.len() as u64
    })
}

/// Called when the state is restored: what is random must not repeat.
#[unsafe(no_mangle)]
extern "C" fn __pocket_resume() {
    PLUGIN.with_borrow_mut(|plugin| {
        if let Some(engine) = &plugin.engine {
            engine.reseed();
        }
    });
}
