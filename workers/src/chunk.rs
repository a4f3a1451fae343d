//! The frames that carry what a guest writes to a stream, filled bit by bit.

use crate::frame::STREAM_WRITE;

/// Most bytes of a stream in one frame; with the head of the frame it fits into a pipe several times.
pub const MAX_CHUNK_BYTES: usize = 256 << 10;
/// Length of the frame, array of three, kind, id and length of the bytes, in their longest forms.
const HEAD_BYTES: usize = 16;

/// Collects bytes in a buffer that is a frame as soon as its head is written.
pub struct ChunkWriter {
    call_id: u32,
    buffer: Vec<u8>,
    filled: usize,
}

impl ChunkWriter {
    pub fn new(call_id: u32) -> Self {
        Self { call_id, buffer: vec![0; HEAD_BYTES + MAX_CHUNK_BYTES], filled: 0 }
    }

    /// How many bytes fit in before the frame has to be taken.
    pub fn room(&self) -> usize {
        MAX_CHUNK_BYTES - self.filled
    }

    /// Adds bytes, at most as many as there is room for; None where `copy` has none.
    pub fn put(&mut self, length: usize, copy: impl FnOnce(&mut [u8]) -> Option<()>) -> Option<()> {
        let begin = HEAD_BYTES + self.filled;
        copy(&mut self.buffer[begin..begin + length])?;
        self.filled += length;
        Some(())
    }

    /// The frame of what was added since the last one, or None where nothing was.
    pub fn take(&mut self) -> Option<&[u8]> {
        let filled = std::mem::take(&mut self.filled);
        if filled == 0 {
            return None;
        }
        let end = HEAD_BYTES + filled;
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let head = &mut self.buffer[..HEAD_BYTES];
        head[..4].copy_from_slice(&length(end - 4).to_le_bytes());
        head[4..7].copy_from_slice(&[0x93, STREAM_WRITE, 0xce]);
        head[7..11].copy_from_slice(&self.call_id.to_be_bytes());
        head[11] = 0xc6;
        head[12..].copy_from_slice(&length(filled).to_be_bytes());
        Some(&self.buffer[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_what_was_added_since_the_last_one() {
        let mut writer = ChunkWriter::new(7);
        assert_eq!(writer.take(), None);
        for (bytes, frame) in [(b"hot", b"hot".as_slice()), (b"ice", b"ice")] {
            writer.put(3, |room| {
                room.copy_from_slice(bytes);
                Some(())
            });
            assert_eq!(writer.room(), MAX_CHUNK_BYTES - 3);
            assert_eq!(
                writer.take().map(|taken| taken[HEAD_BYTES..].to_vec()),
                Some(frame.to_vec())
            );
            assert_eq!(writer.take(), None);
        }
    }

    #[test]
    fn bytes_that_cannot_be_copied_are_not_in_the_frame() {
        let mut writer = ChunkWriter::new(7);
        assert_eq!(writer.put(3, |_| None), None);
        assert_eq!(writer.take(), None);
    }
}
