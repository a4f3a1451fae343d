//! What is known of a file: `filestat` and `fdstat` of preview 1, and the times in them.

use super::descriptors::{Descriptor, FD_SEEK_TELL, file_type};
use super::errno::{Errno, Result};
use rustix::fs::{AtFlags, FileType, Stat, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, utimensat};
use std::os::fd::AsFd;

pub const FILESTAT_BYTES: u32 = 64;
pub const FDSTAT_BYTES: u32 = 24;

fn nanoseconds(seconds: i64, rest: u64) -> u64 {
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000).saturating_add(rest)
}

#[allow(clippy::useless_conversion, reason = "on some machines st_nlink has 32 bits")]
pub fn filestat(stat: &Stat) -> [u8; FILESTAT_BYTES as usize] {
    let fields = [
        stat.st_dev,
        stat.st_ino,
        u64::from(file_type(FileType::from_raw_mode(stat.st_mode))),
        u64::from(stat.st_nlink),
        stat.st_size.unsigned_abs(),
        nanoseconds(stat.st_atime, stat.st_atime_nsec),
        nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
        nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
    ];
    lay_out(fields)
}

/// A stream, of which nothing is known but what it is.
pub fn stream_filestat(kind: u8) -> [u8; FILESTAT_BYTES as usize] {
    lay_out([0, 0, u64::from(kind), 1, 0, 0, 0, 0])
}

fn lay_out<const N: usize, const BYTES: usize>(fields: [u64; N]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (slot, field) in bytes.chunks_exact_mut(8).zip(fields) {
        slot.copy_from_slice(&field.to_le_bytes());
    }
    bytes
}

/// `stream` is the type of the standard streams.
pub fn fdstat(descriptor: &Descriptor, stream: u8) -> [u8; FDSTAT_BYTES as usize] {
    let (kind, flags, rights, inheriting) = match descriptor {
        Descriptor::Stdin => (stream, 0, super::descriptors::FD_READ, 0),
        Descriptor::Stdout | Descriptor::Stderr => (stream, 0, super::descriptors::FD_WRITE, 0),
        Descriptor::Directory(folder) => (3, 0, folder.rights & !FD_SEEK_TELL, folder.inheriting),
        Descriptor::File(file) => (4, file.flags, file.rights, file.inheriting),
    };
    lay_out([u64::from(kind) | u64::from(flags) << 16, rights, inheriting])
}

/// Sets the times of what `file` points at; of a symlink, its own.
pub fn set_times(file: impl AsFd, accessed: u64, modified: u64, flags: u32) -> Result<()> {
    let times = Timestamps {
        last_access: time(accessed, flags & 3)?,
        last_modification: time(modified, flags >> 2 & 3)?,
    };
    if flags > 15 {
        return Err(Errno::INVAL);
    }
    Ok(utimensat(file, c"", &times, AtFlags::EMPTY_PATH)?)
}

fn time(nanoseconds: u64, flags: u32) -> Result<Timespec> {
    match flags {
        0 => Ok(Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }),
        1 => Ok(Timespec {
            tv_sec: (nanoseconds / 1_000_000_000).cast_signed(),
            tv_nsec: (nanoseconds % 1_000_000_000).cast_signed(),
        }),
        2 => Ok(Timespec { tv_sec: 0, tv_nsec: UTIME_NOW }),
        _ => Err(Errno::INVAL),
    }
}
