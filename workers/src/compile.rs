//! The role `compile`: one `compile` frame in, one `compiled` or `failure` frame out.

use crate::engine::Survey;
use crate::fault::{Code, Fault};
use crate::frame::{self, Request, Usage, Writer};
use crate::pipe::{self, Reader};
use crate::{abi, engine, sandbox};
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
    pipe::open()?;
    let mut reader = Reader::stdin();
    let Some(body) = reader.next()? else {
        return Err(Fault::new(Code::Protocol, "nothing to compile"));
    };
    let Request::Compile { wasm, metered } = frame::parse(reader.bytes(body))? else {
        return Err(Fault::new(Code::Protocol, "not a module"));
    };
    let bad = |error: &dyn std::fmt::Display| Fault::new(Code::BadModule, error);
    let survey = Survey::of(wasm).map_err(|error| bad(&error))?;
    let engine = engine::compiler(&survey, metered);
    let module = Module::new(&engine, wasm).map_err(|error| bad(&error))?;
    let problems = abi::problems(&engine, &survey, &module);
    if !problems.is_empty() {
        return Ok((problems, Vec::new()));
    }
    let artifact = module.serialize().map_err(|error| bad(&error))?;
    Ok((problems, artifact.to_vec()))
}
