//! The memory of a mailbox: a sealed memfd, so that nobody can cut it short under the other's feet.

use crate::slot::{Header, ROOM, Slot};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use std::os::fd::{AsFd, OwnedFd};

const HEADERS: usize = 4096;
const BYTES: usize = HEADERS + 2 * ROOM;
const _: () = assert!(2 * size_of::<Header>() <= HEADERS);

/// One mapping of the memory; what is never written to takes none.
pub struct Mailbox {
    base: *mut u8,
}

// SAFETY: what the memory holds is reached through atomics, and through raw pointers by whoever
// these say may use them.
unsafe impl Send for Mailbox {}
// SAFETY: as above.
unsafe impl Sync for Mailbox {}

impl Mailbox {
    /// Makes the memory; gives the descriptor by which another process can map it, too.
    pub fn create() -> Result<(Self, OwnedFd), Errno> {
        let file = memfd_create(c"mailbox", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&file, BYTES as u64)?;
        // A worker that shortened the file would kill the host that reads it, by SIGBUS.
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Ok((Self::map(&file)?, file))
    }

    /// Maps memory that `create` has made.
    pub fn map(file: impl AsFd) -> Result<Self, Errno> {
        let both = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping, to which nothing else refers.
        let base = unsafe { mmap(std::ptr::null_mut(), BYTES, both, MapFlags::SHARED, file, 0) }?;
        Ok(Self { base: base.cast() })
    }

    /// What the host sends.
    pub fn requests(&self) -> Slot<'_> {
        self.slot(0)
    }

    /// What the worker sends.
    pub fn replies(&self) -> Slot<'_> {
        self.slot(1)
    }

    fn slot(&self, number: usize) -> Slot<'_> {
        // SAFETY: headers and room lie within the mapping, which lives as long as `self`; a header
        // consists of atomics, for which zeros are valid.
        unsafe {
            let header = &*self.base.cast::<Header>().add(number);
            Slot::new(header, self.base.add(HEADERS + number * ROOM))
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        // SAFETY: the mapping is this mailbox's own, and slots do not outlive it.
        let _ = unsafe { munmap(self.base.cast(), BYTES) };
    }
}
