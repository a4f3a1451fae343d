//! Lua 5.4 as a Pocket plugin, by [omniLua](https://github.com/ianm199/omnilua).

mod check;
mod from_lua;
mod helpers;
mod interpreter;
mod marks;
mod run;
mod to_lua;

pocket_plugin_sdk::export_plugin!(run::Run, check::Check);

/// Runs after each time that the state before the first call was restored.
#[unsafe(no_mangle)]
extern "C" fn __pocket_resume() {
    // Failing, it leaves the seed of the start: numbers repeat, and nothing else goes wrong.
    let _ = interpreter::reseed();
}
