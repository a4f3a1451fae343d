//! What is open in one instance, by the guest's own numbers.

use super::errno::{Errno, Result};
use crate::frame::{FIRST_FOLDER, Folder};
use rustix::fs::FileType;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Files and folders that one instance may have open; `sandbox` leaves room for as many.
pub const OPEN_FILES: usize = crate::sandbox::GUEST_FILES as usize;

pub const READ: u8 = 1;
pub const WRITE: u8 = 2;

pub const FD_READ: u64 = 1 << 1;
pub const FD_WRITE: u64 = 1 << 6;
pub const FD_READDIR: u64 = 1 << 14;
/// Every right of preview 1; a folder's mode decides what comes of it.
pub const ALL: u64 = (1 << 30) - 1;
/// Rights to seek and to tell, whose absence is how a libc knows a terminal.
pub const FD_SEEK_TELL: u64 = 1 << 2 | 1 << 5;

pub enum Descriptor {
    Stdin,
    Stdout,
    Stderr,
    Directory(Directory),
    File(File),
}

/// An open folder: one that was granted, or one beneath it.
pub struct Directory {
    pub handle: Handle,
    /// Which grant it is of.
    pub grant: usize,
    pub mode: u8,
    /// The path that the guest knows a granted folder by.
    pub preopen: Option<String>,
    pub rights: u64,
    pub inheriting: u64,
}

pub enum Handle {
    /// Opened by the host, with O_PATH, for the life of the process.
    Granted(BorrowedFd<'static>),
    /// Opened by the guest, with O_PATH where the grant has no reading.
    Opened(OwnedFd),
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.handle {
            Handle::Granted(fd) => *fd,
            Handle::Opened(fd) => fd.as_fd(),
        }
    }
}

impl Directory {
    pub fn readable(&self) -> Result<()> {
        if self.mode & READ != 0 { Ok(()) } else { Err(Errno::ACCES) }
    }

    pub fn writable(&self) -> Result<()> {
        if self.mode & WRITE != 0 { Ok(()) } else { Err(Errno::ROFS) }
    }
}

/// An open regular file.
pub struct File {
    pub fd: OwnedFd,
    pub offset: u64,
    /// As in fdstat: append is 1.
    pub flags: u16,
    /// The mode of its grant.
    pub mode: u8,
    pub rights: u64,
    pub inheriting: u64,
}

impl File {
    pub fn appends(&self) -> bool {
        self.flags & 1 != 0
    }
}

pub struct Descriptors {
    table: Vec<Option<Descriptor>>,
    folders: Vec<Folder>,
    /// Whether it is other than at the start of an instance.
    changed: bool,
}

impl Descriptors {
    pub fn new(folders: Vec<Folder>) -> Self {
        let table = fresh(&folders);
        Self { table, folders, changed: false }
    }

    /// Closes everything and opens what a new instance has.
    pub fn reset(&mut self) {
        if self.changed {
            self.table = fresh(&self.folders);
            self.changed = false;
        }
    }

    pub fn changed(&self) -> bool {
        self.changed
    }

    pub fn get(&mut self, fd: u32) -> Result<&mut Descriptor> {
        self.table.get_mut(fd as usize).and_then(Option::as_mut).ok_or(Errno::BADF)
    }

    /// The same, for a caller that will change what the number stands for.
    pub fn change(&mut self, fd: u32) -> Result<&mut Descriptor> {
        self.changed = true;
        self.get(fd)
    }

    pub fn file(&mut self, fd: u32) -> Result<&mut File> {
        match self.get(fd)? {
            Descriptor::File(file) => Ok(file),
            Descriptor::Directory(_) => Err(Errno::ISDIR),
            _ => Err(Errno::SPIPE),
        }
    }

    pub fn directory(&mut self, fd: u32) -> Result<&mut Directory> {
        match self.get(fd)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::NOTDIR),
        }
    }

    /// Two folders, which may be the same one.
    pub fn directories(&self, first: u32, second: u32) -> Result<(&Directory, &Directory)> {
        let directory = |fd: u32| match self.table.get(fd as usize) {
            Some(Some(Descriptor::Directory(directory))) => Ok(directory),
            Some(Some(_)) => Err(Errno::NOTDIR),
            _ => Err(Errno::BADF),
        };
        Ok((directory(first)?, directory(second)?))
    }

    /// Makes sure that there is room for one more, before it is opened.
    pub fn check_room(&self) -> Result<()> {
        let opened = self.table.iter().flatten().filter(|entry| match entry {
            Descriptor::File(_) => true,
            Descriptor::Directory(directory) => directory.preopen.is_none(),
            _ => false,
        });
        if opened.count() < OPEN_FILES { Ok(()) } else { Err(Errno::MFILE) }
    }

    /// Puts a descriptor under the lowest free number.
    pub fn open(&mut self, descriptor: Descriptor) -> u32 {
        self.changed = true;
        let free = self.table.iter().position(Option::is_none).unwrap_or(self.table.len());
        if free == self.table.len() {
            self.table.push(None);
        }
        self.table[free] = Some(descriptor);
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    pub fn close(&mut self, fd: u32) -> Result<()> {
        self.get(fd)?;
        self.changed = true;
        self.table[fd as usize] = None;
        Ok(())
    }

    /// Moves `from` to `to`, which is closed first.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<()> {
        self.get(from)?;
        self.get(to)?;
        if from != to {
            self.changed = true;
            self.table[to as usize] = self.table[from as usize].take();
        }
        Ok(())
    }
}

/// The standard streams, and the granted folders from 3 on.
fn fresh(folders: &[Folder]) -> Vec<Option<Descriptor>> {
    let streams = [Descriptor::Stdin, Descriptor::Stdout, Descriptor::Stderr];
    let granted = folders.iter().zip(FIRST_FOLDER..).enumerate().map(|(grant, (folder, fd))| {
        // SAFETY: the host has opened one descriptor for every folder of the start frame, and
        // nothing in this process closes it.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        Descriptor::Directory(Directory {
            handle: Handle::Granted(fd),
            grant,
            mode: folder.mode,
            preopen: Some(folder.path.clone()),
            rights: ALL,
            inheriting: ALL,
        })
    });
    streams.into_iter().chain(granted).map(Some).collect()
}

/// What preview 1 calls a type of file.
pub fn file_type(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 3,
        FileType::RegularFile => 4,
        FileType::Socket => 6,
        FileType::Symlink => 7,
        _ => 0,
    }
}
