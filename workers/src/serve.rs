//! The role `serve`: load one artifact, start it, answer calls until the host closes the pipe.

use crate::abi::{self, Guest, PageMap, Streams};
use crate::engine::{self, Guard, LimitedTunables};
use crate::fault::{Code, Fault};
use crate::frame::{self, Limits, Request, Surroundings, Usage, Writer};
use crate::pipe::{self, Incoming, Reader, send};
use crate::sandbox::{Confinement, CpuBudget};
use std::time::{Duration, Instant};
use wasmer::{Engine, Module, Store};

/// A response from which on writing it takes a millisecond or so.
const LARGE_BYTES: usize = 1 << 20;
/// The host hands the artifact over as this descriptor.
const ARTIFACT: &str = "/proc/self/fd/3";

struct Worker {
    engine: Engine,
    module: Module,
    source: Option<Vec<u8>>,
    limits: Limits,
    surroundings: Surroundings,
    guard: Guard,
    pages: PageMap,
    cpu: CpuBudget,
    writer: Writer,
    response: Vec<u8>,
}

/// Gives the status to exit with.
pub fn main() -> i32 {
    match serve() {
        Ok(()) => 0,
        Err(fault) => {
            send(Writer::default().failure(0, &fault, Usage::default()));
            1
        }
    }
}

