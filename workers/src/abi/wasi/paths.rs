//! Functions that take a folder and a path beneath it.

use super::beneath::{self, Place};
use super::descriptors::{
    Descriptor, Directory, FD_READ, FD_READDIR, FD_WRITE, File, Handle, READ,
};
use super::errno::{Errno, Result};
use super::file;
use super::filestat::{self, FILESTAT_BYTES};
use super::memory::GuestMemory;
use super::quota::{self, ENTRY_BYTES};
use crate::abi::imports::Context;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, linkat, mkdirat, readlinkat_raw, statat};
use rustix::fs::{RenameFlags, renameat_with, symlinkat, unlinkat};
use std::os::fd::OwnedFd;

type Memory<'a> = GuestMemory<'a>;

const FOLLOW: u32 = 1;

const CREATE: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;

/// Changing the size of a file takes the right to write to it.
const WRITES: u64 = FD_WRITE | 1 << 8 | 1 << 22;

fn kind(file: &OwnedFd) -> Result<FileType> {
    Ok(FileType::from_raw_mode(fstat(file)?.st_mode))
}

/// What a guest asks of path_open, as far as it depends on nothing but its arguments.
struct Wanted {
    oflags: u32,
    fdflags: u16,
    reads: bool,
    writes: bool,
}

impl Wanted {
    fn of(oflags: u32, rights: u64, fdflags: u32) -> Result<Self> {
        let fdflags = u16::try_from(fdflags).ok().filter(|flags| *flags < 32);
        let wanted = Self {
            oflags,
            fdflags: fdflags.ok_or(Errno::INVAL)?,
            reads: rights & (FD_READ | FD_READDIR) != 0,
            // Only what is open to write can be truncated.
            writes: rights & WRITES != 0 || oflags & TRUNCATE != 0,
        };
        if oflags > 15 || oflags & DIRECTORY != 0 && oflags & (CREATE | EXCLUSIVE | TRUNCATE) != 0 {
            return Err(Errno::INVAL);
        }
        Ok(wanted)
    }

    /// Refuses what the grant does not allow.
    fn check(&self, folder: &Directory) -> Result<()> {
        if self.is_folder() {
            return Ok(());
        }
        if self.reads || !self.writes {
            folder.readable()?;
        }
        if self.writes || self.oflags & (CREATE | TRUNCATE) != 0 {
            folder.writable()?;
        }
        Ok(())
    }

    fn is_folder(&self) -> bool {
        self.oflags & DIRECTORY != 0
    }

    fn flags(&self) -> OFlags {
        let mut flags = match (self.reads, self.writes) {
            _ if self.is_folder() => OFlags::RDONLY | OFlags::DIRECTORY,
            (true, true) => OFlags::RDWR,
            (false, true) => OFlags::WRONLY,
            _ => OFlags::RDONLY,
        };
        flags.set(OFlags::APPEND, self.fdflags & 1 != 0);
        flags.set(OFlags::DSYNC, self.fdflags & 2 != 0);
        flags.set(OFlags::SYNC, self.fdflags & (8 | 16) != 0);
        flags
    }

    fn open(&self, folder: &Directory, path: &[u8], follow: bool) -> Result<OwnedFd> {
        if self.is_folder() && folder.mode & READ == 0 {
            return beneath::point(folder, path, OFlags::DIRECTORY, follow);
        }
        let flags = self.flags();
        if self.oflags & CREATE == 0 {
            return beneath::open(folder, path, flags, follow);
        }
        if self.oflags & EXCLUSIVE != 0 {
            return create(folder, path, flags | OFlags::EXCL, follow);
        }
        match beneath::open(folder, path, flags, follow) {
            Err(Errno::NOENT) => create(folder, path, flags, follow),
            found => found,
        }
    }
}

fn create(folder: &Directory, path: &[u8], flags: OFlags, follow: bool) -> Result<OwnedFd> {
    quota::check(ENTRY_BYTES)?;
    let file = beneath::open(folder, path, flags | OFlags::CREATE, follow)?;
    quota::spend(ENTRY_BYTES);
    Ok(file)
}

#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn open(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    lookup: u32,
    at: u32,
    length: u32,
    oflags: u32,
    rights: u64,
    inheriting: u64,
    fdflags: u32,
    out: u32,
) -> Result<()> {
    m.check(out, 4)?;
    let path = beneath::path(m, at, length)?;
    let wanted = Wanted::of(oflags, rights, fdflags)?;
    c.wasi.descriptors.check_room()?;
    let folder = c.wasi.descriptors.directory(fd)?;
    wanted.check(folder)?;
    let opened = wanted.open(folder, &path, lookup & FOLLOW != 0)?;
    let (grant, mode) = (folder.grant, folder.mode);
    let (rights, inheriting) = (rights & folder.inheriting, inheriting & folder.inheriting);
    let descriptor = match kind(&opened)? {
        FileType::RegularFile => {
            if wanted.oflags & TRUNCATE != 0 {
                file::resize(&opened, 0)?;
            }
            let allowed = if wanted.writes { rights } else { rights & !WRITES };
            let flags = wanted.fdflags;
            Descriptor::File(File {
                fd: opened,
                offset: 0,
                flags,
                mode,
                rights: allowed,
                inheriting,
            })
        }
        FileType::Directory => {
            let handle = Handle::Opened(opened);
            Descriptor::Directory(Directory {
                handle,
                grant,
                mode,
                preopen: None,
                rights,
                inheriting,
            })
        }
        // A device or a pipe: whatever it does, it does outside of the folder.
        _ => return Err(Errno::PERM),
    };
    let number = c.wasi.descriptors.open(descriptor);
    m.put_u32(out, number)
}

