//! The script's life: evaluated once, then called with one text a request.

use crate::host;
use rquickjs::prelude::Func;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Persistent, Promise,
    Runtime, Value,
};
use std::cell::Cell;
use std::rc::Rc;

/// Deep enough for any JSON that arrives here; half of the stack that the linker gives.
const STACK_BYTES: usize = 512 << 10;
const NEVER_SETTLED: &str = "the promise never settled";
const RUNTIME: &str = include_str!("runtime.js");

pub struct Engine {
    answer: Persistent<Function<'static>>,
    context: Context,
    random: Rc<Cell<[u64; 2]>>,
}

/// <https://prng.di.unimi.it/xoroshiro128plus.c>, of which the upper 53 bits are taken.
fn next(state: &Cell<[u64; 2]>) -> f64 {
    let [a, b] = state.get();
    let sum = a.wrapping_add(b);
    let c = a ^ b;
    state.set([a.rotate_left(24) ^ c ^ (c << 16), c.rotate_left(37)]);
    (sum >> 11) as f64 / (1_u64 << 53) as f64
}

fn describe(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => format!(
            "{}\n{}",
            exception.message().unwrap_or_default(),
            exception.stack().unwrap_or_default()
        ),
        CaughtError::Error(rquickjs::Error::WouldBlock) => NEVER_SETTLED.to_owned(),
        other => other.to_string(),
    }
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
        let answer = context.with(|ctx| {
            let answer = load(&ctx, source, Rc::clone(&random)).catch(&ctx);
            answer
                .map(|function| Persistent::save(&ctx, function))
                .map_err(|e| describe(&e))
        })?;
        Ok(Self {
            answer,
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
                    let message = match error {
                        CaughtError::Error(rquickjs::Error::WouldBlock) => NEVER_SETTLED,
                        _ => "the plugin's answer cannot be written as JSON",
                    };
                    format!(r#"{{"success":false,"error":"{message}"}}"#)
                })
        })
    }

    fn call(&self, ctx: &Ctx<'_>, request: &[u8]) -> rquickjs::Result<String> {
        let text = rquickjs::String::from_str(ctx.clone(), &String::from_utf8_lossy(request))?;
        let answer = self.answer.clone().restore(ctx)?;
        answer.call::<_, Promise>((text,))?.finish::<String>()
    }

    pub fn reseed(&self) {
        if let Some(seed) = host::random() {
            self.random.set(seed);
        }
    }
}

fn load<'js>(
    ctx: &Ctx<'js>,
    source: Vec<u8>,
    random: Rc<Cell<[u64; 2]>>,
) -> rquickjs::Result<Function<'js>> {
    let log = |level: i32, line: String| host::log(level, &line);
    let random = move || next(&random);
    let surroundings: Function = ctx.eval(RUNTIME)?;
    let runtime: Object = surroundings.call((Func::from(log), Func::from(random)))?;
    let (module, evaluated) = Module::declare(ctx.clone(), "plugin.js", source)?.eval()?;
    evaluated.finish::<()>()?;
    let exported: Value = module.get("default")?;
    runtime
        .get::<_, Function>("register")?
        .call::<_, ()>((exported,))?;
    runtime.get("answer")
}
