//! Where a guest's functions stood when it failed, as numbers: who can read them is not this process.

use wasmer::FrameInfo;

/// As many as anybody reads; an endless recursion has hundreds of thousands.
const MOST_FRAMES: usize = 50;
/// What a place that the engine does not know is counted as.
const NO_OFFSET: u32 = u32::MAX;

/// A function of the module, and the byte of the module at which it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub function: u32,
    pub offset: u32,
}

/// The innermost function first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trace(Vec<Stand>);

impl Trace {
    pub fn of(frames: &[FrameInfo]) -> Self {
        let stands = frames.iter().take(MOST_FRAMES).map(|frame| Stand {
            function: frame.func_index(),
            offset: u32::try_from(frame.module_offset()).unwrap_or(NO_OFFSET),
        });
        Self(stands.collect())
    }

    /// Two numbers a function, as a frame carries them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.0.iter().flat_map(|stand| [stand.function, stand.offset]);
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    /// None for bytes that are not whole pairs, or too many of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (pairs, rest) = bytes.as_chunks::<8>();
        let stands = pairs.iter().map(|[a, b, c, d, e, f, g, h]| Stand {
            function: u32::from_le_bytes([*a, *b, *c, *d]),
            offset: u32::from_le_bytes([*e, *f, *g, *h]),
        });
        (rest.is_empty() && pairs.len() <= MOST_FRAMES).then(|| Self(stands.collect()))
    }

    pub fn stands(&self) -> &[Stand] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_comes_back_from_its_bytes_and_nothing_else_is_one() {
        let trace =
            Trace(vec![Stand { function: 7, offset: 300 }, Stand { function: 1, offset: 2 }]);
        let bytes = trace.to_bytes();
        assert_eq!(Trace::from_bytes(&bytes), Some(trace));
        assert_eq!(Trace::from_bytes(&bytes[1..]), None);
        assert_eq!(Trace::from_bytes(&bytes.repeat(MOST_FRAMES)), None);
    }
}
