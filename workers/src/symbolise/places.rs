//! Files and lines, out of the DWARF of a module (DWARF 4 and 5; for WebAssembly
//! <https://yurydelendik.github.io/webassembly-dwarf/>, where an address counts from the code
//! section's first byte).

use super::demangle::{demangle, shortened};
use super::sections::Sections;
use addr2line::{Context, Frame};
use gimli::{Dwarf, EndianSlice, LittleEndian};

type Bytes<'a> = EndianSlice<'a, LittleEndian>;

/// What was inlined into one place; more is no program that somebody wrote.
const MOST_INLINED: usize = 10;

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
    pub fn find(&self, address: u64) -> Vec<Place> {
        let mut found = Vec::new();
        let Some(Ok(mut frames)) =
            self.0.as_ref().map(|context| context.find_frames(address).skip_all_loads())
        else {
            return found;
        };
        while let Ok(Some(frame)) = frames.next() {
            found.push(place(&frame));
            if found.len() == MOST_INLINED {
                break;
            }
        }
        found
    }
}

fn place(frame: &Frame<'_, Bytes<'_>>) -> Place {
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
