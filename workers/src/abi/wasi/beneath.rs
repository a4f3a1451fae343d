//! The way from a folder to what a path names, which never leads out of the folder.
//!
//! The kernel walks every path (openat2 with RESOLVE_BENEATH), so nothing that others do to the
//! folder meanwhile can lead it astray. What has no such call is done to the last name of a path,
//! within its parent folder that was opened this way.
//! <https://man7.org/linux/man-pages/man2/openat2.2.html>

use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io;
use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};

/// PATH_MAX of Linux, with its NUL.
const PATH_BYTES: u32 = 4096;
/// The kernel gives up where a rename elsewhere crosses a `..`; it is asked again this often.
const TRIES: u32 = 64;

/// Reads a path out of the guest.
pub fn path(memory: &GuestMemory<'_>, at: u32, length: u32) -> Result<Vec<u8>> {
    if length >= PATH_BYTES {
        memory.check(at, length)?;
        return Err(Errno::NAMETOOLONG);
    }
    let path = memory.bytes(at, length)?;
    if path.contains(&0) { Err(Errno::INVAL) } else { Ok(path) }
}

fn text(path: &[u8]) -> Result<CString> {
    CString::new(path).map_err(|_| Errno::INVAL)
}

fn walk(folder: impl AsFd, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
    let (path, flags) = (text(path)?, flags | OFlags::CLOEXEC);
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match openat2(&folder, &path, flags, mode, beneath) {
            Err(io::Errno::AGAIN) => {}
            Err(io::Errno::XDEV) => return Err(Errno::PERM),
            other => return Ok(other?),
        }
    }
    Err(io::Errno::AGAIN.into())
}

fn following(follow: bool) -> OFlags {
    if follow { OFlags::empty() } else { OFlags::NOFOLLOW }
}

/// Opens without waiting for anybody at the other end.
pub fn open(folder: impl AsFd, path: &[u8], flags: OFlags, follow: bool) -> Result<OwnedFd> {
    let mode = if flags.contains(OFlags::CREATE) { Mode::from(0o666) } else { Mode::empty() };
    let patient = OFlags::NOCTTY | OFlags::NONBLOCK;
    walk(folder, path, flags | patient | following(follow), mode)
}

/// Points at what a path names, without opening it.
pub fn point(folder: impl AsFd, path: &[u8], flags: OFlags, follow: bool) -> Result<OwnedFd> {
    walk(folder, path, flags | OFlags::PATH | following(follow), Mode::empty())
}

/// The last name of a path, in the folder that holds it.
pub struct Place {
    pub parent: OwnedFd,
    pub name: CString,
    /// Whether a slash after the name says that it has to be a folder.
    pub wants_folder: bool,
}

impl Place {
    pub fn find(folder: impl AsFd, path: &[u8]) -> Result<Self> {
        let (parent, name) = split(path)?;
        Ok(Self {
            parent: point(folder, parent, OFlags::DIRECTORY, true)?,
            name: text(name)?,
            wants_folder: path.ends_with(b"/"),
        })
    }

    /// The same, for what cannot be a folder.
    pub fn find_entry(folder: impl AsFd, path: &[u8]) -> Result<Self> {
        let place = Self::find(folder, path)?;
        if place.wants_folder { Err(Errno::NOTDIR) } else { Ok(place) }
    }
}

/// Divides a path into its parent and a last name that stands for nothing but itself.
fn split(path: &[u8]) -> Result<(&[u8], &[u8])> {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let (parent, name) = match path[..end].iter().rposition(|byte| *byte == b'/') {
        Some(0) => (&path[..1], &path[1..end]),
        Some(slash) => (&path[..slash], &path[slash + 1..end]),
        None => (&b"."[..], &path[..end]),
    };
    match name {
        b"" if path.is_empty() => Err(Errno::NOENT),
        b"" => Err(Errno::PERM),
        b"." | b".." => Err(Errno::INVAL),
        _ => Ok((parent, name)),
    }
}

/// Whether a symlink of this text could lead a careless reader out of the folder.
pub fn leads_out(target: &[u8]) -> bool {
    target.starts_with(b"/") || target.split(|byte| *byte == b'/').any(|part| part == b"..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> Result<(&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or("");
        split(path.as_bytes()).map(|(parent, name)| (text(parent), text(name)))
    }

    #[test]
    fn a_path_ends_in_a_name() {
        assert_eq!(parts("a"), Ok((".", "a")));
        assert_eq!(parts("a/b//"), Ok(("a", "b")));
        assert_eq!(parts("a//b"), Ok(("a/", "b")));
        assert_eq!(parts("../a"), Ok(("..", "a")));
        assert_eq!(parts("/a"), Ok(("/", "a")));
        assert_eq!(parts("..."), Ok((".", "...")));
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        assert_eq!(parts(""), Err(Errno::NOENT));
        assert_eq!(parts("///"), Err(Errno::PERM));
        for path in [".", "..", "a/..", "a/../", "a/.", "./"] {
            assert_eq!(parts(path), Err(Errno::INVAL), "{path}");
        }
    }

    #[test]
    fn a_symlink_may_not_lead_out() {
        assert!(
            ["/", "/a", "..", "a/..", "../a", "a/../b"].iter().all(|t| leads_out(t.as_bytes()))
        );
        assert!(
            !["a", "a/b", "..a", "a..", "...", "a/...", ""].iter().any(|t| leads_out(t.as_bytes()))
        );
    }
}
