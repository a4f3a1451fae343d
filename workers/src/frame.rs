//! The frames of `docs/protocol.md`: a little-endian u32 length, then one msgpack array.

use crate::fault::{Code, Fault};
use crate::symbolise::SourceFrame;
use crate::trace::Trace;
use rmp::{decode, encode};

/// Bumped with every change that an older peer would misread.
pub const PROTOCOL: u32 = 6;
/// Largest frame either side accepts: a 64 MiB payload and room for its envelope.
pub const MAX_FRAME_BYTES: usize = (64 << 20) + 4096;

const START: u8 = 0;
const CALL: u8 = 1;
const COMPILE: u8 = 2;
const HOST_ANSWER: u8 = 3;
const STREAMED_CALL: u8 = 4;
const CHUNK: u8 = 5;
const SYMBOLISE: u8 = 6;
const MAILED_CALL: u8 = 8;
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

/// What `start` puts in force for the life of the worker.
#[derive(Debug, PartialEq, Eq)]
pub struct Limits {
    pub memory_bytes: u64,
    pub table_elements: u32,
    pub call_cpu_ms: u64,
    pub start_cpu_ms: u64,
    pub output_bytes: u64,
    pub log_bytes: u64,
    pub parent_pid: u32,
    pub keep_state: bool,
    /// Questions to the host during one call; with none, the plugin may ask nothing.
    pub host_calls: u32,
    /// By how much files may grow through this worker.
    pub disk_bytes: u64,
    /// Instructions of one call; 0 for a plugin that is not metered.
    pub fuel: u64,
}

/// 0 to 2 are the pipes, 3 is the artifact and 4 the mailbox while they are loaded.
pub const FIRST_FOLDER: i32 = 5;

/// A folder that the guest sees; folder number `i` is open as descriptor `FIRST_FOLDER + i`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub path: String,
    /// 1 to read, 2 to write, 3 for both.
    pub mode: u8,
}

/// What the guest sees of the world outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Texts of the form `NAME=value`.
    pub environ: Vec<Vec<u8>>,
    pub folders: Vec<Folder>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Request<'a> {
    Start {
        limits: Limits,
        source: Option<&'a [u8]>,
        surroundings: Surroundings,
    },
    /// A streamed call may be followed by chunks, one whenever it asks.
    Call {
        id: u32,
        payload: &'a [u8],
        streamed: bool,
    },
    /// A call whose payload is in the mailbox.
    MailedCall,
    HostAnswer {
        id: u32,
        payload: &'a [u8],
    },
    /// The payload is the last field of the frame; an empty one is the end of the stream.
    Chunk {
        id: u32,
        payload: &'a [u8],
    },
    Compile {
        wasm: &'a [u8],
        metered: bool,
    },
    Symbolise {
        /// A module of nothing but custom sections.
        sections: &'a [u8],
        code_start: u32,
        trace: Trace,
    },
}

/// What a call cost, measured around the guest code alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub wall_us: u64,
    pub cpu_us: u64,
    pub memory_bytes: u64,
    /// Instructions; 0 where they are not counted.
    pub fuel: u64,
}

fn malformed(what: impl std::fmt::Display) -> Fault {
    Fault::new(Code::Protocol, format!("malformed frame: {what}"))
}

fn bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Fault> {
    let length = decode::read_bin_len(rest).map_err(malformed)? as usize;
    let (head, tail) = rest.split_at_checked(length).ok_or_else(|| malformed("short payload"))?;
    *rest = tail;
    Ok(head)
}

fn number<T: num::FromU64>(rest: &mut &[u8]) -> Result<T, Fault> {
    let value: u64 = decode::read_int(rest).map_err(malformed)?;
    T::from_u64(value).ok_or_else(|| malformed("number out of range"))
}

mod num {
    pub trait FromU64: Sized {
        fn from_u64(value: u64) -> Option<Self>;
    }
    impl FromU64 for u64 {
        fn from_u64(value: u64) -> Option<Self> {
            Some(value)
        }
    }
    impl FromU64 for u32 {
        fn from_u64(value: u64) -> Option<Self> {
            value.try_into().ok()
        }
    }
    impl FromU64 for u8 {
        fn from_u64(value: u64) -> Option<Self> {
            value.try_into().ok()
        }
    }
}

fn limits(rest: &mut &[u8]) -> Result<Limits, Fault> {
    if decode::read_array_len(rest).map_err(malformed)? != 11 {
        return Err(malformed("limits"));
    }
    Ok(Limits {
        memory_bytes: number(rest)?,
        table_elements: number(rest)?,
        call_cpu_ms: number(rest)?,
        start_cpu_ms: number(rest)?,
        output_bytes: number(rest)?,
        log_bytes: number(rest)?,
        parent_pid: number(rest)?,
        keep_state: decode::read_bool(rest).map_err(malformed)?,
        host_calls: number(rest)?,
        disk_bytes: number(rest)?,
        fuel: number(rest)?,
    })
}

