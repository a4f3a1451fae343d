//! Puts the kernel's limits in force, one step after the other; a step that fails ends the worker.

mod cpu;

pub use cpu::CpuBudget;

use crate::fault::{Code, Fault};
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

fn refuse<E: std::fmt::Display>(step: &'static str) -> impl Fn(E) -> Fault {
    move |error| Fault::new(Code::Sandbox, format!("{step}: {error}"))
}

fn limit(resource: Resource, value: u64, step: &'static str) -> Result<(), Fault> {
    let both = Rlimit { current: Some(value), maximum: Some(value) };
    rustix::process::setrlimit(resource, both).map_err(refuse(step))
}

/// What every role wants: die with the host, gain nothing, show nothing.
fn common(parent_pid: Option<u32>) -> Result<(), Fault> {
    close_other_fds()?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(refuse("die with the host"))?;
    let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent_pid.is_some() && parent != parent_pid {
        return Err(Fault::new(Code::Sandbox, "the host is gone"));
    }
    rustix::thread::set_no_new_privs(true).map_err(refuse("no new privileges"))?;
    rustix::process::chdir("/").map_err(refuse("working folder"))?;
    limit(Resource::Core, 0, "core dumps")?;
    limit(Resource::Nofile, OPEN_FILES, "open files")
}

fn close_other_fds() -> Result<(), Fault> {
    // SAFETY: nothing in this process owns a descriptor above the artifact's (3) yet.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, 4, u32::MAX, 0) };
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
pub fn confine_serve(memory_bytes: u64, parent_pid: u32) -> Result<(), Fault> {
    common(Some(parent_pid))?;
    let files = Rlimit { current: Some(0), maximum: Some(memory_bytes) };
    rustix::process::setrlimit(Resource::Fsize, files).map_err(refuse("file size"))?;
    limit(Resource::Data, memory_bytes + BASE_DATA_BYTES, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")
}

/// Lets `work` write files of this size, within the hard limit: the image of a guest's memory
/// counts as one.
pub fn writing_files<T>(bytes: u64, work: impl FnOnce() -> T) -> Result<T, Fault> {
    let maximum = rustix::process::getrlimit(Resource::Fsize).maximum;
    let allow = |current| {
        rustix::process::setrlimit(Resource::Fsize, Rlimit { current: Some(current), maximum })
            .map_err(refuse("file size"))
    };
    allow(bytes)?;
    let done = work();
    allow(0)?;
    Ok(done)
}

/// The last step of a serving worker, when no file of /proc/self is wanted any more.
pub fn seal_serve() -> Result<(), Fault> {
    undumpable()
}

/// The limits of a compiling worker.
pub fn confine_compile() -> Result<(), Fault> {
    common(None)?;
    limit(Resource::Fsize, 0, "file size")?;
    undumpable()?;
    limit(Resource::Data, COMPILE_DATA_BYTES, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")?;
    limit(Resource::Cpu, COMPILE_CPU_S, "cpu time")
}
