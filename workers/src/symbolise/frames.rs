//! What is told of a trace: a frame of source code for each of its functions, or several where
//! functions were inlined.

use super::names::Names;
use super::places::{Place, Places};
use crate::trace::{Stand, Trace};

/// The innermost first; a person reads the first few.
const MOST_FRAMES: usize = 100;

/// A function of the source, and where it stood.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFrame {
    /// Which of the trace's functions it is of.
    pub stand: u32,
    pub place: Place,
}

/// Frames with names alone.
pub fn named(trace: &Trace, names: &Names) -> Vec<SourceFrame> {
    gathered(trace, |stand| vec![name_of(stand, names)])
}

/// Frames with files and lines, as far as they are known. `code_start` is where in the module the
/// content of its code begins.
pub fn placed(
    trace: &Trace,
    names: &Names,
    places: &Places<'_>,
    code_start: u32,
) -> Vec<SourceFrame> {
    gathered(trace, |stand| {
        let address = stand.offset.checked_sub(code_start);
        let mut found = address.map(|at| places.find(u64::from(at))).unwrap_or_default();
        match found.last_mut() {
            // The section of names has a whole one, where DWARF may have its last word only.
            Some(outermost) if names.has(stand.function) || outermost.function.is_none() => {
                outermost.function = Some(names.get(stand.function));
            }
            Some(_) => {}
            None => found.push(name_of(stand, names)),
        }
        found
    })
}

fn name_of(stand: Stand, names: &Names) -> Place {
    Place { function: Some(names.get(stand.function)), ..Place::default() }
}

fn gathered(trace: &Trace, places: impl Fn(Stand) -> Vec<Place>) -> Vec<SourceFrame> {
    let stands = trace.stands().iter().zip(0..);
    let frames = stands.flat_map(|(stand, number)| {
        places(*stand).into_iter().map(move |place| SourceFrame { stand: number, place })
    });
    frames.take(MOST_FRAMES).collect()
}
