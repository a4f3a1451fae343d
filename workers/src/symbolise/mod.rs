//! The role `symbolise`: gives the functions, files and lines of a trace, out of what compilers have
//! left in a module for debuggers. That is a stranger's, and large, so a process of its own reads it.
//!
//! It answers with two `symbolised` frames. The first has only names; whoever waits for the second
//! in vain still has those.

mod condense;
mod demangle;
mod frames;
mod names;
mod own_file;
mod places;
mod sections;

pub use frames::SourceFrame;
#[cfg(test)]
pub use places::Place;

use crate::fault::{Code, Fault};
use crate::frame::{self, Request, Usage, Writer};
use crate::pipe::{self, Reader};
use crate::sandbox;
use crate::trace::Trace;
use condense::condense;
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
    match frame::parse(reader.bytes(body))? {
        Request::Symbolise { sections, code_start, trace } => name(sections, code_start, &trace),
        Request::Condense { sections, folder } => {
            let condensed = condense(&Places::of(&Sections::of(sections)), &folder);
            pipe::send(Writer::default().condensed(&condensed));
        }
        _ => return Err(Fault::new(Code::Protocol, "nothing to symbolise")),
    }
    Ok(())
}

fn name(sections: &[u8], code_start: u32, trace: &Trace) {
    let sections = Sections::of(sections);
    let names = Names::of(&sections, trace.stands());
    let mut writer = Writer::default();
    pipe::send(writer.symbolised(&frames::named(trace, &names)));
    let places = Places::of(&sections);
    pipe::send(writer.symbolised(&frames::placed(trace, &names, &places, code_start)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    const MODULE: &[u8] = include_bytes!("../../../tests/vectors/lines.wasm");
    /// Of lines.wasm when it traps: function 0 at byte 107, function 2 at byte 126.
    const TRACE: [u8; 16] = [0, 0, 0, 0, 107, 0, 0, 0, 2, 0, 0, 0, 126, 0, 0, 0];
    const CODE_START: u32 = 95;

    fn symbolised(module: &[u8]) -> Vec<SourceFrame> {
        let trace = Trace::from_bytes(&TRACE).unwrap_or_default();
        let sections = Sections::of(module);
        let names = Names::of(&sections, trace.stands());
        frames::placed(&trace, &names, &Places::of(&sections), CODE_START)
    }

    fn condensed(module: &[u8]) -> Vec<u8> {
        condense(&Places::of(&Sections::of(module)), "/home/me/plugin")
    }

    /// What a package has: the names of functions, and the lines that are left.
    fn packed(module: &[u8]) -> Vec<u8> {
        let names = sections::custom_section("name", Sections::of(module).get("name"));
        [b"\0asm\x01\0\0\0".as_slice(), &names, &condensed(module)].concat()
    }

    fn shown(frame: &SourceFrame) -> String {
        let place = &frame.place;
        let function = place.function.as_deref().unwrap_or_default();
        format!("{} {function} {}:{}:{}", frame.stand, place.file, place.line, place.column)
    }

    #[test]
    fn a_trace_becomes_frames_of_the_source() {
        let shown: Vec<String> = symbolised(MODULE).iter().map(shown).collect();
        assert_eq!(shown[..2], ["0 inner lines.c:8:21", "0 outer lines.c:12:5"]);
        assert!(shown[2].starts_with("1 __pocket_call lines.c:2"));
    }

    #[test]
    fn lines_of_a_package_are_those_of_what_was_built() {
        let package = packed(MODULE);
        assert_eq!(symbolised(&package), symbolised(MODULE));
        assert_eq!(condensed(&package), condensed(MODULE));
    }

    #[test]
    fn no_line_of_another_s_file_is_kept() {
        let name = MODULE.windows(8).position(|name| name == b"lines.c\0");
        let mut module = MODULE.to_vec();
        let all = module.windows(8).filter(|name| *name == b"lines.c\0").count();
        for _ in 0..all {
            let at = module.windows(8).position(|name| name == b"lines.c\0").unwrap_or_default();
            module[at..at + 8].copy_from_slice(b"/ines.c\0");
        }
        assert!(name.is_some());
        assert_eq!(condensed(&module), b"");
    }

    #[test]
    fn hostile_modules_give_bounded_frames_and_never_a_panic_or_a_hang() {
        let mut chance = Chance::new();
        let begun = std::time::Instant::now();
        for _ in 0..100_000 {
            let mut module = MODULE.to_vec();
            for _ in 0..=chance.below(8) {
                let at = 8 + chance.below(module.len() - 8);
                match chance.below(8) {
                    0 => module.truncate(at.max(16)),
                    1 => module.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f]).for_each(drop),
                    _ => module[at] = chance.byte(),
                }
            }
            for frame in symbolised(&module) {
                let name = frame.place.function.unwrap_or_default();
                assert!(name.len().max(frame.place.file.len()) <= demangle::MOST_BYTES);
            }
            assert!(condensed(&module).len() < 1 << 20);
        }
        assert!(begun.elapsed().as_secs() < 60);
    }
}
