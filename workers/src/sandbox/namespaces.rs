//! Namespaces: a network without interfaces, and users, System V objects and host names of one's own.
//!
//! A process namespace would take effect on children alone, and a worker has none; a mount namespace
//! would hide nothing that landlock does not refuse.

use super::refuse;
use crate::fault::Fault;

const APART: libc::c_int =
    libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;

pub fn enter() -> Result<(), Fault> {
    // SAFETY: unshare(2) with these flags changes what the process sees, and none of its memory.
    match unsafe { libc::unshare(APART) } {
        0 => Ok(()),
        _ => Err(refuse("namespaces")(std::io::Error::last_os_error())),
    }
}
