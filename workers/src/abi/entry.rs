//! How a call gets into an instance: by the exports of a pocket module, or as a whole command.

use crate::fault::{Code, Fault};
use wasmer::{Function, Instance};

/// The export that makes a module a command, where it has none of the other kind.
pub const START: &str = "_start";
pub const ALLOC: &str = "__pocket_alloc";
pub const CALL: &str = "__pocket_call";
pub const FREE: &str = "__pocket_free";

pub enum Entry {
    Pocket { alloc: Function, call: Function, free: Option<Function> },
    Command { start: Function },
}

impl Entry {
    pub fn of(instance: &Instance) -> Result<Self, Fault> {
        let function = |name: &str| {
            let function = instance.exports.get_function(name).cloned();
            function.map_err(|error| Fault::new(Code::BadModule, error))
        };
        if is_command(|name| instance.exports.contains(name)) {
            return Ok(Self::Command { start: function(START)? });
        }
        let free = function(FREE).ok();
        Ok(Self::Pocket { alloc: function(ALLOC)?, call: function(CALL)?, free })
    }
}

/// Tells by its exports; a module that has any of those of a pocket module is meant as one.
pub fn is_command(has: impl Fn(&str) -> bool) -> bool {
    has(START) && !has(ALLOC) && !has(CALL)
}
