//! Files and lines, out of the DWARF of a module (DWARF 4 and 5; for WebAssembly
//! <https://yurydelendik.github.io/webassembly-dwarf/>, where an address counts from the code
//! section's first byte).

use super::demangle::{demangle, shortened};
use super::sections::Sections;
use addr2line::Context;
use gimli::{Dwarf, EndianSlice, LittleEndian};
use std::collections::BTreeSet;

type Bytes<'a> = EndianSlice<'a, LittleEndian>;
/// `'c` is the life of what was read of it, `'a` that of the module.
pub type Frame<'c, 'a> = addr2line::Frame<'c, Bytes<'a>>;

/// No code of WebAssembly is behind it.
const LAST: u64 = u32::MAX as u64;
/// What was inlined into one place; more is no program that somebody wrote.
const MOST_INLINED: usize = 100;

/// A place in a source file; 0 stands for a line or a column that is not known.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub function: Option<String>,
    pub file: String,
    pub line: u32,
    pub column: u32,
}

pub struct Places<'a>(Option<Context<Bytes<'a>>>);

impl<'a> Places<'a> {
    /// Knows no place where there is no DWARF, or none that can be read.
    pub fn of(sections: &Sections<'a>) -> Self {
        let load = |id: gimli::SectionId| -> Result<Bytes<'a>, gimli::Error> {
            Ok(EndianSlice::new(sections.get(id.name()), LittleEndian))
        };
        Self(Dwarf::load(load).and_then(Context::from_dwarf).ok())
    }

    /// Where an address comes from: the function that was inlined last first, that which is one in
    /// the module last; nothing where that is not known.
    pub fn frames(&self, address: u64) -> impl Iterator<Item = Frame<'_, 'a>> {
        let context = self.0.as_ref();
        let found = context.and_then(|context| context.find_frames(address).skip_all_loads().ok());
        let frames = found
            .into_iter()
            .flat_map(|mut frames| std::iter::from_fn(move || frames.next().ok().flatten()));
        frames.take(MOST_INLINED)
    }

    pub fn find(&self, address: u64) -> Vec<Place> {
        self.frames(address).map(|frame| place(&frame)).collect()
    }

    /// Every address at which code begins, or ends, that may come from another place than what is
    /// before it; the last one is an end.
    pub fn boundaries(&self) -> BTreeSet<u64> {
        let context = self.0.as_ref();
        let ranges = context.and_then(|context| context.find_location_range(0, LAST).ok());
        let ranges = ranges.into_iter().flatten();
        ranges.flat_map(|(address, size, _)| [address, LAST.min(address + size)]).collect()
    }
}

fn place(frame: &Frame<'_, '_>) -> Place {
    let function = frame.function.as_ref().and_then(|function| {
        function.raw_name().ok().map(|name| demangle(&name)).filter(|name| !name.is_empty())
    });
    let location = frame.location.as_ref();
    Place {
        function,
        file: location.and_then(|location| location.file).map(file_name).unwrap_or_default(),
        line: location.and_then(|location| location.line).unwrap_or_default(),
        column: location.and_then(|location| location.column).unwrap_or_default(),
    }
}

/// Takes off what a compiler that was told to forget its folder puts in place of it.
fn file_name(path: &str) -> String {
    shortened(path.strip_prefix("./").unwrap_or(path))
}
