//! One direction of a mailbox: room for one message, and one word that says whose turn it is.

use rustix::io::Errno;
use rustix::mm::{Advice, madvise};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes of the largest message: a payload of 16 MiB and what is around it. Larger ones go through
/// the pipe.
pub const ROOM: usize = (16 << 20) + (64 << 10);
/// Up to this size a message goes through the pipe if its reader is asleep, which has to be woken
/// by the pipe anyway.
const SMALL: usize = 32 << 10;

/// The reader expects nothing here. How every slot begins.
const AWAY: u32 = 0;
/// The reader is looking, or will look before it sleeps.
const OPEN: u32 = 1;
/// The reader expects one message, and sleeps until there is something in the pipe.
const ASLEEP: u32 = 2;
/// There is a message for the reader.
const POSTED: u32 = 3;
/// There is something in the pipe for the reader.
const PIPED: u32 = 4;

/// Bytes of a room that stay in memory.
pub(crate) const KEPT: usize = 1 << 20;

/// Looks between two times that the clock is read.
const LOOKS: u32 = 16;
/// How long to look before the core is offered to others, when the other side is on another one.
const TURN: Duration = Duration::from_micros(10);

#[repr(C, align(128))]
pub struct Header {
    state: AtomicU32,
    /// The core on which the writer last ran.
    core: AtomicU32,
    id: AtomicU32,
    length: AtomicU32,
    numbers: [AtomicU64; 4],
}

/// What a reader found.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    Message,
    /// Look into the pipe: something was written there, or will be by whoever finds the reader asleep.
    Pipe,
}

/// What a writer has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing: the reader sees the message.
    Seen,
    /// Say by the pipe that there is a message here.
    Ring,
    /// Send the message itself by the pipe.
    Refused,
}

/// One direction, as its writer or its reader uses it.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    header: &'a Header,
    room: *mut u8,
}

impl<'a> Slot<'a> {
    /// # Safety
    /// The `ROOM` bytes from `room` on are mapped as long as the header is.
    pub(crate) unsafe fn new(header: &'a Header, room: *mut u8) -> Self {
        Self { header, room }
    }

    /// For the reader: declares that it looks, or will before it sleeps; nothing more if it has.
    pub fn open(self) {
        let _ = self.step(AWAY, OPEN) || self.step(ASLEEP, OPEN);
    }

    /// For the reader that has found something, here or in the pipe: declares that it expects nothing
    /// more. A message stays as it is until the slot is open again.
    pub fn leave(self) {
        self.header.state.store(AWAY, Ordering::Release);
    }

    /// For the reader: looks for a message as long as `limit`, then falls asleep.
    pub fn wait(self, limit: Duration) -> Seen {
        loop {
            if let Some(seen) = self.look(limit) {
                return seen;
            }
            if self.step(OPEN, ASLEEP) {
                return Seen::Pipe;
            }
        }
    }

    /// For the reader: looks for a message as long as `limit`; the slot stays open.
    pub fn look(self, limit: Duration) -> Option<Seen> {
        let mut begun = None;
        let mut turn = TURN;
        loop {
            for _ in 0..LOOKS {
                match self.header.state.load(Ordering::Acquire) {
                    OPEN => std::hint::spin_loop(),
                    POSTED => return Some(Seen::Message),
                    _ => {
                        self.header.state.store(ASLEEP, Ordering::Release);
                        return Some(Seen::Pipe);
                    }
                }
            }
            let waited = begun.get_or_insert_with(Instant::now).elapsed();
            if waited >= limit {
                return None;
            }
            // Who waits for a process on the same core has to make room for it.
            if waited >= turn || self.shared_core().is_some() {
                rustix::thread::sched_yield();
                turn = waited + TURN;
            }
        }
    }

    /// For the reader: the id of the message that it has found.
    pub fn id(self) -> u32 {
        self.header.id.load(Ordering::Relaxed)
    }

    /// For the reader: the numbers that came with the message that it has found.
    pub fn numbers(self) -> [u64; 4] {
        self.header.numbers.each_ref().map(|number| number.load(Ordering::Relaxed))
    }

    /// For the reader: where the message that it has found lies, and how many bytes it has, never
    /// more than `ROOM`. The writer may have got out of step, and change it meanwhile.
    pub fn message(self) -> (*const u8, usize) {
        let length = self.header.length.load(Ordering::Relaxed) as usize;
        (self.room, length.min(ROOM))
    }

    /// For the reader: its core, if the writer was on the same one when it last wrote.
    pub fn shared_core(self) -> Option<u32> {
        let core = core();
        (self.header.core.load(Ordering::Relaxed) == core).then_some(core)
    }

    /// For the writer: hands over a message, if the reader expects one here and it fits.
    pub fn post(self, id: u32, numbers: [u64; 4], message: &[u8]) -> Sent {
        let Ok(length) = u32::try_from(message.len()) else { return Sent::Refused };
        let state = self.header.state.load(Ordering::Relaxed);
        let welcome = state == OPEN || state == ASLEEP && message.len() > SMALL;
        if !welcome || message.len() > ROOM {
            return Sent::Refused;
        }
        // SAFETY: the message fits into the room, and the reader does not read before `POSTED`.
        unsafe { self.room.copy_from_nonoverlapping(message.as_ptr(), message.len()) };
        self.header.length.store(length, Ordering::Relaxed);
        self.header.id.store(id, Ordering::Relaxed);
        self.header.core.store(core(), Ordering::Relaxed);
        for (to, number) in self.header.numbers.iter().zip(numbers) {
            to.store(number, Ordering::Relaxed);
        }
        if self.step(OPEN, POSTED) {
            return Sent::Seen;
        }
        // It may have fallen asleep meanwhile, and be woken for a small message, too.
        if self.step(ASLEEP, POSTED) { Sent::Ring } else { Sent::Refused }
    }

    /// For the host: gives back the memory of the room that only large messages need.
    pub fn trim(self) -> Result<(), Errno> {
        // SAFETY: the bytes are mapped, and no message is there that anybody still wants.
        unsafe { madvise(self.room.add(KEPT).cast(), ROOM - KEPT, Advice::LinuxRemove) }
    }

    /// For the writer: makes a reader that looks here look into the pipe, to which was written.
    pub fn point_to_pipe(self) {
        self.step(OPEN, PIPED);
    }

    fn step(self, from: u32, to: u32) -> bool {
        let (state, order) = (&self.header.state, Ordering::AcqRel);
        state.compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
}

/// The core that this thread runs on; no system call where the C library has the kernel tell it.
fn core() -> u32 {
    // SAFETY: takes nothing and touches nothing of ours.
    unsafe { libc::sched_getcpu() }.cast_unsigned()
}
