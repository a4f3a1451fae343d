//! The interpreter: made once, before the state that every call begins from is kept.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use omnilua::{Function, HostHooks, Lua, Table};

use crate::helpers;

thread_local! {
    static LUA: Lua = make().unwrap_or_else(|error| panic!("the interpreter does not start: {error}"));
}

/// What of `os` tells the time; the rest would touch the world outside.
const CLOCKS: [&str; 4] = ["clock", "date", "difftime", "time"];
/// What else would touch files.
const FILES: [&str; 3] = ["dofile", "io", "loadfile"];

/// Call a function with the interpreter.
pub fn with<T>(work: impl FnOnce(&Lua) -> T) -> T {
    LUA.with(work)
}

/// Draw random numbers anew, which every restored state would repeat.
pub fn reseed() -> omnilua::Result<()> {
    with(|lua| {
        let math: Table = lua.globals().get("math")?;
        math.get::<_, Function>("randomseed")?.call(())
    })
}

/// Compile a script; its lines are named as those of `name`, beginning with `line`.
pub fn compile(lua: &Lua, script: &str, name: &str, line: usize) -> omnilua::Result<Function> {
    let before = "\n".repeat(line.saturating_sub(1));
    lua.load(before + script).set_name(format!("={name}")).into_function()
}

fn make() -> omnilua::Result<Lua> {
    let hooks = HostHooks::new().unix_time(unix_time).cpu_clock(cpu_clock).entropy(entropy);
    let lua = Lua::with_hooks(hooks)?;
    let globals = lua.globals();
    for name in FILES {
        globals.set(name, omnilua::Value::Nil)?;
    }
    let os: Table = globals.get("os")?;
    let clocks = lua.create_table()?;
    for name in CLOCKS {
        clocks.set(name, os.get::<_, Function>(name)?)?;
    }
    globals.set("os", clocks)?;
    helpers::add(&lua, &globals)?;
    Ok(lua)
}

/// Gives whole seconds since 1970.
fn unix_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs().cast_signed())
}

/// Gives seconds since some moment; a worker has no clock of its CPU time.
fn cpu_clock() -> f64 {
    thread_local! {
        static BEGAN: Instant = Instant::now();
    }
    BEGAN.with(Instant::elapsed).as_secs_f64()
}

fn entropy() -> u64 {
    getrandom::u64().unwrap_or_default()
}
