//! Functions on an open folder itself: what it is called, and what is in it.

use super::beneath;
use super::descriptors::{Directory, Handle, file_type};
use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use crate::abi::imports::Context;
use rustix::fs::{OFlags, RawDir, RawDirEntry, SeekFrom, seek};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};

/// Entries that the kernel gives at once; the longest takes 280 bytes.
const CHUNK: usize = 16 << 10;
const DIRENT_BYTES: usize = 24;

pub fn prestat_get(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    fd: u32,
    out: u32,
) -> Result<()> {
    let path = preopen(context, fd)?;
    let length = u32::try_from(path.len()).map_err(|_| Errno::OVERFLOW)?;
    memory.put_u64(out, u64::from(length) << 32)
}

pub fn prestat_dir_name(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    fd: u32,
    at: u32,
    length: u32,
) -> Result<()> {
    let path = preopen(context, fd)?;
    if (length as usize) < path.len() {
        return Err(Errno::NAMETOOLONG);
    }
    memory.copy_in(at, path.as_bytes())
}

fn preopen(context: &mut Context, fd: u32) -> Result<&str> {
    // A libc looks for granted folders until it is told that there is no such descriptor.
    let directory = context.wasi.descriptors.directory(fd).map_err(|_| Errno::BADF)?;
    directory.preopen.as_deref().ok_or(Errno::BADF)
}

/// Fills the buffer with entries; one that is cut at the end says that there are more.
pub fn readdir(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    fd: u32,
    at: u32,
    length: u32,
    cookie: u64,
    out: u32,
) -> Result<()> {
    memory.check(at, length)?;
    memory.check(out, 4)?;
    let directory = context.wasi.descriptors.directory(fd)?;
    directory.readable()?;
    let used = match &directory.handle {
        Handle::Opened(fd) => list(fd.as_fd(), memory, at, length, cookie)?,
        Handle::Granted(_) => list(reopen(directory)?.as_fd(), memory, at, length, cookie)?,
    };
    memory.put_u32(out, used)
}

fn reopen(directory: &Directory) -> Result<std::os::fd::OwnedFd> {
    beneath::open(directory, b".", OFlags::RDONLY | OFlags::DIRECTORY, false)
}

fn list(
    folder: BorrowedFd<'_>,
    memory: &GuestMemory<'_>,
    at: u32,
    length: u32,
    cookie: u64,
) -> Result<u32> {
    if i64::try_from(cookie).is_err() {
        return Err(Errno::INVAL);
    }
    // The kernel's own positions: they stay right while entries come and go.
    seek(folder, SeekFrom::Start(cookie))?;
    let mut chunk = [MaybeUninit::uninit(); CHUNK];
    let mut entries = RawDir::new(folder, &mut chunk);
    let (mut used, mut entry_bytes) = (0, Vec::new());
    while used < length {
        let Some(entry) = entries.next() else { break };
        lay_out(&entry?, &mut entry_bytes);
        let fitting = entry_bytes.len().min((length - used) as usize);
        memory.copy_in(at + used, &entry_bytes[..fitting])?;
        used += u32::try_from(fitting).unwrap_or(0);
    }
    Ok(used)
}

fn lay_out(entry: &RawDirEntry<'_>, into: &mut Vec<u8>) {
    let name = entry.file_name().to_bytes();
    into.clear();
    into.extend_from_slice(&entry.next_entry_cookie().to_le_bytes());
    into.extend_from_slice(&entry.ino().to_le_bytes());
    into.extend_from_slice(&u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
    into.extend_from_slice(&[file_type(entry.file_type()), 0, 0, 0]);
    debug_assert_eq!(into.len(), DIRENT_BYTES);
    into.extend_from_slice(name);
}
