//! Puts the kernel's limits in force, one step after the other; a step that fails ends the worker.

mod cpu;
mod landlock;
mod layers;
mod namespaces;
mod preemption;
mod rlimits;
mod seccomp;

pub use cpu::{CpuBudget, Share};
pub use rlimits::GUEST_FILES;
pub use seccomp::RULES;

use crate::fault::{Code, Fault};
use crate::frame::FIRST_FOLDER;
use layers::Layers;
use rustix::process::{DumpableBehavior, Signal};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// Where the image of the guest's memory is open; the policies name it.
pub const IMAGE: RawFd = 62;
/// Where /proc/self/pagemap is open; the policies name it. A process has room for 64 at no cost.
pub const PAGEMAP: RawFd = 63;

/// Folders have to stay below the descriptors that are pinned.
const MOST_FOLDERS: usize = (IMAGE - FIRST_FOLDER) as usize;

fn refuse<E: std::fmt::Display>(step: &'static str) -> impl Fn(E) -> Fault {
    move |error| Fault::new(Code::Sandbox, format!("{step}: {error}"))
}

/// What a serving worker is held to, as the host's `start` says.
pub struct Confinement<'a> {
    pub parent_pid: u32,
    pub memory_bytes: u64,
    /// The most that a guest may write into its folders.
    pub disk_bytes: u64,
    /// One mode a granted folder: 1 to read, 2 to write, 3 for both.
    pub folders: &'a [u8],
}

impl Confinement<'_> {
    /// The limits of a serving worker, before its artifact is loaded.
    pub fn begin(&self) -> Result<(), Fault> {
        if self.folders.len() > MOST_FOLDERS {
            return Err(Fault::new(Code::Sandbox, "more folders than descriptors for them"));
        }
        common(self.folders.len(), Some(self.parent_pid))?;
        rlimits::serve(self.memory_bytes, self.memory_bytes.max(self.disk_bytes))
    }

    /// The last step before the guest's first instruction: whatever needed a path is open by now.
    pub fn seal(&self) -> Result<(), Fault> {
        let policy = if self.folders.is_empty() { seccomp::SERVE } else { seccomp::SERVE_FILES };
        let layers = Layers::wanted()?;
        rlimits::open_files(self.folders.len())?;
        close_in(&layers, self.folders, no_threads, policy)
    }
}

/// All limits of a compiling worker, before it has read a byte; `threads` makes the threads that
/// the compiler needs, since none can be made afterwards.
pub fn confine_compile(threads: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    let layers = Layers::wanted()?;
    common(0, None)?;
    rlimits::compile()?;
    close_in(&layers, &[], threads, seccomp::COMPILE)
}

/// All limits of a symbolising worker, before it has read a byte.
pub fn confine_symbolise() -> Result<(), Fault> {
    let layers = Layers::wanted()?;
    common(0, None)?;
    rlimits::symbolise()?;
    close_in(&layers, &[], no_threads, seccomp::SYMBOLISE)
}

/// What of the sandbox every role ends with, in the order in which each step still can be taken.
fn close_in(
    layers: &Layers,
    folders: &[u8],
    threads: impl FnOnce() -> Result<(), Fault>,
    policy: seccomp::Policy,
) -> Result<(), Fault> {
    if layers.namespaces {
        namespaces::enter()?;
    }
    if layers.landlock {
        landlock::restrict(folders)?;
    }
    undumpable()?;
    seccomp::require_one_thread()?;
    threads()?;
    if layers.seccomp {
        seccomp::apply(policy)?;
    }
    Ok(())
}

fn no_threads() -> Result<(), Fault> {
    Ok(())
}

/// What every role wants: die with the host, gain nothing, leave nothing.
fn common(folders: usize, parent_pid: Option<u32>) -> Result<(), Fault> {
    close_other_fds(folders)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(refuse("die with the host"))?;
    let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent_pid.is_some() && parent != parent_pid {
        return Err(Fault::new(Code::Sandbox, "the host is gone"));
    }
    ordinary_priority()?;
    rustix::process::chdir("/").map_err(refuse("working folder"))?;
    rustix::thread::set_no_new_privs(true).map_err(refuse("no new privileges"))?;
    rlimits::no_core_dumps()
}

/// A host that is scheduled in real time hands that on to what it starts. A guest that loops would
/// keep a CPU from everybody, from the host that has to kill it as well.
fn ordinary_priority() -> Result<(), Fault> {
    // SAFETY: neither call touches memory but the parameter's.
    let done = unsafe {
        match libc::sched_getscheduler(0) & !libc::SCHED_RESET_ON_FORK {
            libc::SCHED_OTHER | libc::SCHED_BATCH | libc::SCHED_IDLE => 0,
            _ => {
                let parameter = libc::sched_param { sched_priority: 0 };
                libc::sched_setscheduler(0, libc::SCHED_OTHER, &raw const parameter)
            }
        }
    };
    if done == 0 {
        return Ok(());
    }
    Err(refuse("ordinary priority")(std::io::Error::last_os_error()))
}

fn close_other_fds(folders: usize) -> Result<(), Fault> {
    let first = FIRST_FOLDER.unsigned_abs() + u32::try_from(folders).unwrap_or(0);
    // SAFETY: nothing in this process owns a descriptor above the artifact's and the folders' yet.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) };
    if closed == 0 {
        return Ok(());
    }
    Err(refuse("close other files")(std::io::Error::last_os_error()))
}

fn undumpable() -> Result<(), Fault> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(refuse("undumpable"))
}

/// Moves an open file to the number by which the policies know it; it stays open to the end.
pub fn pin(file: OwnedFd, number: RawFd) -> Result<BorrowedFd<'static>, Fault> {
    // SAFETY: nothing in this process owns the number yet, and nothing closes it from here on.
    unsafe {
        if libc::dup3(file.as_raw_fd(), number, libc::O_CLOEXEC) < 0 {
            return Err(refuse("pinning a descriptor")(std::io::Error::last_os_error()));
        }
        Ok(BorrowedFd::borrow_raw(number))
    }
}
