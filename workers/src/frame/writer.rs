//! What a worker sends.

use crate::fault::Fault;
use crate::symbolise::SourceFrame;
use rmp::encode;

const READY: u8 = 16;
const RESULT: u8 = 17;
const FAILURE: u8 = 18;
const LOG: u8 = 19;
const HOST_CALL: u8 = 20;
const STREAM_READ: u8 = 21;
pub const STREAM_WRITE: u8 = 22;
const MAILED_RESULT: u8 = 24;
const COMPILED: u8 = 32;
const SYMBOLISED: u8 = 33;
const CONDENSED: u8 = 34;

/// What a call cost, measured around the guest code alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub wall_us: u64,
    pub cpu_us: u64,
    pub memory_bytes: u64,
    /// Instructions; 0 where they are not counted.
    pub fuel: u64,
}

/// Two numbers of 32 bits and two of 64, each with its tag.
const RESULT_TAIL_BYTES: usize = 5 + 5 + 9 + 9;

/// Builds frames in a buffer that is used again and again.
#[derive(Default)]
pub struct Writer {
    buffer: Vec<u8>,
}

// Writing to a Vec cannot fail, so the results of `encode` carry nothing.
impl Writer {
    fn begin(&mut self, fields: u32, kind: u8, id: u32) {
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0; 4]);
        let _ = encode::write_array_len(&mut self.buffer, fields);
        self.uint(u64::from(kind));
        self.uint(u64::from(id));
    }

    fn uint(&mut self, value: u64) {
        let _ = encode::write_uint(&mut self.buffer, value);
    }

    fn text(&mut self, value: &str) {
        let _ = encode::write_str(&mut self.buffer, value);
    }

    fn bin(&mut self, value: &[u8]) {
        let _ = encode::write_bin(&mut self.buffer, value);
    }

    fn usage(&mut self, usage: Usage) {
        self.uint(usage.wall_us);
        self.uint(usage.cpu_us);
        self.uint(usage.memory_bytes);
        self.uint(usage.fuel);
    }

    fn end(&mut self) -> &[u8] {
        let length = u32::try_from(self.buffer.len() - 4).unwrap_or(u32::MAX);
        self.buffer[..4].copy_from_slice(&length.to_le_bytes());
        &self.buffer
    }

    pub fn ready(&mut self, engine: &str, memory_bytes: u64) -> &[u8] {
        self.begin(4, READY, 0);
        self.text(engine);
        self.uint(memory_bytes);
        self.end()
    }

    /// Every number has its longest form, so that the host can read the frame by offsets.
    pub fn result(&mut self, id: u32, payload: &[u8], usage: Usage) -> &[u8] {
        self.begin_result(id, payload.len());
        self.buffer.extend_from_slice(payload);
        self.end_result(usage);
        self.end()
    }

    /// What comes before the payload in the frame of a result, for one that is too large to be copied.
    pub fn result_head(&mut self, id: u32, payload_bytes: usize) -> &[u8] {
        self.begin_result(id, payload_bytes);
        let rest = payload_bytes + RESULT_TAIL_BYTES;
        let length = u32::try_from(self.buffer.len() - 4 + rest).unwrap_or(u32::MAX);
        self.buffer[..4].copy_from_slice(&length.to_le_bytes());
        &self.buffer
    }

    /// What comes after it.
    pub fn result_tail(&mut self, usage: Usage) -> &[u8] {
        self.buffer.clear();
        self.end_result(usage);
        &self.buffer
    }

    fn begin_result(&mut self, id: u32, payload_bytes: usize) {
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0, 0, 0, 0, 0x97, RESULT]);
        self.long32(0xce, id);
        self.long32(0xc6, u32::try_from(payload_bytes).unwrap_or(u32::MAX));
    }

    fn end_result(&mut self, usage: Usage) {
        self.long32(0xce, u32::try_from(usage.wall_us).unwrap_or(u32::MAX));
        self.long32(0xce, u32::try_from(usage.cpu_us).unwrap_or(u32::MAX));
        self.long64(usage.memory_bytes);
        self.long64(usage.fuel);
    }

    /// Says that the result of a call is in the mailbox.
    pub fn mailed_result(&mut self, id: u32) -> &[u8] {
        self.begin(2, MAILED_RESULT, id);
        self.end()
    }

    fn long32(&mut self, tag: u8, value: u32) {
        self.buffer.push(tag);
        self.buffer.extend_from_slice(&value.to_be_bytes());
    }

    fn long64(&mut self, value: u64) {
        self.buffer.push(0xcf);
        self.buffer.extend_from_slice(&value.to_be_bytes());
    }

    pub fn failure(&mut self, id: u32, fault: &Fault, usage: Usage) -> &[u8] {
        self.begin(9, FAILURE, id);
        self.text(fault.code.name());
        self.text(&fault.message);
        self.usage(usage);
        self.bin(&fault.trace.to_bytes());
        self.end()
    }

    pub fn log(&mut self, id: u32, level: u8, line: &[u8]) -> &[u8] {
        self.begin(4, LOG, id);
        self.uint(u64::from(level));
        self.bin(line);
        self.end()
    }

    pub fn host_call(&mut self, id: u32, request: &[u8]) -> &[u8] {
        self.begin(3, HOST_CALL, id);
        self.bin(request);
        self.end()
    }

    /// Asks for the next chunk of a stream.
    pub fn stream_read(&mut self, id: u32) -> &[u8] {
        self.begin(2, STREAM_READ, id);
        self.end()
    }

    pub fn compiled(&mut self, engine: &str, problems: &[String], artifact: &[u8]) -> &[u8] {
        self.begin(5, COMPILED, 0);
        self.text(engine);
        let _ = encode::write_array_len(&mut self.buffer, problems.len().try_into().unwrap_or(0));
        for problem in problems {
            self.text(problem);
        }
        self.bin(artifact);
        self.end()
    }

    /// One list, five values a frame.
    pub fn symbolised(&mut self, frames: &[SourceFrame]) -> &[u8] {
        self.begin(3, SYMBOLISED, 0);
        let values = u32::try_from(frames.len() * 5).unwrap_or(0);
        let _ = encode::write_array_len(&mut self.buffer, values);
        for SourceFrame { stand, place } in frames {
            self.uint(u64::from(*stand));
            self.text(place.function.as_deref().unwrap_or_default());
            self.text(&place.file);
            self.uint(u64::from(place.line));
            self.uint(u64::from(place.column));
        }
        self.end()
    }

    pub fn condensed(&mut self, sections: &[u8]) -> &[u8] {
        self.begin(3, CONDENSED, 0);
        self.bin(sections);
        self.end()
    }
}
