//! The role `probe`: puts on the sandbox of another role, then does one named thing and says how it
//! went. The tests of the policies and `pocket security status` ask it; nothing else does.
//!
//! `serve-files-read` is `serve-files` with a folder that was granted to read only.
//!
//! `pocket-worker probe serve|serve-files|serve-files-read|compile|symbolise WHAT [ARGUMENT...]` exits with 0 where WHAT worked,
//! with 1 where it was refused, and is killed where the policy kills.

mod attempts;
mod report;

use crate::abi::PageMap;
use crate::fault::{Code, Fault};
use crate::sandbox::{self, Confinement, CpuBudget};
use crate::{crew, engine};
use std::ffi::c_long;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI32, Ordering};

const WORKED: i32 = 0;
const REFUSED: i32 = 1;
const USAGE: i32 = 2;
/// The sandbox itself could not be put on.
const UNCONFINED: i32 = 3;
/// Any size will do: a probe runs no guest.
const MEMORY_BYTES: u64 = 64 << 20;

/// Asked for early, since no policy allows the question.
static PARENT: AtomicI32 = AtomicI32::new(0);

fn parent() -> i32 {
    PARENT.load(Ordering::Relaxed)
}

/// Gives the status to exit with.
pub fn main() -> i32 {
    let words: Vec<String> = std::env::args().skip(2).collect();
    let words: Vec<&str> =
        words.iter().map(String::as_str).take_while(|word| !word.starts_with("--")).collect();
    let [policy, what, arguments @ ..] = words.as_slice() else { return USAGE };
    let Some(attempt) = attempts::named(what) else { return say(USAGE, "no such probe") };
    // SAFETY: getppid cannot fail.
    PARENT.store(unsafe { libc::getppid() }, Ordering::Relaxed);
    if let Err(fault) = confine(policy) {
        return say(UNCONFINED, &fault.message);
    }
    match attempt(arguments) {
        Ok(found) => say(WORKED, &found),
        Err(error) => say(REFUSED, &format!("refused: {error}")),
    }
}

/// The sandbox of a role, by the same steps in the same order.
fn confine(policy: &str) -> Result<(), Fault> {
    match policy {
        "serve" => serve(&[]),
        "serve-files" => serve(&[3]),
        "serve-files-read" => serve(&[1]),
        "compile" => {
            let _early = engine::cranelift();
            sandbox::confine_compile(crew::hire)
        }
        "symbolise" => sandbox::confine_symbolise(),
        other => Err(Fault::new(Code::Sandbox, format!("there is no policy {other:?}"))),
    }
}

fn serve(folders: &[u8]) -> Result<(), Fault> {
    let parent_pid = parent().unsigned_abs();
    let confinement =
        Confinement { parent_pid, memory_bytes: MEMORY_BYTES, disk_bytes: MEMORY_BYTES, folders };
    confinement.begin()?;
    PageMap::open()?;
    CpuBudget::new();
    engine::prepare_traps()?;
    confinement.seal()
}

/// Writes a line by the one system call that every policy allows.
fn say(status: i32, line: &str) -> i32 {
    let mut line = line.to_owned();
    let _ = writeln!(line);
    crate::pipe::send(line.as_bytes());
    status
}

/// What a system call gave, as Rust has it.
fn outcome(given: c_long) -> std::io::Result<c_long> {
    if given == -1 { Err(std::io::Error::last_os_error()) } else { Ok(given) }
}
