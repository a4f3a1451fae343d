//! The role `symbolise`: gives the functions, files and lines of a trace, out of what compilers have
//! left in a module for debuggers. That is a stranger's, and large, so a process of its own reads it.
//!
//! It answers with two `symbolised` frames. The first has only names; whoever waits for the second
//! in vain still has those.

mod demangle;
mod frames;
mod names;
mod places;
mod sections;

pub use frames::SourceFrame;
#[cfg(test)]
pub use places::Place;

use crate::fault::{Code, Fault};
use crate::frame::{self, Request, Usage, Writer};
use crate::pipe::{self, Reader};
use crate::sandbox;
use names::Names;
use places::Places;
use sections::Sections;

/// Gives the status to exit with.
pub fn main() -> i32 {
    match symbolise() {
        Ok(()) => 0,
        Err(fault) => {
            pipe::send(Writer::default().failure(0, &fault, Usage::default()));
            1
        }
    }
}

fn symbolise() -> Result<(), Fault> {
    pipe::open()?;
    sandbox::confine_symbolise()?;
    let mut reader = Reader::stdin();
    let Some(body) = reader.next()? else {
        return Err(Fault::new(Code::Protocol, "nothing to symbolise"));
    };
    let Request::Symbolise { sections, code_start, trace } = frame::parse(reader.bytes(body))?
    else {
        return Err(Fault::new(Code::Protocol, "not a trace"));
    };
    let sections = Sections::of(sections);
    let names = Names::of(&sections, trace.stands());
    let mut writer = Writer::default();
    pipe::send(writer.symbolised(&frames::named(&trace, &names)));
    let places = Places::of(&sections);
    pipe::send(writer.symbolised(&frames::placed(&trace, &names, &places, code_start)));
    Ok(())
}
