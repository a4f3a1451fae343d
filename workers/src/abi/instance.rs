//! One live instance of a plugin: started, then called.

use super::entry::{Call, Entry};
use super::imports::{Context, imports};
use super::snapshot::{PageMap, Snapshot};
use super::stream::Streams;
use crate::engine::{Fuel, Guard, RESTORABLE, RESUME, STATE_PREFIX};
use crate::fault::{Code, Fault};
use crate::frame::{Limits, Surroundings};
use crate::trace::Trace;
use pocket_wire::huge;
use wasmer::{
    FunctionEnv, Global, Instance, Memory, Module, RuntimeError, Store, TypedFunction, Value,
};

pub struct Guest {
    /// Dropped before the store, in whose memory it is mapped.
    snapshot: Option<Snapshot>,
    state: Option<State>,
    store: Store,
    context: FunctionEnv<Context>,
    memory: Memory,
    entry: Entry,
    fuel: Option<Fuel>,
    guard: Guard,
    /// What the memory may grow to, and whether that is asked for in huge pages by now.
    most_bytes: usize,
    huge: bool,
}

/// What, with the memory, a call can change; only of instances that change nothing else.
struct State {
    globals: Vec<(Global, Value)>,
    resume: Option<TypedFunction<(), ()>>,
}

/// Where the response of a call lies.
#[derive(Clone, Copy)]
pub enum Answer {
    Memory {
        at: u32,
        length: u32,
    },
    /// In the standard output of a command.
    Stdout,
    /// Copied out of a guest that lives on.
    Kept,
}

fn trap(guard: &Guard, error: &RuntimeError) -> Fault {
    let code = if guard.take() { Code::Memory } else { Code::Trap };
    Fault::new(code, error.message()).with_trace(Trace::of(error.trace()))
}

impl State {
    fn of(instance: &Instance, store: &Store) -> Option<Self> {
        instance.exports.get_memory(RESTORABLE).ok()?;
        let globals = instance.exports.iter().globals();
        let globals = globals
            .filter(|(name, _)| name.starts_with(STATE_PREFIX))
            .map(|(_, global)| (global.clone(), Value::I32(0)))
            .collect();
        Some(Self { globals, resume: instance.exports.get_typed_function(store, RESUME).ok() })
    }
}

