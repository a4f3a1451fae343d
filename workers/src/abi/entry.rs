//! How a call gets into an instance: by the exports of a pocket module, or as a whole command.

use crate::fault::{Code, Fault};
use wasmer::{Instance, RuntimeError, Store, TypedFunction};

/// The export that makes a module a command, where it has none of the other kind.
pub const START: &str = "_start";
pub const ALLOC: &str = "__pocket_alloc";
pub const CALL: &str = "__pocket_call";
pub const FREE: &str = "__pocket_free";

pub enum Entry {
    Pocket {
        alloc: TypedFunction<u32, u32>,
        call: Call,
        free: Option<TypedFunction<(u32, u32), ()>>,
    },
    Command {
        start: TypedFunction<(), ()>,
    },
}

/// `__pocket_call` in the two types that it may have.
#[derive(Clone)]
pub enum Call {
    Packed(TypedFunction<(u32, u32), u64>),
    Pair(TypedFunction<(u32, u32), (u32, u32)>),
}

impl Call {
    /// Gives where the response lies, and its length.
    pub fn call(
        &self,
        store: &mut Store,
        at: u32,
        length: u32,
    ) -> Result<(u32, u32), RuntimeError> {
        match self {
            Self::Packed(call) => {
                call.call(store, at, length).map(|packed| ((packed >> 32) as u32, packed as u32))
            }
            Self::Pair(call) => call.call(store, at, length),
        }
    }
}

impl Entry {
    pub fn of(instance: &Instance, store: &Store) -> Result<Self, Fault> {
        let exports = &instance.exports;
        let missing = |error| Fault::new(Code::BadModule, error);
        if is_command(|name| exports.contains(name)) {
            let start = exports.get_typed_function(store, START).map_err(missing)?;
            return Ok(Self::Command { start });
        }
        let packed = exports.get_typed_function(store, CALL).map(Call::Packed);
        let pair = || exports.get_typed_function(store, CALL).map(Call::Pair);
        Ok(Self::Pocket {
            alloc: exports.get_typed_function(store, ALLOC).map_err(missing)?,
            call: packed.or_else(|_| pair()).map_err(missing)?,
            free: exports.get_typed_function(store, FREE).ok(),
        })
    }
}

/// Tells by its exports; a module that has any of those of a pocket module is meant as one.
pub fn is_command(has: impl Fn(&str) -> bool) -> bool {
    has(START) && !has(ALLOC) && !has(CALL)
}
