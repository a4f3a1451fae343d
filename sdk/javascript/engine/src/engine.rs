//! The script's life: evaluated once, then called with one text a request.

use crate::host;
use crate::natives::{self, Random};
use crate::surroundings;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Error, FromJs, Function, Module, Object, Persistent,
    Promise, Runtime, Value,
};
use std::cell::Cell;
use std::rc::Rc;

/// Deep enough for any JSON that arrives here; half of the stack that the linker gives.
const STACK_BYTES: usize = 512 << 10;
const NEVER_SETTLED: &str = "the promise never settled";

pub struct Engine {
    script: Script,
    context: Context,
    random: Random,
}

/// The functions of `runtime.js`, with the script behind them.
#[derive(Clone)]
struct Script {
    answer: Persistent<Function<'static>>,
    failed: Persistent<Function<'static>>,
    tick: Persistent<Function<'static>>,
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
        let script = context.with(|ctx| {
            let script = load(&ctx, source, Rc::clone(&random)).catch(&ctx);
            script.map_err(|error| describe(&error))
        })?;
        Ok(Self {
            script,
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
        let answer = self.script.answer.clone().restore(ctx)?;
        match finish(&answer.call((text,))?, &self.script.tick) {
            // A timer could not wait.
            Err(Error::Exception) => {
                let failed = self.script.failed.clone().restore(ctx)?;
                failed.call((ctx.catch(),))
            }
            other => other,
        }
    }

    pub fn reseed(&self) {
        if let Some(seed) = host::random() {
            self.random.set(seed);
        }
    }
}

fn load(ctx: &Ctx<'_>, source: Vec<u8>, random: Random) -> rquickjs::Result<Script> {
    let host = natives::object(ctx, random)?;
    let runtime: Object = surroundings::place(ctx, host, &source)?;
    let function = |name| -> rquickjs::Result<_> {
        Ok(Persistent::save(ctx, runtime.get::<_, Function>(name)?))
    };
    let tick = function("tick")?;
    let (module, evaluated) = Module::declare(ctx.clone(), "plugin.js", source)?.eval()?;
    finish::<()>(&evaluated, &tick)?;
    let exported: Value = module.get("default")?;
    runtime
        .get::<_, Function>("register")?
        .call::<_, ()>((exported,))?;
    Ok(Script {
        answer: function("answer")?,
        failed: function("failed")?,
        tick,
    })
}

/// Goes on until the promise is settled: with what is ready, and when nothing is, with the next timer.
fn finish<'js, T: FromJs<'js>>(
    promise: &Promise<'js>,
    tick: &Persistent<Function<'static>>,
) -> rquickjs::Result<T> {
    loop {
        match promise.finish() {
            Err(Error::WouldBlock) => {}
            settled => return settled,
        }
        let tick = tick.clone().restore(promise.ctx())?;
        if !tick.call::<_, bool>(())? {
            return Err(Error::WouldBlock);
        }
    }
}
