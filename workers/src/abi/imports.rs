//! What a guest may import: `pocket.log`, `pocket.end_call`, `pocket.host_call`, streams and WASI.

use super::end_call::{self, Ending};
use super::host_call::{self, HostCalls};
use super::stream::{self, Streams};
use super::wasi::{self, Lines, Wasi};
use crate::frame::{Limits, Surroundings, Writer};
use crate::pipe;
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, FunctionType, ImportType, Imports, Memory, Module,
    RuntimeError, Store,
};

/// Longest line of the log; a longer one is cut.
pub const LINE_BYTES: u32 = 4096;

/// What the imported functions share within one instance.
pub struct Context {
    pub memory: Option<Memory>,
    pub call_id: u32,
    /// Log bytes that are left for this call.
    pub log_left: u64,
    pub host_calls: HostCalls,
    /// Only in a streamed call.
    pub streams: Option<Box<Streams>>,
    pub ending: Ending,
    #[allow(dead_code)]
    pub wasi: Wasi,
    /// What was written to stdout and to stderr since the last end of a line.
    lines: [Lines; 2],
    pub writer: Writer,
}

impl Context {
    /// For the start of an instance, during which it may log, but ask the host nothing.
    pub fn new(log_left: u64, surroundings: Surroundings) -> Self {
        Self {
            memory: None,
            call_id: 0,
            log_left,
            host_calls: HostCalls::none(),
            streams: None,
            ending: Ending::default(),
            wasi: Wasi::new(surroundings),
            lines: Default::default(),
            writer: Writer::default(),
        }
    }

    /// Takes back what a call had left: between calls a guest may ask the host nothing.
    pub fn end_call(&mut self) {
        self.host_calls = HostCalls::none();
    }

    /// Gives a call its share of everything.
    pub fn begin_call(&mut self, id: u32, limits: &Limits) {
        self.call_id = id;
        self.log_left = limits.log_bytes;
        self.wasi.exit = None;
        self.ending = Ending::default();
        self.host_calls.begin(limits.host_calls);
    }

    /// Takes in what was written to stdout (level 1) or stderr (level 2).
    pub fn write_lines(&mut self, level: u8, bytes: &[u8]) {
        self.with_lines(level, |lines, log| lines.take(bytes, log));
    }

    /// Logs the lines that have no end when a call has.
    pub fn flush_lines(&mut self) {
        for level in [1, 2] {
            self.with_lines(level, |lines, log| lines.flush(log));
        }
    }

    fn with_lines(&mut self, level: u8, work: impl FnOnce(&mut Lines, &mut dyn FnMut(&[u8]))) {
        let mut lines = std::mem::take(&mut self.lines[usize::from(level) - 1]);
        work(&mut lines, &mut |line| self.log(level, line));
        self.lines[usize::from(level) - 1] = lines;
    }

    /// Sends a line to the host, or drops it once the call's share is used up.
    pub fn log(&mut self, level: u8, line: &[u8]) {
        let cost = line.len() as u64 + 16;
        if cost > self.log_left {
            self.log_left = 0;
            return;
        }
        self.log_left -= cost;
        pipe::send(self.writer.log(self.call_id, level, line));
    }
}

/// Copies bytes out of the guest; None when they are not inside its memory.
pub fn copy_out(env: &FunctionEnvMut<'_, Context>, at: u32, length: u32) -> Option<Vec<u8>> {
    let memory = env.data().memory.clone()?;
    let mut bytes = vec![0; length as usize];
    memory.view(env).read(u64::from(at), &mut bytes).ok()?;
    Some(bytes)
}

/// Copies bytes into the guest; None when they would not be inside its memory.
pub fn copy_in(env: &FunctionEnvMut<'_, Context>, at: u32, bytes: &[u8]) -> Option<()> {
    let memory = env.data().memory.clone()?;
    memory.view(env).write(u64::from(at), bytes).ok()
}

fn log(mut env: FunctionEnvMut<'_, Context>, level: i32, at: u32, length: u32) {
    if let Some(line) = copy_out(&env, at, length.min(LINE_BYTES)) {
        env.data_mut().log(u8::try_from(level.clamp(0, 3)).unwrap_or(3), &line);
    }
}

/// A function that rustc leaves for the tool `wasm-bindgen` to bind to JavaScript. Crates import such
/// ones without need, so a module may have them; calling one ends the call.
fn placeholder(wanted: &FunctionType, name: &str, store: &mut Store) -> Function {
    let said = format!(
        "wasm-bindgen's `{name}` was called, and there is no JavaScript here: build for wasm32-wasip1"
    );
    Function::new(store, wanted, move |_| Err(RuntimeError::new(said.clone())))
}

/// The function behind an import, or None for a name that no plugin may import.
pub fn function(
    import: &ImportType,
    store: &mut Store,
    context: &FunctionEnv<Context>,
) -> Option<Function> {
    let wanted = import.ty().func()?;
    match (import.module(), import.name()) {
        ("pocket", "log") => Some(Function::new_typed_with_env(store, context, log)),
        ("pocket", "end_call") => Some(end_call::function(store, context)),
        ("pocket", name) => host_call::function(name, store, context)
            .or_else(|| stream::function(name, store, context)),
        (wasi::MODULE, name) => wasi::function(name, store, context),
        ("__wbindgen_placeholder__" | "__wbindgen_externref_xform__", name) => {
            Some(placeholder(wanted, name, store))
        }
        _ => None,
    }
}

/// The functions that `module` imports, and no others.
pub fn imports(module: &Module, store: &mut Store, context: &FunctionEnv<Context>) -> Imports {
    let mut imports = Imports::new();
    for import in module.imports() {
        if let Some(function) = function(&import, store, context) {
            imports.define(import.module(), import.name(), function);
        }
    }
    imports
}
