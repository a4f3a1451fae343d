//! Files beneath the folders that the host has granted, through WASI preview 1. What fails gives the
//! error number of preview 1.
//! <https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md>

type Result<T> = std::result::Result<T, u16>;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_prestat_get(fd: u32, at: *mut [u32; 2]) -> u16;
    fn fd_prestat_dir_name(fd: u32, at: *mut u8, length: usize) -> u16;
    fn fd_filestat_get(fd: u32, at: *mut [u64; 8]) -> u16;
    fn fd_read(fd: u32, parts: *const Part, count: usize, read: *mut usize) -> u16;
    fn fd_write(fd: u32, parts: *const Part, count: usize, written: *mut usize) -> u16;
    fn fd_readdir(fd: u32, at: *mut u8, room: usize, cookie: u64, used: *mut usize) -> u16;
    fn fd_close(fd: u32) -> u16;
    fn path_open(
        folder: u32,
        lookup: u32,
        at: *const u8,
        length: usize,
        oflags: u32,
        rights: u64,
        inheriting: u64,
        fdflags: u32,
        fd: *mut u32,
    ) -> u16;
    fn path_filestat_get(
        folder: u32,
        lookup: u32,
        at: *const u8,
        length: usize,
        stat: *mut [u64; 8],
    ) -> u16;
    fn path_create_directory(folder: u32, at: *const u8, length: usize) -> u16;
    fn path_remove_directory(folder: u32, at: *const u8, length: usize) -> u16;
    fn path_unlink_file(folder: u32, at: *const u8, length: usize) -> u16;
    fn path_rename(
        folder: u32,
        at: *const u8,
        length: usize,
        into: u32,
        to: *const u8,
        to_length: usize,
    ) -> u16;
}

/// WASI's `iovec`, and its `ciovec`.
#[repr(C)]
struct Part {
    at: *const u8,
    length: usize,
}

const EXIST: u16 = 20;
const IO: u16 = 29;
const ISDIR: u16 = 31;
const NOENT: u16 = 44;
const NOMEM: u16 = 48;
const NOTDIR: u16 = 54;
const NOTCAPABLE: u16 = 76;

const FIRST_FOLDER: u32 = 3;
const FOLLOW: u32 = 1;
/// Where a `filestat` has the type, the size and the time of the last change, counted in eights of bytes.
const TYPE: usize = 2;
const SIZE: usize = 4;
const MODIFIED: usize = 6;
const DIRECTORY: u8 = 3;
const REGULAR: u8 = 4;
const DIRENT_BYTES: usize = 24;
/// Room for many entries, the longest of which takes 279 bytes.
const LIST_BYTES: usize = 8 << 10;

/// How a file is opened: `oflags`, rights and `fdflags` of `path_open`.
struct Mode(u32, u64, u32);

const READ: Mode = Mode(0, 1 << 1 | 1 << 21, 0);
const LIST: Mode = Mode(2, 1 << 14, 0);
const WRITE: Mode = Mode(1 | 8, 1 << 6, 0);
const APPEND: Mode = Mode(1, 1 << 6, 1);

fn done(errno: u16) -> Result<()> {
    if errno == 0 { Ok(()) } else { Err(errno) }
}

/// A path beneath a granted folder.
#[derive(Clone, Copy)]
struct Place<'a> {
    folder: u32,
    path: &'a str,
}

impl<'a> Place<'a> {
    /// Takes the innermost of the folders that the path is beneath.
    fn find(path: &'a str) -> Result<Self> {
        let granted = (FIRST_FOLDER..).map_while(|fd| Some((fd, name_of(fd)?)));
        let holding = granted.filter_map(|(folder, name)| {
            let below = path.strip_prefix(&*name)?;
            let is_beneath = below.is_empty() || below.starts_with('/');
            is_beneath.then_some((name.len(), folder, below.trim_start_matches('/')))
        });
        let (_, folder, below) = holding.max().ok_or(NOTCAPABLE)?;
        let path = if below.is_empty() { "." } else { below };
        Ok(Self { folder, path })
    }

