//! Plugin ABI 1: what a module exports and imports, and how a call goes through it.

mod check;
mod imports;
mod instance;
mod wasi;

pub use check::problems;
pub use instance::Guest;
