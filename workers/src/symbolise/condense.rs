//! Debug information of a module, cut down to the lines of its author's own files: as DWARF, again,
//! so that whoever reads it reads both.
//!
//! Functions have their names in the section `name`. So one entry stands for all of them, and holds
//! what was inlined.

use super::demangle::demangle;
use super::own_file::own_file;
use super::places::{Frame, Places};
use super::sections::custom_section;
use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, FileId, LineProgram, LineString, Sections,
    StringId, UnitEntryId,
};
use gimli::{Encoding, Format, LineEncoding, LittleEndian};

/// A line in one of the author's files.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Spot {
    file: FileId,
    line: u32,
    column: u32,
}

/// A function that was inlined, and from where; from a stranger's file, where that is None.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Inlined {
    name: StringId,
    call: Option<Spot>,
}

/// What code comes from: the author's functions that were inlined there, the outermost first, and
/// the line in the last of them.
#[derive(Default)]
struct Origin {
    inlined: Vec<Inlined>,
    spot: Option<Spot>,
}

/// Gives custom sections, and nothing where no line is of a file in the folder, or one cannot be
/// written. The same debug information gives the same bytes.
pub fn condense(places: &Places<'_>, folder: &str) -> Vec<u8> {
    let mut lines = Lines::new(folder);
    let boundaries = places.boundaries();
    for &address in &boundaries {
        let origin = lines.origin(&places.frames(address).collect::<Vec<_>>());
        lines.note(address, &origin);
    }
    // Whatever is said of code behind the last boundary.
    lines.note(boundaries.last().copied().unwrap_or_default(), &Origin::default());
    lines.written()
}

struct Lines<'a> {
    folder: &'a str,
    dwarf: DwarfUnit,
    functions: UnitEntryId,
    program: LineProgram,
    /// What is under way at the address that was noted last, with where each began.
    open: Vec<(Inlined, UnitEntryId, u64)>,
    spot: Option<Spot>,
    sequence_start: u64,
    /// Of the code that has lines.
    end: u64,
}

impl<'a> Lines<'a> {
    fn new(folder: &'a str) -> Self {
        // Of version 5 the tables of files are larger.
        let encoding = Encoding { format: Format::Dwarf32, version: 4, address_size: 4 };
        let mut dwarf = DwarfUnit::new(encoding);
        let here = LineString::String(b".".to_vec());
        let program =
            LineProgram::new(encoding, LineEncoding::default(), here.clone(), None, here, None);
        let functions = dwarf.unit.add(dwarf.unit.root(), gimli::DW_TAG_subprogram);
        Self {
            folder,
            dwarf,
            functions,
            program,
            open: Vec::new(),
            spot: None,
            sequence_start: 0,
            end: 0,
        }
    }

    /// Leaves out what is not the author's, but never the function that is one in the module.
    fn origin(&mut self, frames: &[Frame<'_, '_>]) -> Origin {
        let mut kept = Vec::new();
        for (number, frame) in frames.iter().enumerate() {
            let spot = self.spot(frame);
            if spot.is_some() || number + 1 == frames.len() {
                kept.push((frame, spot));
            }
        }
        let calls = kept.windows(2).rev();
        let inlined = calls.map(|pair| Inlined { name: self.name(pair[0].0), call: pair[1].1 });
        Origin { inlined: inlined.collect(), spot: kept.first().and_then(|(_, spot)| *spot) }
    }

    fn spot(&mut self, frame: &Frame<'_, '_>) -> Option<Spot> {
        let location = frame.location.as_ref()?;
        // Without a line, a compiler leaves the file of the code before it.
        let line = location.line?;
        let path = LineString::String(own_file(location.file?, self.folder)?.into());
        let file = self.program.add_file(path, self.program.default_directory(), None);
        Some(Spot { file, line, column: location.column.unwrap_or_default() })
    }

    fn name(&mut self, frame: &Frame<'_, '_>) -> StringId {
        let raw = frame.function.as_ref().map(|function| function.name).unwrap_or_default();
        // A name that was made up may stand for a zero byte.
        self.dwarf.strings.add(demangle(&raw.to_string_lossy()).replace('\0', ""))
    }

    /// Takes down what code from this address on comes from.
    fn note(&mut self, address: u64, origin: &Origin) {
        self.note_line(address, origin.spot);
        let same = self.open.iter().zip(&origin.inlined);
        let same = same.take_while(|((open, ..), inlined)| open == *inlined).count();
        for (_, entry, start) in self.open.drain(same..) {
            let entry = self.dwarf.unit.get_mut(entry);
            entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(address - start));
        }
        for inlined in &origin.inlined[same..] {
            let parent = self.open.last().map_or(self.functions, |&(_, entry, _)| entry);
            let entry = self.add(parent, address, inlined);
            self.open.push((*inlined, entry, address));
        }
    }

    fn add(&mut self, parent: UnitEntryId, address: u64, inlined: &Inlined) -> UnitEntryId {
        let unit = &mut self.dwarf.unit;
        let id = unit.add(parent, gimli::DW_TAG_inlined_subroutine);
        let entry = unit.get_mut(id);
        entry.set(gimli::DW_AT_name, AttributeValue::StringRef(inlined.name));
        entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(address)));
        if let Some(call) = inlined.call {
            let number = |value| AttributeValue::Udata(u64::from(value));
            entry.set(gimli::DW_AT_call_file, AttributeValue::FileIndex(Some(call.file)));
            entry.set(gimli::DW_AT_call_line, number(call.line));
            entry.set(gimli::DW_AT_call_column, number(call.column));
        }
        id
    }

    fn note_line(&mut self, address: u64, spot: Option<Spot>) {
        if spot == self.spot {
            return;
        }
        self.spot = spot;
        let Some(Spot { file, line, column }) = spot else {
            self.program.end_sequence(address - self.sequence_start);
            self.end = address;
            return;
        };
        if !self.program.in_sequence() {
            self.program.begin_sequence(Some(Address::Constant(address)));
            self.sequence_start = address;
        }
        let row = self.program.row();
        row.address_offset = address - self.sequence_start;
        row.file = file;
        row.line = u64::from(line);
        row.column = u64::from(column);
        self.program.generate_row();
    }

    fn written(mut self) -> Vec<u8> {
        if self.end == 0 {
            return Vec::new();
        }
        self.dwarf.unit.line_program = self.program;
        for entry in [self.dwarf.unit.root(), self.functions] {
            let entry = self.dwarf.unit.get_mut(entry);
            entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
            entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(self.end));
        }
        let mut sections = Sections::new(EndianVec::new(LittleEndian));
        if self.dwarf.write(&mut sections).is_err() {
            return Vec::new();
        }
        let mut written = Vec::new();
        let _ = sections.for_each(|id, section| -> Result<(), ()> {
            if !section.slice().is_empty() {
                written.extend(custom_section(id.name(), section.slice()));
            }
            Ok(())
        });
        written
    }
}