/// Reads as many items as the array's head announces; each takes at least one byte, so a wrong
/// count ends soon.
fn list<'a, T>(
    rest: &mut &'a [u8],
    mut item: impl FnMut(&mut &'a [u8]) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let count = decode::read_array_len(rest).map_err(malformed)?;
    (0..count).map(|_| item(rest)).collect()
}

fn text(rest: &mut &[u8]) -> Result<String, Fault> {
    let (text, tail) = decode::read_str_from_slice(*rest).map_err(malformed)?;
    let text = text.to_owned();
    *rest = &rest[rest.len() - tail.len()..];
    Ok(text)
}

fn folder(rest: &mut &[u8]) -> Result<Folder, Fault> {
    if decode::read_array_len(rest).map_err(malformed)? != 2 {
        return Err(malformed("folder"));
    }
    Ok(Folder { path: text(rest)?, mode: number(rest)? })
}

fn surroundings(rest: &mut &[u8]) -> Result<Surroundings, Fault> {
    let environ = list(rest, |rest| bytes(rest).map(<[u8]>::to_vec))?;
    Ok(Surroundings { environ, folders: list(rest, folder)? })
}

fn source<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Fault> {
    match rest.first() {
        Some(0xc0) => {
            *rest = &rest[1..];
            Ok(None)
        }
        _ => bytes(rest).map(Some),
    }
}

