//! The frames of `docs/protocol.md`: a little-endian u32 length, then one msgpack array.

mod request;
mod writer;

pub use request::{FIRST_FOLDER, Folder, Limits, Request, Surroundings, parse};
pub use writer::{STREAM_WRITE, Usage, Writer};

/// Bumped with every change that an older peer would misread.
pub const PROTOCOL: u32 = 7;
/// Largest frame either side accepts: a 64 MiB payload and room for its envelope.
pub const MAX_FRAME_BYTES: usize = (64 << 20) + 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::chunk::ChunkWriter;
    use crate::fault::{Code, Fault};
    use crate::symbolise::{Place, SourceFrame};
    use crate::trace::Trace;

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
        let text = include_str!("../../../tests/vectors/frames.txt");
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
        let text = include_str!("../../../tests/vectors/frames.txt");
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
                "condense" => {
                    let sections = b"\0asm".as_slice();
                    let folder = "/home/me".to_owned();
                    let wanted = Request::Condense { sections, folder };
                    assert_eq!(parse(&frame[4..]).ok(), Some(wanted));
                }
                "condensed" => assert_eq!(writer.condensed(b"\0asm"), frame),
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
