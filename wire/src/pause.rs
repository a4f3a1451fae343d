//! Sleeping while the other side does not go on with a long message.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// About as long as a process takes to wake up.
const FIRST: Duration = Duration::from_micros(50);
/// So that waiting in vain takes next to no CPU time.
const LONGEST: Duration = Duration::from_millis(5);

/// Sleeps that become longer for as long as nothing happens.
pub struct Pause {
    next: Duration,
    done: usize,
}

impl Default for Pause {
    fn default() -> Self {
        Self { next: FIRST, done: 0 }
    }
}

impl Pause {
    /// Sleeps a little, with `done` bytes of the message handed over; false when the other side has
    /// closed its end of the pipe.
    pub fn take(&mut self, pipe: BorrowedFd<'_>, done: usize) -> bool {
        self.next = if done == self.done { (self.next * 2).min(LONGEST) } else { FIRST };
        self.done = done;
        let time = Timespec { tv_sec: 0, tv_nsec: self.next.subsec_nanos().into() };
        // Whatever is in the pipe waits for its turn.
        let mut pipes = [PollFd::new(&pipe, PollFlags::empty())];
        matches!(poll(&mut pipes, Some(&time)), Ok(0) | Err(Errno::INTR))
    }
}