impl Guest {
    /// Instantiates the module and runs everything that comes before the first call.
    pub fn start(
        mut store: Store,
        module: &Module,
        source: Option<&[u8]>,
        limits: &Limits,
        surroundings: &Surroundings,
        guard: Guard,
    ) -> Result<Self, Fault> {
        guard.take();
        let context = Context::new(limits.log_bytes, surroundings.clone());
        let context = FunctionEnv::new(&mut store, context);
        let imports = imports(module, &mut store, &context);
        let instance =
            Instance::new(&mut store, module, &imports).map_err(|error| match error {
                wasmer::InstantiationError::Start(error) => trap(&guard, &error),
                other if guard.take() => Fault::new(Code::Memory, other),
                other => Fault::new(Code::BadModule, other),
            })?;
        let missing = |error| Fault::new(Code::BadModule, error);
        let memory = instance.exports.get_memory("memory").map_err(missing)?.clone();
        let entry = Entry::of(&instance, &store)?;
        context.as_mut(&mut store).memory = Some(memory.clone());
        let state = State::of(&instance, &store);
        let fuel = Fuel::of(&instance);
        let most_bytes = usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX);
        let (snapshot, huge) = (None, false);
        let mut guest =
            Self { snapshot, state, store, context, memory, entry, fuel, guard, most_bytes, huge };
        if guest.is_command() {
            return Ok(guest);
        }
        let begun = guest.begin(&instance, source);
        guest.context.as_mut(&mut guest.store).flush_lines();
        begun.map(|()| guest)
    }

    /// Runs the module's own start.
    fn begin(&mut self, instance: &Instance, source: Option<&[u8]>) -> Result<(), Fault> {
        let exports = &instance.exports;
        if let Ok(initialize) = exports.get_typed_function(&self.store, "_initialize") {
            self.run(|store| TypedFunction::<(), ()>::call(&initialize, store))?;
        }
        match (source, exports.get_typed_function(&self.store, "__pocket_init")) {
            (Some(source), Ok(init)) => self.init(&init, source),
            _ => Ok(()),
        }
    }

    /// Whether each call is a whole run of the program, which needs an instance that never ran.
    pub fn is_command(&self) -> bool {
        matches!(self.entry, Entry::Command { .. })
    }

    fn run<T>(
        &mut self,
        function: impl FnOnce(&mut Store) -> Result<T, RuntimeError>,
    ) -> Result<T, Fault> {
        function(&mut self.store).map_err(|error| {
            if self.fuel.as_ref().is_some_and(|fuel| fuel.is_exhausted(&mut self.store)) {
                let trace = Trace::of(error.trace());
                return Fault::new(Code::Fuel, "the call used up its fuel").with_trace(trace);
            }
            trap(&self.guard, &error)
        })
    }

    fn init(&mut self, init: &TypedFunction<(u32, u32), u32>, source: &[u8]) -> Result<(), Fault> {
        let at = self.place(source)?;
        let length = u32::try_from(source.len()).unwrap_or(u32::MAX);
        match self.run(|store| init.call(store, at, length))? {
            0 if self.guard.take() => {
                Err(Fault::new(Code::Memory, "__pocket_init failed for want of memory"))
            }
            0 => Err(Fault::new(Code::Trap, "the plugin's own start failed; its log says why")),
            _ => Ok(()),
        }
    }

    /// Copies bytes into room that the guest has given.
    fn place(&mut self, bytes: &[u8]) -> Result<u32, Fault> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let Entry::Pocket { alloc, .. } = &self.entry else {
            return Err(Fault::new(Code::BadModule, "a command has no __pocket_alloc"));
        };
        let alloc = alloc.clone();
        let at = self.run(|store| alloc.call(store, length))?;
        if at == 0 {
            let code = if self.guard.take() { Code::Memory } else { Code::Trap };
            return Err(Fault::new(code, format!("the plugin has no room for {length} bytes")));
        }
        let view = self.memory.view(&self.store);
        if u64::from(at) + bytes.len() as u64 > view.data_size() {
            return Err(Fault::new(Code::BadOutput, "__pocket_alloc gave room outside the memory"));
        }
        // SAFETY: within the memory, to which nothing else refers while the guest does not run.
        unsafe {
            let to = view.data_ptr().add(at as usize);
            if bytes.len() >= huge::WORTH_IT && !self.huge {
                // Also what the guest will grow into, to work on it and to answer.
                let most = self.most_bytes.saturating_sub(at as usize);
                huge::advise(to, most);
                self.huge = true;
            }
            to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        Ok(at)
    }

    /// Gives the call that comes next its streams.
    pub fn open_streams(&mut self, streams: Streams) {
        self.context.as_mut(&mut self.store).streams = Some(Box::new(streams));
    }

    pub fn call(&mut self, id: u32, request: &[u8], limits: &Limits) -> Result<Answer, Fault> {
        self.guard.take();
        self.context.as_mut(&mut self.store).begin_call(id, limits);
        if let Some(fuel) = &self.fuel {
            fuel.fill(&mut self.store, limits.fuel);
        }
        let answer = match &self.entry {
            Entry::Pocket { call, .. } => {
                let call = call.clone();
                self.ask(&call, request, limits)
            }
            Entry::Command { start } => {
                let start = start.clone();
                self.run_command(&start, request, limits)
            }
        };
        let context = self.context.as_mut(&mut self.store);
        context.flush_lines();
        if let Some(mut streams) = context.streams.take() {
            streams.send().map_err(|error| Fault::new(Code::Protocol, error.message()))?;
        }
        answer
    }

    fn ask(&mut self, call: &Call, request: &[u8], limits: &Limits) -> Result<Answer, Fault> {
        let at = self.place(request)?;
        let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
        let answered = self.run(|store| call.call(store, at, length));
        let ended = self.context.as_ref(&self.store).ending.response();
        let (at, length) = ended.map_or(answered, Ok)?;
        if u64::from(length) > limits.output_bytes {
            let message =
                format!("the response has {length} bytes, the limit is {}", limits.output_bytes);
            return Err(Fault::new(Code::OutputTooLarge, message));
        }
        Ok(Answer::Memory { at, length })
    }

    /// Runs the whole program; only status 0, however it is given, is success.
    fn run_command(
        &mut self,
        start: &TypedFunction<(), ()>,
        request: &[u8],
        limits: &Limits,
    ) -> Result<Answer, Fault> {
        let most = usize::try_from(limits.output_bytes).unwrap_or(usize::MAX);
        self.context.as_mut(&mut self.store).wasi.begin_command(request, most);
        let ended = self.run(|store| start.call(store));
        let wasi = &mut self.context.as_mut(&mut self.store).wasi;
        wasi.exchange.finish();
        if wasi.exchange.overflowed {
            let message = format!("the response has more than {most} bytes, which is the limit");
            return Err(Fault::new(Code::OutputTooLarge, message));
        }
        match ended {
            Err(_) if wasi.exit == Some(0) => Ok(Answer::Stdout),
            Err(fault) => Err(fault),
            Ok(_) => Ok(Answer::Stdout),
        }
    }

    /// Whether the call that just ended left the guest's functions where they stood.
    pub fn was_cut_short(&self) -> bool {
        self.context.as_ref(&self.store).ending.response().is_some()
    }

    /// Gives the bytes of an answer, which stay where they are until the guest runs again; `kept`
    /// has those that are no longer in the guest.
    pub fn response<'a>(&'a self, answer: Answer, kept: &'a [u8]) -> Result<&'a [u8], Fault> {
        match answer {
            Answer::Memory { at, length } => self.slice(at, length),
            Answer::Stdout => Ok(self.context.as_ref(&self.store).wasi.exchange.output()),
            Answer::Kept => Ok(kept),
        }
    }

    fn slice(&self, at: u32, length: u32) -> Result<&[u8], Fault> {
        let view = self.memory.view(&self.store);
        if u64::from(at) + u64::from(length) > view.data_size() {
            let message = "the response lies outside the plugin's memory";
            return Err(Fault::new(Code::BadOutput, message));
        }
        // SAFETY: within the memory, which nothing changes, grows or drops while `self` is borrowed.
        Ok(unsafe { std::slice::from_raw_parts(view.data_ptr().add(at as usize), length as usize) })
    }

    /// Copies an answer and gives its room back, where the module wants it: for a guest that lives on.
    pub fn keep(&mut self, answer: Answer, into: &mut Vec<u8>) -> Result<Answer, Fault> {
        let Answer::Memory { at, length } = answer else { return Ok(answer) };
        into.clear();
        into.extend_from_slice(self.slice(at, length)?);
        if let Entry::Pocket { free: Some(free), .. } = &self.entry {
            let free = free.clone();
            self.run(|store| free.call(store, at, length))?;
        }
        Ok(Answer::Kept)
    }

    /// Remembers the state as it is now, where it can be restored at all.
    pub fn remember(&mut self, map: &mut PageMap) -> Result<(), Fault> {
        let Some(state) = &mut self.state else { return Ok(()) };
        // What was opened during the start cannot be opened anew behind the guest's back.
        if self.context.as_mut(&mut self.store).wasi.descriptors.changed() {
            return Ok(());
        }
        for (global, value) in &mut state.globals {
            *value = global.get(&mut self.store);
        }
        let view = self.memory.view(&self.store);
        let bytes = usize::try_from(view.data_size()).unwrap_or(0);
        // SAFETY: the view is the guest's whole memory, which is not moved while it keeps its size
        // (`covers` asks before every use), and no reference into it is held here.
        self.snapshot = Some(unsafe { Snapshot::take(view.data_ptr(), bytes, map) }?);
        Ok(())
    }

    /// Brings the remembered state back; false where only a new instance can.
    pub fn restore(&mut self, map: &mut PageMap) -> Result<bool, Fault> {
        let (Some(state), Some(snapshot)) = (&self.state, &mut self.snapshot) else {
            return Ok(false);
        };
        let view = self.memory.view(&self.store);
        let bytes = usize::try_from(view.data_size()).unwrap_or(0);
        if !snapshot.covers(view.data_ptr(), bytes) {
            return Ok(false);
        }
        if let Some(pages) = snapshot.restore(bytes, map)? {
            let grown = self.memory.reset(&mut self.store);
            let grown = grown.and_then(|()| self.memory.grow(&mut self.store, pages));
            grown.map_err(|error| Fault::new(Code::Sandbox, error))?;
        }
        let context = self.context.as_mut(&mut self.store);
        context.wasi.descriptors.reset();
        context.end_call();
        for (global, value) in &state.globals {
            let same = global.set(&mut self.store, value.clone());
            same.map_err(|error| Fault::new(Code::Trap, error.message()))?;
        }
        let resume = state.resume.clone();
        if let Some(fuel) = &self.fuel {
            fuel.fill(&mut self.store, u64::MAX);
        }
        if let Some(resume) = resume {
            self.run(|store| resume.call(store))?;
        }
        Ok(true)
    }

    /// Fuel of the call that just ended; 0 for a plugin that is not metered.
    pub fn fuel_used(&mut self, limits: &Limits) -> u64 {
        let fuel = self.fuel.as_ref();
        fuel.map_or(0, |fuel| limits.fuel.saturating_sub(fuel.remaining(&mut self.store)))
    }

    pub fn memory_bytes(&self) -> u64 {
        self.memory.view(&self.store).data_size()
    }

    /// Whether the guest was refused memory during the call that just ended.
    pub fn was_refused_memory(&self) -> bool {
        self.guard.take()
    }
}
