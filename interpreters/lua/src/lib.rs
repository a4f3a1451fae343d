//! Lua 5.4 as a Pocket plugin, by [omniLua](https://github.com/ianm199/omnilua).

mod check;
mod from_lua;
mod helpers;
mod interpreter;
mod marks;
mod run;
mod to_lua;

pocket_plugin_sdk::export_plugin!(run::Run, check::Check);
