//! `pocket.end_call`: ends a call with its response, from however deep in the guest.
//!
//! For languages that cannot unwind: an assertion that fails ten functions down is an error that the
//! plugin answers with, and no crash.

use super::imports::Context;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

/// Where the response of a call lies that was ended so.
#[derive(Default)]
pub struct Ending(Option<(u32, u32)>);

impl Ending {
    /// Gives where the response lies, and its length.
    pub fn response(&self) -> Option<(u32, u32)> {
        self.0
    }
}

/// Never returns into the guest, whose frames are dropped.
fn end_call(
    mut env: FunctionEnvMut<'_, Context>,
    at: u32,
    length: u32,
) -> Result<(), RuntimeError> {
    env.data_mut().ending = Ending(Some((at, length)));
    Err(RuntimeError::new("the plugin left by end_call where no call was to be answered"))
}

pub fn function(store: &mut Store, context: &FunctionEnv<Context>) -> Function {
    Function::new_typed_with_env(store, context, end_call)
}
