//! Functions on what is open: reading, writing, and everything else that takes a descriptor.

use super::descriptors::{Descriptor, FD_READ, FD_WRITE, File, WRITE};
use super::errno::{Errno, Result};
use super::filestat::{self, FDSTAT_BYTES, FILESTAT_BYTES};
use super::memory::GuestMemory;
use super::quota;
use crate::abi::imports::Context;
use rustix::fs::{
    FallocateFlags, OFlags, fallocate, fcntl_setfl, fdatasync, fstat, fsync, ftruncate,
};
use rustix::io::{pread, pwrite};
use std::os::fd::OwnedFd;

type Memory<'a> = GuestMemory<'a>;

fn read_at(file: &File, at: u64, into: &mut [u8]) -> Result<usize> {
    Ok(pread(&file.fd, into, at)?)
}

/// Writes what the quota has room for.
fn write_at(file: &File, at: u64, bytes: &[u8]) -> Result<usize> {
    let before = fstat(&file.fd)?;
    let at = if file.appends() { before.st_size.unsigned_abs() } else { at };
    let fitting = quota::fit(&before, at, bytes.len() as u64)?;
    let fitting = usize::try_from(fitting).unwrap_or(bytes.len());
    let written = pwrite(&file.fd, &bytes[..fitting], at)?;
    quota::spend(quota::growth(&before, at, written as u64));
    Ok(written)
}

fn allowed(file: &File, right: u64) -> Result<()> {
    if file.rights & right != 0 { Ok(()) } else { Err(Errno::BADF) }
}

pub fn read(c: &mut Context, m: &Memory<'_>, fd: u32, at: u32, count: u32, out: u32) -> Result<()> {
    m.check(out, 4)?;
    let pieces = m.pieces(at, count)?;
    let got = match c.wasi.descriptors.get(fd)? {
        Descriptor::Stdin => {
            let exchange = &mut c.wasi.exchange;
            pieces.fill(m, |into| Ok(exchange.read(into)))?
        }
        Descriptor::File(file) => {
            allowed(file, FD_READ)?;
            let mut offset = file.offset;
            let got = pieces.fill(m, |into| {
                let got = read_at(file, offset, into)?;
                offset += got as u64;
                Ok(got)
            })?;
            file.offset += u64::from(got);
            got
        }
        Descriptor::Directory(_) => return Err(Errno::ISDIR),
        _ => return Err(Errno::BADF),
    };
    m.put_u32(out, got)
}

pub fn write(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    count: u32,
    out: u32,
) -> Result<()> {
    m.check(out, 4)?;
    let pieces = m.pieces(at, count)?;
    let written = match c.wasi.descriptors.get(fd)? {
        Descriptor::Stdout if c.wasi.exchange.is_command() => {
            let exchange = &mut c.wasi.exchange;
            pieces.drain(m, |bytes| {
                if exchange.write(bytes) { Ok(bytes.len()) } else { Err(Errno::NOSPC) }
            })?
        }
        stream @ (Descriptor::Stdout | Descriptor::Stderr) => {
            let level = if matches!(stream, Descriptor::Stdout) { 1 } else { 2 };
            pieces.drain(m, |bytes| {
                c.write_lines(level, bytes);
                Ok(bytes.len())
            })?
        }
        Descriptor::File(file) => {
            allowed(file, FD_WRITE)?;
            let mut offset = file.offset;
            let written = pieces.drain(m, |bytes| {
                let written = write_at(file, offset, bytes)?;
                offset += written as u64;
                Ok(written)
            })?;
            file.offset += u64::from(written);
            if file.appends() && written > 0 {
                file.offset = fstat(&file.fd)?.st_size.unsigned_abs();
            }
            written
        }
        Descriptor::Directory(_) => return Err(Errno::ISDIR),
        Descriptor::Stdin => return Err(Errno::BADF),
    };
    m.put_u32(out, written)
}

