//! `pocket.stream_read` and `pocket.stream_write`: bytes that are too many for a request.
//!
//! The host sends a chunk when it is asked for one. What the guest writes goes into the pipe, which
//! holds the guest when it is full. So neither side keeps more than a chunk and what fits into a pipe.

use super::imports::{Context, copy_in};
use crate::chunk::{ChunkWriter, MAX_CHUNK_BYTES};
use crate::fault::Fault;
use crate::frame::{self, Request, Writer};
use crate::pipe::{self, Reader};
use crate::sandbox::Share;
use std::ops::Range;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

const FAILED: i32 = -1;

/// Both streams of one call.
pub struct Streams {
    call_id: u32,
    reader: Reader,
    /// Where in the reader the rest of the last chunk lies.
    unread: Range<usize>,
    ended: bool,
    asking: Writer,
    writer: ChunkWriter,
    /// CPU time that the guest gets for each chunk.
    cpu: Share,
}

fn lost(what: &str) -> RuntimeError {
    RuntimeError::new(format!("the stream broke off: {what}"))
}

impl Streams {
    pub fn new(call_id: u32, cpu: Share) -> Self {
        Self {
            call_id,
            reader: Reader::with_room(MAX_CHUNK_BYTES),
            unread: 0..0,
            ended: false,
            asking: Writer::default(),
            writer: ChunkWriter::new(call_id),
            cpu,
        }
    }

    /// Gives up to `room` bytes; none at the end of the stream.
    fn read(&mut self, room: usize) -> Result<&[u8], RuntimeError> {
        if self.unread.is_empty() && !self.ended && room > 0 {
            self.send()?;
            self.fetch()?;
        }
        let length = self.unread.len().min(room);
        let given = self.unread.start..self.unread.start + length;
        self.unread.start += length;
        Ok(self.reader.bytes(given))
    }

    /// Asks for the next chunk. A host that sends anything else is gone for good.
    fn fetch(&mut self) -> Result<(), RuntimeError> {
        let broken = |fault: Fault| lost(&fault.message);
        if !pipe::send(self.asking.stream_read(self.call_id)) {
            return Err(lost("the pipe is closed"));
        }
        let body = self.reader.next().map_err(broken)?;
        let body = body.ok_or_else(|| lost("the pipe is closed"))?;
        let Ok(Request::Chunk { id, payload }) = frame::parse(self.reader.bytes(body.clone()))
        else {
            return Err(lost("the host sent another frame"));
        };
        if id != self.call_id {
            return Err(lost("the host sent a chunk of another call"));
        }
        // The payload is the last field of its frame.
        self.unread = body.end - payload.len()..body.end;
        self.ended = self.unread.is_empty();
        self.cpu.renew().map_err(broken)
    }

    /// Takes as much of what the guest has at `at` as a chunk has room for; the rest is for later.
    fn write(
        &mut self,
        length: usize,
        copy: impl FnOnce(&mut [u8]) -> Option<()>,
    ) -> Result<Option<usize>, RuntimeError> {
        let taken = length.min(self.writer.room());
        if self.writer.put(taken, copy).is_none() {
            return Ok(None);
        }
        if self.writer.room() == 0 {
            self.send()?;
        }
        Ok(Some(taken))
    }

    /// Sends what was written since the last chunk.
    pub fn send(&mut self) -> Result<(), RuntimeError> {
        let sent = self.writer.take().is_none_or(pipe::send);
        if sent { Ok(()) } else { Err(lost("the pipe is closed")) }
    }
}

/// Whether bytes lie within the guest's memory.
fn within(env: &FunctionEnvMut<'_, Context>, at: u32, length: u32) -> bool {
    let memory = env.data().memory.as_ref();
    memory.is_some_and(|memory| u64::from(at) + u64::from(length) <= memory.view(env).data_size())
}

/// Gives how many bytes were read, 0 at the end, or -1 where there is no stream or no such memory.
fn stream_read(
    mut env: FunctionEnvMut<'_, Context>,
    at: u32,
    room: u32,
) -> Result<i32, RuntimeError> {
    if !within(&env, at, room) {
        return Ok(FAILED);
    }
    let Some(mut streams) = env.data_mut().streams.take() else {
        return Ok(FAILED);
    };
    let read = streams.read(room as usize).map(|bytes| {
        let copied = copy_in(&env, at, bytes).map(|()| bytes.len());
        copied.and_then(|length| i32::try_from(length).ok()).unwrap_or(FAILED)
    });
    env.data_mut().streams = Some(streams);
    read
}

/// Gives how many bytes were written, all of them, or -1 where there is no stream or no such memory.
fn stream_write(
    mut env: FunctionEnvMut<'_, Context>,
    at: u32,
    length: u32,
) -> Result<i32, RuntimeError> {
    let Ok(all) = i32::try_from(length) else {
        return Ok(FAILED);
    };
    if !within(&env, at, length) {
        return Ok(FAILED);
    }
    let Some(memory) = env.data().memory.clone() else { return Ok(FAILED) };
    let Some(mut streams) = env.data_mut().streams.take() else { return Ok(FAILED) };
    let view = memory.view(&env);
    let mut done = 0;
    let mut written = Ok(Some(0));
    while done < length as usize {
        let from = u64::from(at) + done as u64;
        written = streams.write(length as usize - done, |room| view.read(from, room).ok());
        let Ok(Some(taken)) = written else { break };
        done += taken;
    }
    env.data_mut().streams = Some(streams);
    written.map(|taken| taken.map_or(FAILED, |_| all))
}

/// The function behind an import of the module `pocket`, or None for a name that it has not.
pub fn function(name: &str, store: &mut Store, context: &FunctionEnv<Context>) -> Option<Function> {
    match name {
        "stream_read" => Some(Function::new_typed_with_env(store, context, stream_read)),
        "stream_write" => Some(Function::new_typed_with_env(store, context, stream_write)),
        _ => None,
    }
}
