//! What passes between a host and its workers and has to be quick: calls and their results, and what
//! is in long ones.
//!
//! A mailbox is shared memory in which a host and one worker hand over calls, for as long as both look at it.
//!
//! Bytes in a pipe cost a system call on either side, and most often a wake-up. A process that
//! expects the other one's answer in a few microseconds does better to look at memory that both
//! see. Each direction has one `Slot`, in which its reader says whether it is looking. A reader that
//! sleeps has to be woken by the pipe: by the message itself, or if it is large by a word that it is
//! here. So a mailbox never decides whether a message arrives, only how fast.
//!
//! The host trusts nothing that it finds here: the worker may write anything at any time. Lengths
//! are checked, and bytes are copied before anybody looks at them.

#[cfg(any(feature = "python", test))]
mod frames;
pub mod huge;
#[cfg(feature = "python")]
mod json;
mod mailbox;
mod pause;
#[cfg(feature = "python")]
mod python;
mod slot;

pub use mailbox::Mailbox;
pub use pause::Pause;
pub use slot::{MOST, ROOM, Seen, Sent, Slot};