    fn open(self, Mode(oflags, rights, fdflags): &Mode) -> Result<Opened> {
        let mut fd = 0;
        // SAFETY: the path lives until the call returns, and the host writes one number.
        done(unsafe {
            path_open(
                self.folder,
                FOLLOW,
                self.path.as_ptr(),
                self.path.len(),
                *oflags,
                *rights,
                0,
                *fdflags,
                &raw mut fd,
            )
        })?;
        Ok(Opened(fd))
    }

    /// Makes the folders that the path is in.
    fn make_folders(self) -> Result<()> {
        for (end, _) in self.path.match_indices('/') {
            match self.make_folder(end) {
                Ok(()) | Err(EXIST) => {}
                refused => return refused,
            }
        }
        Ok(())
    }

    /// Makes the folder that the path names up to `end`.
    fn make_folder(self, end: usize) -> Result<()> {
        // SAFETY: the path lives until the call returns, and `end` is in it.
        done(unsafe { path_create_directory(self.folder, self.path.as_ptr(), end) })
    }

    fn stat(self) -> Result<[u64; 8]> {
        let mut stat = [0; 8];
        let Self { folder, path } = self;
        // SAFETY: the path lives until the call returns, and the host writes the 64 bytes of `stat`.
        done(unsafe {
            path_filestat_get(folder, FOLLOW, path.as_ptr(), path.len(), &raw mut stat)
        })?;
        Ok(stat)
    }
}

fn name_of(fd: u32) -> Option<String> {
    let mut prestat = [0; 2];
    // SAFETY: the host writes the eight bytes of `prestat`.
    done(unsafe { fd_prestat_get(fd, &raw mut prestat) }).ok()?;
    let mut name = vec![0; prestat[1] as usize];
    // SAFETY: the host writes no more than the bytes of `name`.
    done(unsafe { fd_prestat_dir_name(fd, name.as_mut_ptr(), name.len()) }).ok()?;
    String::from_utf8(name).ok()
}

/// An open file or folder, which is closed in the end.
struct Opened(u32);

impl Drop for Opened {
    fn drop(&mut self) {
        // SAFETY: nobody else has the number.
        unsafe { fd_close(self.0) };
    }
}

impl Opened {
    /// Gives the size of a file; a folder has none.
    fn size(&self) -> Result<usize> {
        let mut stat = [0; 8];
        // SAFETY: the host writes the 64 bytes of `stat`.
        done(unsafe { fd_filestat_get(self.0, &raw mut stat) })?;
        if stat[TYPE] as u8 == DIRECTORY {
            return Err(ISDIR);
        }
        usize::try_from(stat[SIZE]).map_err(|_| NOMEM)
    }

    /// Fills what it can of `bytes`; gives how much, nothing at the end.
    fn read(&self, bytes: &mut [u8]) -> Result<usize> {
        let part = Part {
            at: bytes.as_mut_ptr(),
            length: bytes.len(),
        };
        let mut read = 0;
        // SAFETY: the host writes no more than the bytes of `bytes`, and one number.
        done(unsafe { fd_read(self.0, &raw const part, 1, &raw mut read) })?;
        Ok(read)
    }

