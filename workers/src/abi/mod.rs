//! Plugin ABI 1: what a module exports and imports, and how a call goes through it.

mod check;
mod end_call;
mod entry;
mod host_call;
mod imports;
mod instance;
mod snapshot;
mod stream;
mod wasi;

pub use check::problems;
pub use instance::Guest;
pub use snapshot::PageMap;
pub use stream::Streams;
pub use wasi::allow_growth;
