//! The exports of ABI 1, used by `export_plugin!`.
//!
//! There is no `__pocket_free`: the response buffer is reused, and the call saves a crossing.

use std::alloc::{Layout, alloc as allocate};
use std::cell::RefCell;

type Plugin = fn(&[u8], &mut Vec<u8>);

thread_local! {
    static RESPONSE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Room for `size` bytes, or null.
#[must_use]
pub fn alloc(size: usize) -> *mut u8 {
    match Layout::array::<u8>(size.max(1)) {
        // SAFETY: the layout is at least one byte.
        Ok(layout) => unsafe { allocate(layout) },
        Err(_) => std::ptr::null_mut(),
    }
}

/// Answer a request and give `ptr << 32 | len` of the response, valid until the next call.
///
/// # Safety
/// `request` came from [`alloc`] of `len` bytes, all of them written, and is given away.
pub unsafe fn call(plugin: Plugin, request: *mut u8, len: usize) -> u64 {
    // SAFETY: `alloc` allocated `len.max(1)` bytes of alignment 1, and the caller wrote `len`.
    let request = unsafe { Vec::from_raw_parts(request, len, len.max(1)) };
    RESPONSE.with_borrow_mut(|response| {
        plugin(&request, response);
        (response.as_ptr() as u64) << 32 | response.len() as u64
    })
}

/// Run once what every call would otherwise repeat from its fresh state.
pub fn initialize(plugin: Plugin) {
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
    RESPONSE.with_borrow_mut(|response| {
        plugin(br#"{"node":"","function":"metadata"}"#, response);
    });
}
