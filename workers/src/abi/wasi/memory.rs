//! The guest's memory as the functions see it: every address and length is checked before use.

use super::errno::{Errno, Result};
use wasmer::MemoryView;

/// Most pieces of one read or write, and subscriptions of one poll: IOV_MAX of Linux, which no libc
/// exceeds.
pub const PIECES: u32 = 1024;
/// Most bytes that are on their way between a file and the guest at once.
const CHUNK: usize = 64 << 10;

pub struct GuestMemory<'a>(pub MemoryView<'a>);

/// Whether `length` bytes from `at` on lie within `size`; in 64 bits, so nothing wraps.
fn inside(size: u64, at: u32, length: u32) -> bool {
    u64::from(at) + u64::from(length) <= size
}

impl GuestMemory<'_> {
    /// Makes sure that bytes could be written there, before anything else is done.
    pub fn check(&self, at: u32, length: u32) -> Result<()> {
        if inside(self.0.data_size(), at, length) { Ok(()) } else { Err(Errno::FAULT) }
    }

    pub fn copy_out(&self, at: u32, into: &mut [u8]) -> Result<()> {
        self.0.read(u64::from(at), into).map_err(|_| Errno::FAULT)
    }

    pub fn copy_in(&self, at: u32, bytes: &[u8]) -> Result<()> {
        self.0.write(u64::from(at), bytes).map_err(|_| Errno::FAULT)
    }

    pub fn put_u32(&self, at: u32, value: u32) -> Result<()> {
        self.copy_in(at, &value.to_le_bytes())
    }

    pub fn put_u64(&self, at: u32, value: u64) -> Result<()> {
        self.copy_in(at, &value.to_le_bytes())
    }

    /// Copies bytes of a length that the guest has chosen; the caller has capped it.
    pub fn bytes(&self, at: u32, length: u32) -> Result<Vec<u8>> {
        self.check(at, length)?;
        let mut bytes = vec![0; length as usize];
        self.copy_out(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a list of buffers and checks each of them.
    pub fn pieces(&self, at: u32, count: u32) -> Result<Pieces> {
        if count > PIECES {
            return Err(Errno::INVAL);
        }
        let list = self.bytes(at, count * 8)?;
        Pieces::read(&list, self.0.data_size())
    }
}

pub fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

pub fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at + 4)) << 32 | u64::from(word(bytes, at))
}

/// Buffers of the guest, one after the other, all of them inside its memory.
#[derive(Debug, PartialEq, Eq)]
pub struct Pieces {
    list: Vec<(u32, u32)>,
    total: usize,
}

impl Pieces {
    fn read(list: &[u8], size: u64) -> Result<Self> {
        let list: Vec<_> =
            list.chunks_exact(8).map(|piece| (word(piece, 0), word(piece, 4))).collect();
        if !list.iter().all(|(at, length)| inside(size, *at, *length)) {
            return Err(Errno::FAULT);
        }
        let total: u64 = list.iter().map(|(_, length)| u64::from(*length)).sum();
        // They may overlap, so the sum may exceed the memory; POSIX stops at this number, too.
        if total > i32::MAX as u64 {
            return Err(Errno::INVAL);
        }
        Ok(Self { list, total: usize::try_from(total).unwrap_or(0) })
    }

    /// The ranges that hold the bytes from `done` on, up to `most` of them.
    fn ranges(&self, done: usize, most: usize) -> impl Iterator<Item = (u32, usize)> {
        let (mut skip, mut left) = (done, most);
        self.list.iter().filter_map(move |(at, length)| {
            let length = *length as usize;
            let skipped = skip.min(length);
            let taken = (length - skipped).min(left);
            skip -= skipped;
            left -= taken;
            (taken > 0).then(|| (at + u32::try_from(skipped).unwrap_or(0), taken))
        })
    }

    /// Fills the pieces, until `source` gives less than it was asked for.
    pub fn fill(
        &self,
        memory: &GuestMemory<'_>,
        mut source: impl FnMut(&mut [u8]) -> Result<usize>,
    ) -> Result<u32> {
        let mut chunk = vec![0; self.total.min(CHUNK)];
        self.move_chunks(|done, wanted| {
            let got = source(&mut chunk[..wanted])?;
            let mut from = 0;
            for (at, length) in self.ranges(done, got) {
                memory.copy_in(at, &chunk[from..from + length])?;
                from += length;
            }
            Ok(got)
        })
    }

