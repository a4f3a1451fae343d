//! `pocket-worker` runs one plugin for the Python side of Pocket, which supervises it.
//!
//! Roles: `serve` answers calls over pipes, `compile` turns wasm into an artifact, `symbolise` finds the
//! source of a trace, `probe` tries what the sandbox of the others allows.
//! The words and the frames are in `docs/protocol.md`.

mod abi;
#[cfg(test)]
mod chance;
mod chunk;
mod compile;
mod crew;
mod engine;
mod fault;
mod frame;
mod pipe;
mod probe;
mod sandbox;
mod serve;
mod symbolise;
mod trace;

use std::panic::UnwindSafe;
use std::process::ExitCode;

const USAGE: &str = "usage: pocket-worker serve | compile | symbolise | probe | --version\n\
    This program is started by pocket; see `pocket --help`.";

fn main() -> ExitCode {
    let role = std::env::args().nth(1);
    match role.as_deref() {
        Some("serve") => leave(serve::main),
        Some("compile") => leave(compile::main),
        Some("symbolise") => leave(symbolise::main),
        Some("probe") => leave(probe::main),
        Some("--version") => {
            println!("pocket-worker {} {}", env!("CARGO_PKG_VERSION"), engine::NAME);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// What Rust itself ends with after a panic.
const PANICKED: i32 = 101;

/// Ends with the role's status and without the tidying that Rust does at the end of `main`: the
/// sandbox need not allow the system calls that it takes.
fn leave(role: impl FnOnce() -> i32 + UnwindSafe) -> ! {
    let status = std::panic::catch_unwind(role).unwrap_or(PANICKED);
    // SAFETY: nothing is left to be written or dropped; the kernel takes everything back.
    unsafe { libc::_exit(status) }
}