pub fn filestat_get(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    lookup: u32,
    at: u32,
    length: u32,
    out: u32,
) -> Result<()> {
    m.check(out, FILESTAT_BYTES)?;
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    let file = beneath::point(&*folder, &path, OFlags::empty(), lookup & FOLLOW != 0)?;
    m.copy_in(out, &filestat::filestat(&fstat(&file)?))
}

#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn set_times(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    lookup: u32,
    at: u32,
    length: u32,
    accessed: u64,
    modified: u64,
    flags: u32,
) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.writable()?;
    let file = beneath::point(&*folder, &path, OFlags::empty(), lookup & FOLLOW != 0)?;
    filestat::set_times(&file, accessed, modified, flags)
}

pub fn create_directory(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    length: u32,
) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.writable()?;
    let place = Place::find(&*folder, &path)?;
    quota::check(ENTRY_BYTES)?;
    mkdirat(&place.parent, &place.name, Mode::from(0o777))?;
    quota::spend(ENTRY_BYTES);
    Ok(())
}

pub fn remove_directory(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    length: u32,
) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.writable()?;
    let place = Place::find(&*folder, &path)?;
    Ok(unlinkat(&place.parent, &place.name, AtFlags::REMOVEDIR)?)
}

pub fn unlink_file(c: &mut Context, m: &Memory<'_>, fd: u32, at: u32, length: u32) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.writable()?;
    let place = Place::find_entry(&*folder, &path)?;
    Ok(unlinkat(&place.parent, &place.name, AtFlags::empty())?)
}

/// Refuses to bring what may not be read to where it may.
fn check_move(from: &Directory, to: &Directory) -> Result<()> {
    from.writable()?;
    to.writable()?;
    if to.mode & READ != 0 { from.readable() } else { Ok(()) }
}

#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn rename(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    length: u32,
    new_fd: u32,
    new_at: u32,
    new_length: u32,
) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let new_path = beneath::path(m, new_at, new_length)?;
    let (from, to) = c.wasi.descriptors.directories(fd, new_fd)?;
    check_move(from, to)?;
    let (old, new) = (Place::find(from, &path)?, Place::find(to, &new_path)?);
    if old.wants_folder || new.wants_folder {
        let stat = statat(&old.parent, &old.name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            return Err(Errno::NOTDIR);
        }
    }
    let plain = RenameFlags::empty();
    Ok(renameat_with(&old.parent, &old.name, &new.parent, &new.name, plain)?)
}

/// A second name for a file, within one grant: in another one it would have another mode.
#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn link(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    lookup: u32,
    at: u32,
    length: u32,
    new_fd: u32,
    new_at: u32,
    new_length: u32,
) -> Result<()> {
    let path = beneath::path(m, at, length)?;
    let new_path = beneath::path(m, new_at, new_length)?;
    let (from, to) = c.wasi.descriptors.directories(fd, new_fd)?;
    check_move(from, to)?;
    if lookup & FOLLOW != 0 {
        return Err(Errno::INVAL);
    }
    if from.grant != to.grant {
        return Err(Errno::PERM);
    }
    let (old, new) = (Place::find_entry(from, &path)?, Place::find_entry(to, &new_path)?);
    quota::check(ENTRY_BYTES)?;
    linkat(&old.parent, &old.name, &new.parent, &new.name, AtFlags::empty())?;
    quota::spend(ENTRY_BYTES);
    Ok(())
}

pub fn symlink(
    c: &mut Context,
    m: &Memory<'_>,
    at: u32,
    length: u32,
    fd: u32,
    new_at: u32,
    new_length: u32,
) -> Result<()> {
    let target = beneath::path(m, at, length)?;
    let path = beneath::path(m, new_at, new_length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.writable()?;
    // This worker would not follow it out of the folder, but other programs would.
    if beneath::leads_out(&target) {
        return Err(Errno::PERM);
    }
    let place = Place::find_entry(&*folder, &path)?;
    quota::check(ENTRY_BYTES)?;
    symlinkat(target, &place.parent, &place.name)?;
    quota::spend(ENTRY_BYTES);
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn readlink(
    c: &mut Context,
    m: &Memory<'_>,
    fd: u32,
    at: u32,
    length: u32,
    buffer: u32,
    room: u32,
    out: u32,
) -> Result<()> {
    m.check(buffer, room)?;
    m.check(out, 4)?;
    let path = beneath::path(m, at, length)?;
    let folder = c.wasi.descriptors.directory(fd)?;
    folder.readable()?;
    let link = beneath::point(&*folder, &path, OFlags::empty(), false)?;
    if kind(&link)? != FileType::Symlink {
        return Err(Errno::INVAL);
    }
    let mut target = [0; 4096];
    let used = readlinkat_raw(&link, c"", &mut target)?.min(room as usize);
    m.copy_in(buffer, &target[..used])?;
    m.put_u32(out, u32::try_from(used).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened_for_what_its_rights_say() {
        let flags = |oflags, rights| Wanted::of(oflags, rights, 0).map(|wanted| wanted.flags());
        assert_eq!(flags(0, FD_READ), Ok(OFlags::RDONLY));
        assert_eq!(flags(0, FD_WRITE), Ok(OFlags::WRONLY));
        assert_eq!(flags(TRUNCATE, FD_READ | FD_WRITE), Ok(OFlags::RDWR));
        assert_eq!(flags(DIRECTORY, u64::MAX), Ok(OFlags::RDONLY | OFlags::DIRECTORY));
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        for flags in [DIRECTORY | CREATE, DIRECTORY | TRUNCATE, 16] {
            assert_eq!(Wanted::of(flags, 0, 0).err(), Some(Errno::INVAL));
        }
        assert_eq!(Wanted::of(0, 0, 32).err(), Some(Errno::INVAL));
    }
}
