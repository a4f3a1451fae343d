//! What the host sends: read out of foreign bytes, of which nothing is believed.

use super::PROTOCOL;
use crate::fault::{Code, Fault};
use crate::trace::Trace;
use rmp::decode;

const START: u8 = 0;
const CALL: u8 = 1;
const COMPILE: u8 = 2;
const HOST_ANSWER: u8 = 3;
const STREAMED_CALL: u8 = 4;
const CHUNK: u8 = 5;
const SYMBOLISE: u8 = 6;
const CONDENSE: u8 = 7;
const MAILED_CALL: u8 = 8;

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
    Condense {
        /// A module of nothing but custom sections.
        sections: &'a [u8],
        /// Whose files are the author's.
        folder: String,
    },
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
        (CONDENSE, 4) => Request::Condense { sections: bytes(rest)?, folder: text(rest)? },
        _ => return Err(malformed(format_args!("kind {kind} with {fields} fields"))),
    };
    if rest.is_empty() { Ok(request) } else { Err(malformed("bytes after the frame")) }
}
