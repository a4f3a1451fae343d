//! Random bytes of the kernel.

use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use crate::abi::imports::Context;

/// Bytes at a time, so that no length makes the worker allocate.
const CHUNK: u32 = 4096;

pub fn get(_: &mut Context, memory: &GuestMemory<'_>, at: u32, length: u32) -> Result<()> {
    memory.check(at, length)?;
    let mut chunk = [0; CHUNK as usize];
    for begin in (0..length).step_by(CHUNK as usize) {
        let bytes = &mut chunk[..(length - begin).min(CHUNK) as usize];
        // SAFETY: the buffer is as long as is said, and getrandom writes no more than that.
        let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        if usize::try_from(got).ok() != Some(bytes.len()) {
            return Err(Errno::IO);
        }
        memory.copy_in(at + begin, bytes)?;
    }
    Ok(())
}
