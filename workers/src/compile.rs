//! The role `compile`: one `compile` frame in, one `compiled` or `failure` frame out.

use crate::engine::{Compiled, Survey};
use crate::fault::{Code, Fault};
use crate::frame::{self, Request, Usage, Writer};
use crate::pipe::{self, Reader};
use crate::{abi, crew, engine, sandbox};

/// Gives the status to exit with.
pub fn main() -> i32 {
    let mut writer = Writer::default();
    match compile() {
        Ok((problems, artifact)) => {
            pipe::send(writer.compiled(engine::NAME, &problems, &artifact));
            0
        }
        Err(fault) => {
            pipe::send(writer.failure(0, &fault, Usage::default()));
            1
        }
    }
}

fn compile() -> Result<(Vec<String>, Vec<u8>), Fault> {
    pipe::open()?;
    let mut reader = Reader::stdin();
    let cranelift = engine::cranelift();
    sandbox::confine_compile(crew::hire)?;
    let Some(body) = reader.next()? else {
        return Err(Fault::new(Code::Protocol, "nothing to compile"));
    };
    let Request::Compile { wasm, metered } = frame::parse(reader.bytes(body))? else {
        return Err(Fault::new(Code::Protocol, "not a module"));
    };
    let survey = Survey::of(wasm).map_err(|error| Fault::new(Code::BadModule, error))?;
    let compiled = Compiled::of(wasm, &survey, cranelift, metered)?;
    let problems = abi::problems(&compiled.engine, &survey, compiled.info());
    if !problems.is_empty() {
        return Ok((problems, Vec::new()));
    }
    Ok((problems, compiled.serialize()?))
}
