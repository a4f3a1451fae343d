//! The script's life: evaluated once, then called with one text a request.

use crate::host;
use crate::natives::{self, Random};
use crate::promise;
use crate::surroundings;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Function, Module, Persistent, Runtime, Value,
};
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

/// Deep enough for any JSON that arrives here; half of the stack that the linker gives.
const STACK_BYTES: usize = 512 << 10;
const NO_ANSWER: &str =
    r#"{"success":false,"error":"the plugin's answer cannot be written as JSON"}"#;

pub struct Engine {
    /// The function of `runtime.js`, with the script behind it.
    answer: Persistent<Function<'static>>,
    /// Whether a node wants whole numbers as they are written.
    exact: bool,
    context: Context,
    random: Random,
}

fn describe(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => format!(
            "{}\n{}",
            exception.message().unwrap_or_default(),
            exception.stack().unwrap_or_default()
        ),
        other => other.to_string(),
    }
}

/// All memory of the module, in bytes. A call that begins just below the size at which the engine
/// looks for garbage would do that every time, as the state after the start comes back.
fn memory_bytes() -> usize {
    core::arch::wasm32::memory_size::<0>() << 16
}

/// Whether there may be a whole number that no double holds: the first has sixteen digits.
fn has_long_number(json: &[u8]) -> bool {
    let mut runs = json.split(|byte| !byte.is_ascii_digit());
    runs.any(|digits| digits.len() >= 16)
}

impl Engine {
    /// Evaluates the script; when that fails, the log says why.
    pub fn start(source: Vec<u8>) -> Option<Self> {
        match Self::evaluate(source) {
            Ok(engine) => Some(engine),
            Err(problem) => {
                host::log(host::ERROR, problem.trim_end());
                None
            }
        }
    }

    fn evaluate(source: Vec<u8>) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_max_stack_size(STACK_BYTES);
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        let random = Rc::new(Cell::new(
            host::random().ok_or("the host gives no random bytes")?,
        ));
        let (answer, exact) = context.with(|ctx| {
            let loaded = load(&ctx, source, Rc::clone(&random)).catch(&ctx);
            loaded.map_err(|error| describe(&error))
        })?;
        runtime.set_gc_threshold(memory_bytes() / 2 * 3);
        Ok(Self {
            answer,
            exact,
            context,
            random,
        })
    }

    /// Gives the response to one request, both JSON.
    pub fn answer(&self, request: &[u8]) -> String {
        self.context.with(|ctx| {
            self.call(&ctx, request)
                .catch(&ctx)
                .unwrap_or_else(|error| {
                    host::log(host::DEBUG, &describe(&error));
                    NO_ANSWER.to_owned()
                })
        })
    }

    fn call(&self, ctx: &Ctx<'_>, request: &[u8]) -> rquickjs::Result<String> {
        let parsed = ctx.json_parse(request)?;
        let answer: Function = self.answer.clone().restore(ctx)?;
        if self.exact && has_long_number(request) {
            return answer.call((parsed, str::from_utf8(request)?));
        }
        answer.call((parsed,))
    }

    pub fn reseed(&self) {
        if let Some(seed) = host::random() {
            self.random.set(seed);
        }
    }
}

fn load(
    ctx: &Ctx<'_>,
    source: Vec<u8>,
    random: Random,
) -> rquickjs::Result<(Persistent<Function<'static>>, bool)> {
    let host = natives::object(ctx, random)?;
    let runtime = surroundings::place(ctx, host.clone(), &source)?;
    let words = words(&source);
    let mentions = Function::new(ctx.clone(), move |name: String| {
        words.contains(name.as_bytes())
    })?;
    runtime
        .get::<_, Function>("prepare")?
        .call::<_, ()>((mentions,))?;
    let (module, evaluated) = Module::declare(ctx.clone(), "plugin.js", source)?.eval()?;
    promise::settle(ctx.clone(), evaluated, host.get("tick")?)?;
    let exported: Value = module.get("default")?;
    let register: Function = runtime.get("register")?;
    let exact = register.call((exported,))?;
    let answer: Function = runtime.get("answer")?;
    Ok((Persistent::save(ctx, answer), exact))
}

/// What may be names of properties in a script.
fn words(source: &[u8]) -> HashSet<Vec<u8>> {
    let words = source.split(|byte| !byte.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}