    /// Empties the pieces, until `sink` takes less than it was given.
    pub fn drain(
        &self,
        memory: &GuestMemory<'_>,
        mut sink: impl FnMut(&[u8]) -> Result<usize>,
    ) -> Result<u32> {
        let mut chunk = vec![0; self.total.min(CHUNK)];
        self.move_chunks(|done, wanted| {
            let mut to = 0;
            for (at, length) in self.ranges(done, wanted) {
                memory.copy_out(at, &mut chunk[to..to + length])?;
                to += length;
            }
            sink(&chunk[..wanted])
        })
    }

    /// Counts what is moved; an error counts only where nothing was moved before it.
    fn move_chunks(&self, mut step: impl FnMut(usize, usize) -> Result<usize>) -> Result<u32> {
        let mut done = 0;
        while done < self.total {
            let wanted = (self.total - done).min(CHUNK);
            match step(done, wanted) {
                Ok(moved) => {
                    done += moved;
                    if moved < wanted {
                        break;
                    }
                }
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(u32::try_from(done).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 65_536;

    fn list(pieces: &[(u32, u32)]) -> Vec<u8> {
        pieces
            .iter()
            .flat_map(|(at, length)| [at.to_le_bytes(), length.to_le_bytes()])
            .flatten()
            .collect()
    }

    #[test]
    fn the_last_byte_is_inside_and_the_next_is_not() {
        assert!(inside(SIZE, 65_535, 1));
        assert!(inside(SIZE, 65_536, 0));
        assert!(!inside(SIZE, 65_535, 2));
        assert!(!inside(SIZE, 65_537, 0));
    }

    #[test]
    fn an_address_and_a_length_do_not_wrap() {
        assert!(!inside(SIZE, u32::MAX, u32::MAX));
        assert!(!inside(SIZE, u32::MAX, 1));
        assert!(!inside(SIZE, 1, u32::MAX));
        assert!(inside(1 << 32, u32::MAX, 1));
    }

    #[test]
    fn one_piece_outside_condemns_them_all() {
        let bad = list(&[(0, 16), (65_530, 7)]);
        assert_eq!(Pieces::read(&bad, SIZE), Err(Errno::FAULT));
        let good = list(&[(0, 16), (65_530, 6)]);
        assert_eq!(Pieces::read(&good, SIZE).map(|pieces| pieces.total), Ok(22));
    }

    #[test]
    fn pieces_that_overlap_do_not_add_up_without_end() {
        let many = list(&vec![(0, 65_536); 32_768]);
        assert_eq!(Pieces::read(&many, SIZE), Err(Errno::INVAL));
    }

    #[test]
    fn ranges_go_on_where_the_last_ones_ended() {
        let pieces = Pieces::read(&list(&[(100, 3), (500, 0), (200, 5), (300, 4)]), SIZE);
        let ranges = |done, most| {
            pieces.as_ref().map(|pieces| pieces.ranges(done, most).collect::<Vec<_>>())
        };
        assert_eq!(ranges(0, 12), Ok(vec![(100, 3), (200, 5), (300, 4)]));
        assert_eq!(ranges(2, 4), Ok(vec![(102, 1), (200, 3)]));
        assert_eq!(ranges(8, 99), Ok(vec![(300, 4)]));
        assert_eq!(ranges(12, 1), Ok(vec![]));
    }

    #[test]
    fn an_error_counts_only_where_nothing_was_moved() {
        let pieces = Pieces { list: vec![], total: CHUNK + 1 };
        let fails_late = |done, wanted| if done == 0 { Ok(wanted) } else { Err(Errno::IO) };
        assert_eq!(pieces.move_chunks(fails_late), Ok(65_536));
        assert_eq!(pieces.move_chunks(|_, _| Err(Errno::IO)), Err(Errno::IO));
    }

    #[test]
    fn numbers_are_little_endian() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(word(&bytes, 1), 0x0504_0302);
        assert_eq!(long(&bytes, 0), 0x0807_0605_0403_0201);
    }
}
