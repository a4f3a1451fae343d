//! Puts the kernel's limits in force, one step after the other; a step that fails ends the worker.

mod cpu;

pub use cpu::CpuBudget;

use crate::fault::{Code, Fault};
use crate::frame::{FIRST_FOLDER, Folder, Limits};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};

/// wasmer reserves 8 GiB of addresses for a memory; two may live at once, and the rest is code.
const ADDRESS_SPACE_BYTES: u64 = 20 << 30;
/// The worker itself, the engine, the native code of the largest modules, two 64 MiB frames.
const BASE_DATA_BYTES: u64 = 256 << 20;
/// Compiling wants many times the module's size.
const COMPILE_DATA_BYTES: u64 = 3 << 30;
const COMPILE_CPU_S: u64 = 120;
/// stdin, stdout, stderr, the artifact while it is loaded, and a few for the engine.
const OPEN_FILES: u64 = 16;
/// Files and folders that the guest of a worker with folders may have open at once.
pub const GUEST_FILES: u64 = 64;
const WRITE: u8 = 2;

fn refuse<E: std::fmt::Display>(step: &'static str) -> impl Fn(E) -> Fault {
    move |error| Fault::new(Code::Sandbox, format!("{step}: {error}"))
}

fn limit(resource: Resource, value: u64, step: &'static str) -> Result<(), Fault> {
    let both = Rlimit { current: Some(value), maximum: Some(value) };
    rustix::process::setrlimit(resource, both).map_err(refuse(step))
}

/// What every role wants: die with the host, gain nothing, show nothing.
fn common(parent_pid: Option<u32>, folders: u64) -> Result<(), Fault> {
    close_other_fds(folders)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(refuse("die with the host"))?;
    let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent_pid.is_some() && parent != parent_pid {
        return Err(Fault::new(Code::Sandbox, "the host is gone"));
    }
    rustix::thread::set_no_new_privs(true).map_err(refuse("no new privileges"))?;
    rustix::process::chdir("/").map_err(refuse("working folder"))?;
    limit(Resource::Core, 0, "core dumps")?;
    let guest_files = if folders > 0 { folders + GUEST_FILES } else { 0 };
    limit(Resource::Nofile, OPEN_FILES + guest_files, "open files")
}

fn close_other_fds(folders: u64) -> Result<(), Fault> {
    let first = FIRST_FOLDER.unsigned_abs() + u32::try_from(folders).unwrap_or(0);
    // SAFETY: nothing in this process owns a descriptor above the last folder's yet.
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

/// The limits of a serving worker, before its artifact is loaded.
pub fn confine_serve(limits: &Limits, folders: &[Folder]) -> Result<(), Fault> {
    common(Some(limits.parent_pid), folders.len() as u64)?;
    let writes = folders.iter().any(|folder| folder.mode & WRITE != 0);
    let file_bytes = if writes { limits.disk_bytes } else { 0 };
    let most = limits.memory_bytes.max(file_bytes);
    let files = Rlimit { current: Some(file_bytes), maximum: Some(most) };
    rustix::process::setrlimit(Resource::Fsize, files).map_err(refuse("file size"))?;
    // A guest that writes too much is told so, and not killed.
    // SAFETY: nothing is run by the signal; it is only ignored.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    limit(Resource::Data, limits.memory_bytes + BASE_DATA_BYTES, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")
}

/// Lets `work` write files of this size, within the hard limit: the image of a guest's memory
/// counts as one.
pub fn writing_files<T>(bytes: u64, work: impl FnOnce() -> T) -> Result<T, Fault> {
    let Rlimit { current: before, maximum } = rustix::process::getrlimit(Resource::Fsize);
    let allow = |current| {
        rustix::process::setrlimit(Resource::Fsize, Rlimit { current, maximum })
            .map_err(refuse("file size"))
    };
    allow(Some(bytes))?;
    let done = work();
    allow(before)?;
    Ok(done)
}

/// The last step of a serving worker, when no file of /proc/self is wanted any more.
pub fn seal_serve() -> Result<(), Fault> {
    undumpable()
}

/// The limits of a compiling worker.
pub fn confine_compile() -> Result<(), Fault> {
    common(None, 0)?;
    limit(Resource::Fsize, 0, "file size")?;
    undumpable()?;
    limit(Resource::Data, COMPILE_DATA_BYTES, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")?;
    limit(Resource::Cpu, COMPILE_CPU_S, "cpu time")
}
