//! `pocket-worker` runs one plugin for the Python side of Pocket, which supervises it.
//!
//! Roles: `serve` answers calls over pipes, `compile` turns wasm into an artifact.
//! The words and the frames are in `docs/protocol.md`.

mod abi;
mod compile;
mod engine;
mod fault;
mod frame;
mod pipe;
mod sandbox;
mod serve;

use std::process::ExitCode;

const USAGE: &str = "usage: pocket-worker serve | compile | --version\n\
    This program is started by pocket; see `pocket --help`.";

fn main() -> ExitCode {
    let role = std::env::args().nth(1);
    match role.as_deref() {
        Some("serve") => serve::main(),
        Some("compile") => compile::main(),
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