pub fn pread_(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    count: u32,
    offset: u64,
    out: u32,
) -> Result<()> {
    m.check(out, 4)?;
    let pieces = m.pieces(at, count)?;
    let file = c.wasi.descriptors.file(fd)?;
    allowed(file, FD_READ)?;
    let mut offset = offset;
    let got = pieces.fill(m, |into| {
        let got = read_at(file, offset, into)?;
        offset += got as u64;
        Ok(got)
    })?;
    m.put_u32(out, got)
}

pub fn pwrite_(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    count: u32,
    offset: u64,
    out: u32,
) -> Result<()> {
    m.check(out, 4)?;
    let pieces = m.pieces(at, count)?;
    let file = c.wasi.descriptors.file(fd)?;
    allowed(file, FD_WRITE)?;
    let mut offset = offset;
    let written = pieces.drain(m, |bytes| {
        let written = write_at(file, offset, bytes)?;
        offset += written as u64;
        Ok(written)
    })?;
    m.put_u32(out, written)
}

pub fn seek(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    delta: i64,
    whence: u32,
    out: u32,
) -> Result<()> {
    m.check(out, 8)?;
    let file = c.wasi.descriptors.file(fd)?;
    let base = match whence {
        0 => 0,
        1 => file.offset,
        2 => fstat(&file.fd)?.st_size.unsigned_abs(),
        _ => return Err(Errno::INVAL),
    };
    let offset = base.checked_add_signed(delta).filter(|offset| i64::try_from(*offset).is_ok());
    file.offset = offset.ok_or(Errno::INVAL)?;
    m.put_u64(out, file.offset)
}

pub fn tell(c: &mut Context, m: &Memory<'_>, fd: u32, out: u32) -> Result<()> {
    let offset = c.wasi.descriptors.file(fd)?.offset;
    m.put_u64(out, offset)
}

pub fn close(c: &mut Context, _: &Memory<'_>, fd: u32) -> Result<()> {
    c.wasi.descriptors.close(fd)
}

pub fn renumber(c: &mut Context, _: &Memory<'_>, from: u32, to: u32) -> Result<()> {
    c.wasi.descriptors.renumber(from, to)
}

pub fn sync(c: &mut Context, _: &Memory<'_>, fd: u32) -> Result<()> {
    match c.wasi.descriptors.get(fd)? {
        Descriptor::File(file) => Ok(fsync(&file.fd)?),
        _ => Ok(()),
    }
}

pub fn datasync(c: &mut Context, _: &Memory<'_>, fd: u32) -> Result<()> {
    match c.wasi.descriptors.get(fd)? {
        Descriptor::File(file) => Ok(fdatasync(&file.fd)?),
        _ => Ok(()),
    }
}

/// Advice is checked and not passed on: it can only make the host's cache worse.
pub fn advise(
    c: &mut Context,
    _: &Memory<'_>,
    fd: u32,
    offset: u64,
    length: u64,
    advice: u32,
) -> Result<()> {
    c.wasi.descriptors.file(fd)?;
    let end = offset.checked_add(length).filter(|end| i64::try_from(*end).is_ok());
    if advice > 5 || end.is_none() { Err(Errno::INVAL) } else { Ok(()) }
}

pub fn allocate(c: &mut Context, _: &Memory<'_>, fd: u32, offset: u64, length: u64) -> Result<()> {
    let file = c.wasi.descriptors.file(fd)?;
    allowed(file, FD_WRITE)?;
    let end = offset.checked_add(length).filter(|end| i64::try_from(*end).is_ok());
    if length == 0 || end.is_none() {
        return Err(Errno::INVAL);
    }
    let cost = quota::growth(&fstat(&file.fd)?, offset, length);
    quota::check(cost)?;
    fallocate(&file.fd, FallocateFlags::empty(), offset, length)?;
    quota::spend(cost);
    Ok(())
}