/// Reads one request out of a frame's body, the length already taken off.
pub fn parse(body: &[u8]) -> Result<Request<'_>, Fault> {
    let rest = &mut &*body;
    let fields = decode::read_array_len(rest).map_err(malformed)?;
    let kind: u8 = number(rest)?;
    let id: u32 = number(rest)?;
    let request = match (kind, fields) {
        (START, 7) => {
            let protocol: u32 = number(rest)?;
            if protocol != PROTOCOL {
                return Err(malformed(format_args!("protocol {protocol}, not {PROTOCOL}")));
            }
            Request::Start {
                limits: limits(rest)?,
                source: source(rest)?,
                surroundings: surroundings(rest)?,
            }
        }
        (CALL | STREAMED_CALL, 3) => {
            Request::Call { id, payload: bytes(rest)?, streamed: kind == STREAMED_CALL }
        }
        (MAILED_CALL, 2) => Request::MailedCall,
        (HOST_ANSWER, 3) => Request::HostAnswer { id, payload: bytes(rest)? },
        (CHUNK, 3) => Request::Chunk { id, payload: bytes(rest)? },
        (COMPILE, 4) => Request::Compile {
            wasm: bytes(rest)?,
            metered: decode::read_bool(rest).map_err(malformed)?,
        },
        (SYMBOLISE, 5) => Request::Symbolise {
            sections: bytes(rest)?,
            code_start: number(rest)?,
            trace: Trace::from_bytes(bytes(rest)?).ok_or_else(|| malformed("trace"))?,
        },
        _ => return Err(malformed(format_args!("kind {kind} with {fields} fields"))),
    };
    if rest.is_empty() { Ok(request) } else { Err(malformed("bytes after the frame")) }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::chunk::ChunkWriter;
    use crate::symbolise::Place;

    const LIMITS: Limits = Limits {
        memory_bytes: 50 << 20,
        table_elements: 100_000,
        call_cpu_ms: 1_000,
        start_cpu_ms: 2_000,
        output_bytes: 1 << 20,
        log_bytes: 65_536,
        parent_pid: 4_242,
        keep_state: false,
        host_calls: 1_000,
        disk_bytes: 64 << 20,
        fuel: 0,
    };

    /// Function 7, at byte 300 of its module.
    fn trace() -> Trace {
        Trace::from_bytes(&[7, 0, 0, 0, 44, 1, 0, 0]).unwrap_or_default()
    }

    #[test]
    fn a_frame_cut_anywhere_is_a_fault_and_never_a_panic() {
        let body = b"\x93\x01\x07\xc4\x02hi";
        assert_eq!(
            parse(body).ok(),
            Some(Request::Call { id: 7, payload: b"hi", streamed: false })
        );
        for end in 0..body.len() {
            assert!(parse(&body[..end]).is_err());
        }
    }

    #[test]
    fn bytes_after_the_frame_are_refused() {
        assert!(parse(b"\x93\x01\x07\xc4\x02hi!").is_err());
    }

    fn vectors() -> Vec<Vec<u8>> {
        let text = include_str!("../../tests/vectors/frames.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        lines
            .map(|line| {
                let (_, hex) = line.split_once(' ').unwrap_or_default();
                let byte = |at: usize| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16);
                (0..hex.len() / 2).map(|at| byte(at).unwrap_or(0)).collect()
            })
            .collect()
    }

    #[test]
    fn a_million_hostile_frames_are_faults_or_frames_and_never_a_panic_or_a_hang() {
        let bodies: Vec<Vec<u8>> = vectors().iter().map(|frame| frame[4..].to_vec()).collect();
        let mut chance = Chance::new();
        let begun = std::time::Instant::now();
        let mut accepted = 0_u32;
        for _ in 0..1_000_000 {
            let mut body = bodies[chance.below(bodies.len())].clone();
            for _ in 0..=chance.below(4) {
                let at = chance.below(body.len());
                match chance.below(4) {
                    // Heads of arrays and of bytes, with the largest counts.
                    0 => body.splice(at..at, [0xdd, 0xff, 0xff, 0xff, 0xff]).for_each(drop),
                    1 => body.splice(at..at, [0xc6, 0xff, 0xff, 0xff, 0xff]).for_each(drop),
                    2 => body.truncate(at.max(1)),
                    _ => body[at] = chance.byte(),
                }
            }
            accepted += u32::from(parse(&body).is_ok());
        }
        assert!(accepted > 0);
        assert!(begun.elapsed().as_secs() < 60);
    }

    #[test]
    fn the_shared_vectors_read_and_write_the_same() {
        let text = include_str!("../../tests/vectors/frames.txt");
        let mut writer = Writer::default();
        let usage = Usage { wall_us: 1, cpu_us: 300, memory_bytes: 65_536, fuel: 5_000 };
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (name, hex) = line.split_once(' ').unwrap_or_default();
            let frame: Vec<u8> = (0..hex.len() / 2)
                .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap_or(0))
                .collect();
            match name {
                "ready" => assert_eq!(writer.ready("wasmer-7.4.0", 65_536), frame),
                "result" => {
                    assert_eq!(writer.result(7, b"{}", usage), frame);
                    let mut parts = writer.result_head(7, 2).to_vec();
                    parts.extend_from_slice(b"{}");
                    parts.extend_from_slice(writer.result_tail(usage));
                    assert_eq!(parts, frame);
                }
                "failure" => {
                    let fault = Fault::new(Code::Trap, "unreachable").with_trace(trace());
                    assert_eq!(writer.failure(7, &fault, usage), frame);
                }
                "log" => assert_eq!(writer.log(7, 3, b"hot"), frame),
                "compiled" => {
                    let problems = ["export `memory` is missing".to_owned()];
                    assert_eq!(writer.compiled("wasmer-7.4.0", &problems, b""), frame);
                }
                "call" => {
                    let call = Request::Call { id: 7, payload: b"{}", streamed: false };
                    assert_eq!(parse(&frame[4..]).ok(), Some(call));
                }
                "streamed-call" => {
                    let call = Request::Call { id: 7, payload: b"{}", streamed: true };
                    assert_eq!(parse(&frame[4..]).ok(), Some(call));
                }
                "chunk" => {
                    let request = parse(&frame[4..]).ok();
                    assert_eq!(request, Some(Request::Chunk { id: 7, payload: b"hot" }));
                }
                "stream-read" => assert_eq!(writer.stream_read(7), frame),
                "stream-write" => {
                    let mut chunk = ChunkWriter::new(7);
                    chunk.put(3, |room| {
                        room.copy_from_slice(b"hot");
                        Some(())
                    });
                    assert_eq!(chunk.take(), Some(frame.as_slice()));
                }
                "mailed-call" => assert_eq!(parse(&frame[4..]).ok(), Some(Request::MailedCall)),
                "mailed-result" => assert_eq!(writer.mailed_result(7), frame),
                "host-call" => assert_eq!(writer.host_call(7, b"{}"), frame),
                "host-answer" => {
                    let request = parse(&frame[4..]).ok();
                    assert_eq!(request, Some(Request::HostAnswer { id: 7, payload: b"{}" }));
                }
                "compile" => {
                    let request = parse(&frame[4..]).ok();
                    let wasm = b"\0asm".as_slice();
                    assert_eq!(request, Some(Request::Compile { wasm, metered: true }));
                }
                "symbolise" => {
                    let sections = b"\0asm".as_slice();
                    let wanted = Request::Symbolise { sections, code_start: 300, trace: trace() };
                    assert_eq!(parse(&frame[4..]).ok(), Some(wanted));
                }
                "symbolised" => {
                    let place = Place {
                        function: Some("f".to_owned()),
                        file: "a.c".to_owned(),
                        line: 3,
                        column: 1,
                    };
                    assert_eq!(writer.symbolised(&[SourceFrame { stand: 0, place }]), frame);
                }
                "start" => {
                    let request = parse(&frame[4..]).ok();
                    let surroundings = Surroundings::default();
                    let start = Request::Start { limits: LIMITS, source: None, surroundings };
                    assert_eq!(request, Some(start));
                }
                "start-source" => {
                    let request = parse(&frame[4..]).ok();
                    let source = Some(b"hi".as_slice());
                    let folder = Folder { path: "/data".to_owned(), mode: 1 };
                    let environ = vec![b"A=1".to_vec()];
                    let surroundings = Surroundings { environ, folders: vec![folder] };
                    let start = Request::Start { limits: LIMITS, source, surroundings };
                    assert_eq!(request, Some(start));
                }
                other => panic!("no case for the vector {other}"),
            }
        }
    }
}
