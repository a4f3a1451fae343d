//! One live instance of a plugin: started, then called.

use super::imports::{Context, imports};
use super::snapshot::{PageMap, Snapshot};
use crate::engine::{Fuel, Guard, RESTORABLE, RESUME, STATE_PREFIX};
use crate::fault::{Code, Fault};
use crate::frame::{Limits, Surroundings};
use wasmer::{Function, FunctionEnv, Global, Instance, Memory, Module, RuntimeError, Store, Value};

pub struct Guest {
    /// Dropped before the store, in whose memory it is mapped.
    snapshot: Option<Snapshot>,
    state: Option<State>,
    store: Store,
    context: FunctionEnv<Context>,
    memory: Memory,
    alloc: Function,
    call: Function,
    free: Option<Function>,
    fuel: Option<Fuel>,
    guard: Guard,
}

/// What, with the memory, a call can change; only of instances that change nothing else.
struct State {
    globals: Vec<(Global, Value)>,
    resume: Option<Function>,
}

/// Where the response of a call lies in the guest's memory.
#[derive(Clone, Copy)]
pub struct Answer {
    at: u32,
    length: u32,
}

fn trap(guard: &Guard, error: &RuntimeError) -> Fault {
    let code = if guard.take() { Code::Memory } else { Code::Trap };
    Fault::new(code, error.message())
}

fn index(value: &Value) -> u32 {
    value.i32().unwrap_or(0).cast_unsigned()
}

fn argument(value: u32) -> Value {
    Value::I32(value.cast_signed())
}

impl State {
    fn of(instance: &Instance) -> Option<Self> {
        instance.exports.get_memory(RESTORABLE).ok()?;
        let globals = instance.exports.iter().globals();
        let globals = globals
            .filter(|(name, _)| name.starts_with(STATE_PREFIX))
            .map(|(_, global)| (global.clone(), Value::I32(0)))
            .collect();
        Some(Self { globals, resume: instance.exports.get_function(RESUME).ok().cloned() })
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
        let alloc = instance.exports.get_function("__pocket_alloc").map_err(missing)?.clone();
        let call = instance.exports.get_function("__pocket_call").map_err(missing)?.clone();
        let free = instance.exports.get_function("__pocket_free").ok().cloned();
        context.as_mut(&mut store).memory = Some(memory.clone());
        let state = State::of(&instance);
        let fuel = Fuel::of(&instance);
        let mut guest =
            Self { snapshot: None, state, store, context, memory, alloc, call, free, fuel, guard };
        if let Ok(initialize) = instance.exports.get_function("_initialize") {
            guest.run(initialize, &[])?;
        }
        if let (Some(source), Ok(init)) = (source, instance.exports.get_function("__pocket_init")) {
            guest.init(init, source)?;
        }
        Ok(guest)
    }

    fn run(&mut self, function: &Function, arguments: &[Value]) -> Result<Box<[Value]>, Fault> {
        function.call(&mut self.store, arguments).map_err(|error| {
            if self.fuel.as_ref().is_some_and(|fuel| fuel.is_exhausted(&mut self.store)) {
                return Fault::new(Code::Fuel, "the call used up its fuel");
            }
            trap(&self.guard, &error)
        })
    }

    fn init(&mut self, init: &Function, source: &[u8]) -> Result<(), Fault> {
        let at = self.place(source)?;
        let length = u32::try_from(source.len()).unwrap_or(u32::MAX);
        let results = self.run(init, &[argument(at), argument(length)])?;
        match results.first().map(index) {
            Some(0) | None if self.guard.take() => {
                Err(Fault::new(Code::Memory, "__pocket_init failed for want of memory"))
            }
            Some(0) | None => {
                Err(Fault::new(Code::Trap, "the plugin's own start failed; its log says why"))
            }
            Some(_) => Ok(()),
        }
    }

    /// Copies bytes into room that the guest has given.
    fn place(&mut self, bytes: &[u8]) -> Result<u32, Fault> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let alloc = self.alloc.clone();
        let at = self.run(&alloc, &[argument(length)])?.first().map_or(0, index);
        if at == 0 {
            let code = if self.guard.take() { Code::Memory } else { Code::Trap };
            return Err(Fault::new(code, format!("the plugin has no room for {length} bytes")));
        }
        let outside =
            |_| Fault::new(Code::BadOutput, "__pocket_alloc gave room outside the memory");
        self.memory.view(&self.store).write(u64::from(at), bytes).map_err(outside)?;
        Ok(at)
    }

    pub fn call(&mut self, id: u32, request: &[u8], limits: &Limits) -> Result<Answer, Fault> {
        self.guard.take();
        self.context.as_mut(&mut self.store).begin_call(id, limits);
        if let Some(fuel) = &self.fuel {
            fuel.fill(&mut self.store, limits.fuel);
        }
        let at = self.place(request)?;
        let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
        let call = self.call.clone();
        let answer = match &*self.run(&call, &[argument(at), argument(length)])? {
            [Value::I64(packed)] => {
                let packed = packed.cast_unsigned();
                Answer { at: (packed >> 32) as u32, length: packed as u32 }
            }
            [at, length] => Answer { at: index(at), length: index(length) },
            _ => return Err(Fault::new(Code::BadOutput, "__pocket_call gave no response")),
        };
        if u64::from(answer.length) > limits.output_bytes {
            let message = format!(
                "the response has {} bytes, the limit is {}",
                answer.length, limits.output_bytes
            );
            return Err(Fault::new(Code::OutputTooLarge, message));
        }
        Ok(answer)
    }

    /// Copies the response into `into`.
    pub fn read(&self, answer: Answer, into: &mut Vec<u8>) -> Result<(), Fault> {
        let outside =
            |_| Fault::new(Code::BadOutput, "the response lies outside the plugin's memory");
        let view = self.memory.view(&self.store);
        if u64::from(answer.at) + u64::from(answer.length) > view.data_size() {
            return Err(outside(()));
        }
        into.resize(answer.length as usize, 0);
        view.read(u64::from(answer.at), into).map_err(|_| outside(()))
    }

    /// Gives the response's room back, where the module wants it.
    pub fn free(&mut self, answer: Answer) -> Result<(), Fault> {
        match self.free.clone() {
            Some(free) => {
                self.run(&free, &[argument(answer.at), argument(answer.length)]).map(drop)
            }
            None => Ok(()),
        }
    }

    /// Remembers the state as it is now, where it can be restored at all.
    pub fn remember(&mut self, map: &mut PageMap) -> Result<(), Fault> {
        let Some(state) = &mut self.state else { return Ok(()) };
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
        snapshot.restore(map)?;
        for (global, value) in &state.globals {
            let same = global.set(&mut self.store, value.clone());
            same.map_err(|error| Fault::new(Code::Trap, error.message()))?;
        }
        let resume = state.resume.clone();
        if let Some(fuel) = &self.fuel {
            fuel.fill(&mut self.store, u64::MAX);
        }
        if let Some(resume) = resume {
            self.run(&resume, &[])?;
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