fn serve() -> Result<(), Fault> {
    pipe::open()?;
    pipe::open_mailbox()?;
    let mut reader = Reader::stdin();
    let Some(body) = reader.next()? else { return Ok(()) };
    let Request::Start { limits, source, surroundings } = frame::parse(reader.bytes(body))? else {
        return Err(Fault::new(Code::Protocol, "a call before start"));
    };
    let folders: Vec<u8> = surroundings.folders.iter().map(|folder| folder.mode).collect();
    let confinement = Confinement {
        parent_pid: limits.parent_pid,
        memory_bytes: limits.memory_bytes,
        disk_bytes: if folders.is_empty() { 0 } else { limits.disk_bytes },
        folders: &folders,
    };
    confinement.begin()?;
    abi::allow_growth(limits.disk_bytes);
    let mut worker = Worker::load(limits, source.map(<[u8]>::to_vec), surroundings)?;
    confinement.seal()?;
    let mut guest = Some(worker.start()?);
    worker.allow_call()?;
    let memory_bytes = guest.as_ref().map_or(0, Guest::memory_bytes);
    if !send(worker.writer.ready(engine::NAME, memory_bytes)) {
        return Ok(());
    }
    while let Some(incoming) = reader.next_call()? {
        let (id, payload, streamed) = match incoming {
            Incoming::Frame(body) => match frame::parse(reader.bytes(body))? {
                Request::Call { id, payload, streamed } => (id, payload, streamed),
                Request::MailedCall => match reader.mailed()? {
                    Some(mail) => mailed(&reader, mail)?,
                    None => return Ok(()),
                },
                _ => return Err(Fault::new(Code::Protocol, "start twice")),
            },
            mail => mailed(&reader, mail)?,
        };
        let mut current = match guest.take() {
            Some(current) => current,
            None => {
                let new = worker.start()?;
                worker.allow_call()?;
                new
            }
        };
        if streamed {
            let share = worker.cpu.share(call_time(&worker.limits));
            current.open_streams(Streams::new(id, share));
        }
        match worker.call(current, id, payload) {
            Some(next) => guest = next,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// The id and the payload of a call that came by the mailbox, and that it has no streams.
fn mailed(reader: &Reader, mail: Incoming) -> Result<(u32, &[u8], bool), Fault> {
    match mail {
        Incoming::Mail { id, request } => Ok((id, request, false)),
        Incoming::LongMail { id, request } => Ok((id, reader.bytes(request), false)),
        Incoming::Frame(_) => Err(Fault::new(Code::Protocol, "no mail")),
    }
}

impl Worker {
    fn load(
        limits: Limits,
        source: Option<Vec<u8>>,
        surroundings: Surroundings,
    ) -> Result<Self, Fault> {
        let guard = Guard::default();
        let tunables =
            LimitedTunables::new(limits.memory_bytes, limits.table_elements, guard.clone());
        let engine = engine::loader(tunables);
        // SAFETY: the artifact comes from the host's own cache, which only its user can write; what
        // a forged one could do is bounded by this process's limits.
        let module = unsafe { Module::deserialize_from_file_unchecked(&engine, ARTIFACT) }
            .map_err(|error| Fault::new(Code::BadArtifact, error))?;
        // SAFETY: fd 3 was opened by the host for this process and is used no more.
        unsafe { libc::close(3) };
        engine::prepare_traps()?;
        Ok(Self {
            pages: PageMap::open()?,
            cpu: CpuBudget::new(),
            engine,
            module,
            source,
            limits,
            surroundings,
            guard,
            writer: Writer::default(),
            response: Vec::new(),
        })
    }

    fn start(&mut self) -> Result<Guest, Fault> {
        self.cpu.allow(start_time(&self.limits))?;
        let store = Store::new(self.engine.clone());
        let source = self.source.as_deref();
        let guard = self.guard.clone();
        Guest::start(store, &self.module, source, &self.limits, &self.surroundings, guard)
    }

    fn allow_call(&mut self) -> Result<(), Fault> {
        self.cpu.allow(call_time(&self.limits))
    }

    /// Answers one call; gives the instance for the next one, or None when the worker has to end.
    fn call(&mut self, mut guest: Guest, id: u32, payload: &[u8]) -> Option<Option<Guest>> {
        if guest.is_command() {
            // Its request and its response are here, too, and not in its own memory.
            self.writer = Writer::default();
        }
        let begun = Instant::now();
        let cpu = self.cpu.spent(begun);
        let outcome = guest.call(id, payload, &self.limits).and_then(|answer| {
            if self.keeps(&guest) { guest.keep(answer, &mut self.response) } else { Ok(answer) }
        });
        let ended = Instant::now();
        let wall = ended - begun;
        // The clock of the kernel is read after `ended` where the call was interrupted.
        let cpu = self.cpu.spent(ended).saturating_sub(cpu).min(wall);
        let usage = Usage {
            wall_us: micros(wall),
            cpu_us: micros(cpu),
            memory_bytes: guest.memory_bytes(),
            fuel: guest.fuel_used(&self.limits),
        };
        let sent = outcome.and_then(|answer| {
            let response = guest.response(answer, &self.response)?;
            explain(response, &guest)?;
            if response.len() > LARGE_BYTES {
                // Sending that much takes time that is not the call's.
                self.cpu.allow(start_time(&self.limits))?;
            }
            Ok(pipe::reply(&mut self.writer, id, response, usage))
        });
        match sent {
            Ok(sent) => sent.then(|| self.after(guest)),
            Err(fault) => {
                send(self.writer.failure(id, &fault, usage));
                None
            }
        }
    }

    /// Whether the next call goes on with the guest as it is.
    fn keeps(&self, guest: &Guest) -> bool {
        self.limits.keep_state && !guest.is_command() && !guest.was_cut_short()
    }

    /// Prepares the next call while the host is busy with this one's result.
    fn after(&mut self, guest: Guest) -> Option<Guest> {
        if self.keeps(&guest) {
            return self.allow_call().is_ok().then_some(guest);
        }
        self.refresh(guest).ok()
    }

    /// Gives an instance in the state after its start: the same one restored, or a new one.
    fn refresh(&mut self, mut guest: Guest) -> Result<Guest, Fault> {
        self.allow_call()?;
        if guest.restore(&mut self.pages)? {
            self.allow_call()?;
            return Ok(guest);
        }
        drop(guest);
        let mut guest = self.start()?;
        guest.remember(&mut self.pages)?;
        self.allow_call()?;
        Ok(guest)
    }
}

fn call_time(limits: &Limits) -> Duration {
    Duration::from_millis(limits.call_cpu_ms)
}

fn start_time(limits: &Limits) -> Duration {
    Duration::from_millis(limits.start_cpu_ms)
}

/// A plugin that was refused memory and then reports an error ran into its limit.
fn explain(response: &[u8], guest: &Guest) -> Result<(), Fault> {
    let failed = response.starts_with(b"{\"success\":false");
    if failed && guest.was_refused_memory() {
        return Err(Fault::new(Code::Memory, "the plugin was refused memory and gave up"));
    }
    Ok(())
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
