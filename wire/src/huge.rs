//! Memory for large messages, in pages of 2 MiB where the kernel has them.
//!
//! Touching 16 MiB for the first time takes 4096 page faults of 4 KiB, ten times as long as copying
//! them there; with huge pages it takes eight.

use rustix::mm::{Advice, madvise};

/// From so many bytes on it is worth a system call.
pub const WORTH_IT: usize = 1 << 20;
const PAGE: usize = 4096;

/// A buffer of zeros that nobody has touched.
pub fn buffer(bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    // SAFETY: the bytes are the buffer's own.
    unsafe { advise(buffer.as_mut_ptr(), bytes) };
    buffer
}

/// Asks for huge pages; a kernel that has none goes on with small ones.
///
/// # Safety
/// The `bytes` from `at` on are mapped, accessible or not.
pub unsafe fn advise(at: *mut u8, bytes: usize) {
    let before = at.align_offset(PAGE);
    if let Some(bytes) = bytes.checked_sub(before) {
        // SAFETY: the caller's promise; no content changes.
        let _ =
            unsafe { madvise(at.add(before).cast(), bytes / PAGE * PAGE, Advice::LinuxHugepage) };
    }
}
