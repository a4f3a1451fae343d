//! Shared memory in which a host and one worker hand over calls, for as long as both look at it.
//!
//! Bytes in a pipe cost a system call on either side, and most often a wake-up. A process that
//! expects the other one's answer in a few microseconds does better to look at memory that both
//! see. Each direction has one `Slot`. Whoever wants to write into a slot learns from it whether
//! its reader is looking; if not, the pipe has to be used, which wakes the reader. So a mailbox
//! never decides whether a message arrives, only how fast.
//!
//! The host trusts nothing that it finds here: the worker may write anything at any time. Lengths
//! are checked, and bytes are copied before anybody looks at them.

mod memory;
#[cfg(feature = "python")]
mod python;
mod slot;

pub use memory::Mailbox;
pub use slot::{ROOM, Seen, Slot};
