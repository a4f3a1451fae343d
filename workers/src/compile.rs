//! The role `compile`: wasm on stdin, one `compiled` or `failure` frame on stdout.

use crate::fault::{Code, Fault};
use crate::frame::{MAX_FRAME_BYTES, Usage, Writer};
use crate::{abi, engine, pipe, sandbox};
use std::io::Read;
use std::process::ExitCode;
use wasmer::Module;

pub fn main() -> ExitCode {
    let mut writer = Writer::default();
    match compile() {
        Ok((problems, artifact)) => {
            pipe::send(writer.compiled(engine::NAME, &problems, &artifact));
            ExitCode::SUCCESS
        }
        Err(fault) => {
            pipe::send(writer.failure(0, &fault, Usage::default()));
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(Vec<String>, Vec<u8>), Fault> {
    sandbox::confine_compile()?;
    let bad = |error: &dyn std::fmt::Display| Fault::new(Code::BadModule, error);
    let mut wasm = Vec::new();
    let cap = MAX_FRAME_BYTES as u64;
    std::io::stdin().take(cap).read_to_end(&mut wasm).map_err(|error| Fault::new(Code::Protocol, error))?;
    let module = Module::new(&engine::compiler(), &wasm).map_err(|error| bad(&error))?;
    let problems = abi::problems(&module);
    if !problems.is_empty() {
        return Ok((problems, Vec::new()));
    }
    let artifact = module.serialize().map_err(|error| bad(&error))?;
    Ok((problems, artifact.to_vec()))
}