pub fn set_size(c: &mut Context, _: &Memory<'_>, fd: u32, size: u64) -> Result<()> {
    let file = c.wasi.descriptors.file(fd)?;
    allowed(file, FD_WRITE)?;
    resize(&file.fd, size)
}

/// Makes a file longer, which costs, or shorter, which pays.
pub fn resize(file: &OwnedFd, size: u64) -> Result<()> {
    let before = fstat(file)?;
    let cost = size.saturating_sub(before.st_size.unsigned_abs());
    quota::check(cost)?;
    ftruncate(file, size)?;
    quota::spend(cost);
    if cost == 0 {
        quota::give_back(&before, &fstat(file)?);
    }
    Ok(())
}

pub fn filestat_get(c: &mut Context, m: &Memory<'_>, fd: u32, out: u32) -> Result<()> {
    m.check(out, FILESTAT_BYTES)?;
    let stream = c.wasi.stream_type();
    let stat = match c.wasi.descriptors.get(fd)? {
        Descriptor::File(file) => filestat::filestat(&fstat(&file.fd)?),
        Descriptor::Directory(folder) => filestat::filestat(&fstat(&*folder)?),
        _ => filestat::stream_filestat(stream),
    };
    m.copy_in(out, &stat)
}

pub fn set_times(
    c: &mut Context,
    _: &Memory<'_>,
    fd: u32,
    accessed: u64,
    modified: u64,
    flags: u32,
) -> Result<()> {
    match c.wasi.descriptors.get(fd)? {
        Descriptor::File(file) if file.mode & WRITE == 0 => Err(Errno::ROFS),
        Descriptor::File(file) => filestat::set_times(&file.fd, accessed, modified, flags),
        Descriptor::Directory(folder) => {
            folder.writable()?;
            filestat::set_times(&*folder, accessed, modified, flags)
        }
        _ => Err(Errno::BADF),
    }
}

pub fn fdstat_get(c: &mut Context, m: &Memory<'_>, fd: u32, out: u32) -> Result<()> {
    m.check(out, FDSTAT_BYTES)?;
    let stream = c.wasi.stream_type();
    let stat = filestat::fdstat(c.wasi.descriptors.get(fd)?, stream);
    m.copy_in(out, &stat)
}

/// Only appending can change; waiting is never needed, and syncing is chosen when a file is opened.
pub fn set_flags(c: &mut Context, _: &Memory<'_>, fd: u32, flags: u32) -> Result<()> {
    const APPEND: u16 = 1;
    const NONBLOCK: u16 = 4;
    let flags = u16::try_from(flags).ok().filter(|flags| *flags < 32).ok_or(Errno::INVAL)?;
    let Descriptor::File(file) = c.wasi.descriptors.get(fd)? else { return Ok(()) };
    let changed = file.flags ^ flags;
    if changed & !(APPEND | NONBLOCK) != 0 {
        return Err(Errno::NOTSUP);
    }
    if changed & APPEND != 0 {
        let append = if flags & APPEND == 0 { OFlags::empty() } else { OFlags::APPEND };
        fcntl_setfl(&file.fd, append | OFlags::NONBLOCK)?;
    }
    file.flags = flags;
    Ok(())
}

/// Rights can only be given up.
pub fn set_rights(
    c: &mut Context,
    _: &Memory<'_>,
    fd: u32,
    rights: u64,
    inheriting: u64,
) -> Result<()> {
    let (old_rights, old_inheriting) = match c.wasi.descriptors.change(fd)? {
        Descriptor::File(file) => (&mut file.rights, &mut file.inheriting),
        Descriptor::Directory(folder) => (&mut folder.rights, &mut folder.inheriting),
        _ => return Err(Errno::NOTSUP),
    };
    if rights & !*old_rights != 0 || inheriting & !*old_inheriting != 0 {
        return Err(Errno::NOTCAPABLE);
    }
    (*old_rights, *old_inheriting) = (rights, inheriting);
    Ok(())
}