    fn write(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let part = Part {
                at: bytes.as_ptr(),
                length: bytes.len(),
            };
            let mut written = 0;
            // SAFETY: the bytes live until the call returns, and the host writes one number.
            done(unsafe { fd_write(self.0, &raw const part, 1, &raw mut written) })?;
            if written == 0 {
                return Err(IO);
            }
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// Fills `room` with entries from `cookie` on; gives how many bytes those are.
    fn entries(&self, room: &mut [u8], cookie: u64) -> Result<usize> {
        let mut used = 0;
        // SAFETY: the host writes no more than the bytes of `room`, and one number.
        done(unsafe { fd_readdir(self.0, room.as_mut_ptr(), room.len(), cookie, &raw mut used) })?;
        Ok(used)
    }
}

/// Gives all bytes of a file.
pub fn read(path: &str) -> Result<Vec<u8>> {
    let file = Place::find(path)?.open(&READ)?;
    let mut bytes = Vec::new();
    let mut length = 0;
    // One more than the size, so that the end is found without making more room.
    let mut room = file.size()?.saturating_add(1);
    loop {
        if length == bytes.len() {
            bytes.try_reserve_exact(room).map_err(|_| NOMEM)?;
            bytes.resize(length + room, 0);
            room = length.max(LIST_BYTES);
        }
        match file.read(&mut bytes[length..])? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Writes a file anew, or at its end, and makes the folders that it is in.
pub fn write(path: &str, bytes: &[u8], at_its_end: bool) -> Result<()> {
    let mode = if at_its_end { &APPEND } else { &WRITE };
    let place = Place::find(path)?;
    let file = match place.open(mode) {
        Err(NOENT) => {
            place.make_folders()?;
            place.open(mode)?
        }
        opened => opened?,
    };
    file.write(bytes)
}

/// Gives the names in a folder, sorted.
pub fn list(path: &str) -> Result<Vec<String>> {
    let folder = Place::find(path)?.open(&LIST)?;
    let mut room = vec![0; LIST_BYTES];
    let (mut names, mut cookie) = (Vec::new(), 0);
    loop {
        let used = folder.entries(&mut room, cookie)?;
        let mut rest = &room[..used];
        while let Some((next, name, behind)) = split_entry(rest) {
            cookie = next;
            rest = behind;
            if name != b"." && name != b".." {
                names.push(String::from_utf8_lossy(name).into_owned());
            }
        }
        if used < LIST_BYTES {
            names.sort_unstable();
            return Ok(names);
        }
    }
}

/// Gives the place of the next entry, the first one's name and what is behind it; None where it is cut.
fn split_entry(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (head, behind) = bytes.split_at_checked(DIRENT_BYTES)?;
    let next = u64::from_le_bytes(head[..8].try_into().ok()?);
    let length = u32::from_le_bytes(head[16..20].try_into().ok()?);
    let (name, behind) = behind.split_at_checked(length as usize)?;
    Some((next, name, behind))
}

/// Removes a file, or an empty folder.
pub fn remove(path: &str) -> Result<()> {
    let Place { folder, path } = Place::find(path)?;
    // SAFETY: the path lives until the calls return.
    done(
        match unsafe { path_unlink_file(folder, path.as_ptr(), path.len()) } {
            ISDIR => unsafe { path_remove_directory(folder, path.as_ptr(), path.len()) },
            errno => errno,
        },
    )
}

/// Makes a folder, and those that it is in; one that is there stays as it is.
pub fn make_folder(path: &str) -> Result<()> {
    let place = Place::find(path)?;
    place.make_folders()?;
    match place.make_folder(place.path.len()) {
        Err(EXIST) if place.stat()?[TYPE] as u8 == DIRECTORY => Ok(()),
        made => made,
    }
}

/// Gives a file or folder another path; a file that is there is replaced.
pub fn rename(from: &str, to: &str) -> Result<()> {
    let (old, new) = (Place::find(from)?, Place::find(to)?);
    // SAFETY: both paths live until the call returns.
    done(unsafe {
        path_rename(
            old.folder,
            old.path.as_ptr(),
            old.path.len(),
            new.folder,
            new.path.as_ptr(),
            new.path.len(),
        )
    })
}

/// What is known of a file.
pub struct Known {
    pub kind: &'static str,
    pub bytes: u64,
    /// Milliseconds since 1970.
    pub modified: f64,
}

/// Says what is at a path; of a link, where it leads.
pub fn stat(path: &str) -> Result<Known> {
    let stat = Place::find(path)?.stat()?;
    let kind = match stat[TYPE] as u8 {
        DIRECTORY => "folder",
        REGULAR => "file",
        _ => "other",
    };
    Ok(Known {
        kind,
        bytes: stat[SIZE],
        modified: stat[MODIFIED] as f64 / 1e6,
    })
}

pub fn exists(path: &str) -> Result<bool> {
    match Place::find(path)?.stat() {
        Ok(_) => Ok(true),
        Err(NOENT | NOTDIR) => Ok(false),
        Err(errno) => Err(errno),
    }
}
