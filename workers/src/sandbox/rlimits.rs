//! The kernel's numbers for a worker, none of which it can raise again.

use super::refuse;
use crate::fault::Fault;
use rustix::process::{Resource, Rlimit};

/// wasmer reserves 8 GiB of addresses for a memory; two may live at once, and the rest is code.
const ADDRESS_SPACE_BYTES: u64 = 20 << 30;
/// The worker itself, the engine, the native code of the largest modules, two 64 MiB frames.
const BASE_DATA_BYTES: u64 = 256 << 20;
/// Compiling wants many times the module's size.
const COMPILE_DATA_BYTES: u64 = 3 << 30;
/// As much as the host's clock gives it.
const COMPILE_CPU_S: u64 = 120;
/// The largest frame, and as much again for each of what is read of it and what is found.
const SYMBOLISE_DATA_BYTES: u64 = 256 << 20;
/// Ten times what the largest DWARF takes; where a person waits, the host's clock is sooner.
const SYMBOLISE_CPU_S: u64 = 20;
/// stdin, stdout, stderr, the artifact while it is loaded, and a few for the engine.
const OPEN_FILES: u64 = 16;
/// Files and folders that the guest of a worker with folders may have open at once.
pub const GUEST_FILES: u64 = 64;

fn limit(resource: Resource, value: u64, step: &'static str) -> Result<(), Fault> {
    let both = Rlimit { current: Some(value), maximum: Some(value) };
    rustix::process::setrlimit(resource, both).map_err(refuse(step))
}

/// No core dump of any role: it would hold the guest's memory.
pub fn no_core_dumps() -> Result<(), Fault> {
    limit(Resource::Core, 0, "core dumps")
}

/// `file_bytes` is the largest file: the image of a guest's memory counts as one.
pub fn serve(memory_bytes: u64, file_bytes: u64) -> Result<(), Fault> {
    // A guest that writes too much is told so by an error, and not killed.
    // SAFETY: nothing is run by the signal; it is only ignored.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    limit(Resource::Fsize, file_bytes, "file size")?;
    limit(Resource::Data, memory_bytes + BASE_DATA_BYTES, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")
}

/// Descriptors that are open already stay so, whatever their number.
pub fn open_files(folders: usize) -> Result<(), Fault> {
    let guest = if folders == 0 { 0 } else { folders as u64 + GUEST_FILES };
    limit(Resource::Nofile, OPEN_FILES + guest, "open files")
}

pub fn compile() -> Result<(), Fault> {
    pure(COMPILE_DATA_BYTES, COMPILE_CPU_S)
}

pub fn symbolise() -> Result<(), Fault> {
    pure(SYMBOLISE_DATA_BYTES, SYMBOLISE_CPU_S)
}

/// Of a process that only computes, and then ends.
fn pure(data_bytes: u64, cpu_s: u64) -> Result<(), Fault> {
    open_files(0)?;
    limit(Resource::Fsize, 0, "file size")?;
    limit(Resource::Data, data_bytes, "data size")?;
    limit(Resource::As, ADDRESS_SPACE_BYTES, "address space")?;
    limit(Resource::Cpu, cpu_s, "cpu time")
}
