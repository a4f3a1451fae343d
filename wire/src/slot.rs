//! One direction of a mailbox: room for one message, and one word that says whose turn it is.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes that one side may be ahead of the other. All of it may stay in memory, so it is small; a
/// longer message passes through it, while both sides are at it.
pub const ROOM: usize = 1 << 20;
/// Bytes of the largest message, which are those of the largest payload.
pub const MOST: usize = 64 << 20;
/// Bytes of a longer message that are handed over at once: large beside the words that say so, and
/// still in the cache of the one core when the other comes for them.
const PIECE: usize = 128 << 10;
/// Up to this size a message goes through the pipe if its reader is asleep, which has to be woken
/// by the pipe anyway.
const SMALL: usize = 32 << 10;
/// How much longer than for a short message to look for the next piece of a long one: the other side
/// may have to wake up, or to find memory for all of it.
const PATIENCE: u32 = 20;

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

/// How long to go on with a long message before whoever does it sees to its deadline: the other side
/// may come forward by one byte at a time.
const STRETCH: Duration = Duration::from_millis(10);

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
    /// Bytes of the message that the writer has put.
    put: AtomicU32,
    /// Bytes of it that the reader has taken, where it is longer than the room.
    taken: Taken,
}

/// In a cache line of its own, as only the reader writes it.
#[repr(align(64))]
struct Taken(AtomicU32);

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
        self.spin(limit, || match self.header.state.load(Ordering::Acquire) {
            OPEN => None,
            POSTED => Some(Seen::Message),
            _ => {
                self.header.state.store(ASLEEP, Ordering::Release);
                Some(Seen::Pipe)
            }
        })
    }

    /// Looks for something as long as `limit`.
    fn spin<T>(self, limit: Duration, look: impl Fn() -> Option<T>) -> Option<T> {
        let mut begun = None;
        let mut turn = TURN;
        loop {
            for _ in 0..LOOKS {
                let found = look();
                if found.is_some() {
                    return found;
                }
                std::hint::spin_loop();
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

    /// For the reader: how many bytes the message has that it has found, whatever the writer says.
    pub fn length(self) -> usize {
        self.header.length.load(Ordering::Relaxed) as usize
    }

    /// For the reader: where the message that it has found lies, if it has no more than `ROOM` bytes.
    /// The writer may have got out of step, and change it meanwhile.
    pub fn message(self) -> *const u8 {
        self.room
    }

    /// For the reader of a message of `length` bytes: copies what follows behind the `done` ones to
    /// `to`, as it comes; false when nothing came for much longer than `limit`, or all of it takes
    /// much longer: call it again to go on.
    ///
    /// # Safety
    /// There is room for `length` bytes from `to` on, elsewhere than here.
    pub unsafe fn drain(
        self,
        to: *mut u8,
        length: usize,
        done: &mut usize,
        limit: Duration,
    ) -> bool {
        let counters = (&self.header.taken.0, &self.header.put);
        self.pass(counters, 0, length, done, limit, |room, done, piece| {
            // SAFETY: `pass` keeps within the room and the length. Whatever changes the bytes
            // meanwhile gets what it deserves: any bytes are a message's.
            unsafe { to.add(done).copy_from_nonoverlapping(room, piece) };
        })
    }

    /// For the writer of a message longer than the room: puts what follows behind the `done` bytes,
    /// as the reader makes room; false as `drain` gives it.
    pub fn feed(self, message: &[u8], done: &mut usize, limit: Duration) -> bool {
        let counters = (&self.header.put, &self.header.taken.0);
        self.pass(counters, ROOM, message.len(), done, limit, |room, done, piece| {
            // SAFETY: `pass` keeps within the room, and the message is elsewhere.
            unsafe { room.copy_from_nonoverlapping(message[done..].as_ptr(), piece) };
        })
    }

    /// Goes on with a message, up to `ahead` bytes beyond where the other side is by its counter.
    /// Whatever that says, no piece reaches beyond the room or the length.
    fn pass(
        self,
        (own, other): (&AtomicU32, &AtomicU32),
        ahead: usize,
        length: usize,
        done: &mut usize,
        limit: Duration,
        copy: impl Fn(*mut u8, usize, usize),
    ) -> bool {
        let begun = Instant::now();
        while *done < length {
            if begun.elapsed() > STRETCH {
                return false;
            }
            let free = || {
                let reach = (other.load(Ordering::Acquire) as usize).saturating_add(ahead);
                Some(reach.min(length).saturating_sub(*done)).filter(|free| *free > 0)
            };
            let Some(free) = self.spin(limit * PATIENCE, free) else { return false };
            let at = *done % ROOM;
            let piece = free.min(PIECE).min(ROOM - at);
            // SAFETY: `at` is within the room.
            copy(unsafe { self.room.add(at) }, *done, piece);
            *done += piece;
            own.store(u32::try_from(*done).unwrap_or(u32::MAX), Ordering::Release);
        }
        true
    }

    /// For the reader: its core, if the writer was on the same one when it last wrote.
    pub fn shared_core(self) -> Option<u32> {
        let core = core();
        (self.header.core.load(Ordering::Relaxed) == core).then_some(core)
    }

    /// For the writer: hands over a message, if the reader expects one here; of one longer than
    /// `ROOM` the first `ROOM` bytes, which `feed` has to follow.
    pub fn post(self, id: u32, numbers: [u64; 4], message: &[u8]) -> Sent {
        let Ok(length) = u32::try_from(message.len()) else { return Sent::Refused };
        let state = self.header.state.load(Ordering::Relaxed);
        let welcome = state == OPEN || state == ASLEEP && message.len() > SMALL;
        if !welcome || message.len() > MOST {
            return Sent::Refused;
        }
        let first = message.len().min(ROOM);
        // SAFETY: so much fits into the room, and the reader does not read before `POSTED`.
        unsafe { self.room.copy_from_nonoverlapping(message.as_ptr(), first) };
        self.header.length.store(length, Ordering::Relaxed);
        if message.len() > ROOM {
            self.header.taken.0.store(0, Ordering::Relaxed);
            self.header.put.store(ROOM as u32, Ordering::Relaxed);
        }
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

#[cfg(test)]
mod tests {
    use super::ROOM;
    use crate::mailbox::Mailbox;
    use rustix::io::Errno;
    use std::sync::atomic::Ordering;
    use std::thread::{scope, sleep};
    use std::time::Duration;

    /// A worker may go on by one byte whenever the host is about to give up.
    #[test]
    fn a_long_message_that_comes_byte_by_byte_lets_its_reader_see_to_the_deadline()
    -> Result<(), Errno> {
        const BYTES: u32 = 3000;
        let (mailbox, _file) = Mailbox::create()?;
        let slot = mailbox.replies();
        let (mut message, mut done) = (vec![0; 2 * ROOM], 0);
        scope(|threads| {
            threads.spawn(|| {
                for put in 1..=BYTES {
                    mailbox.replies().header.put.store(put, Ordering::Release);
                    sleep(Duration::from_millis(1));
                }
            });
            let (to, length) = (message.as_mut_ptr(), message.len());
            // SAFETY: there is room for the whole message.
            assert!(!unsafe { slot.drain(to, length, &mut done, Duration::from_millis(50)) });
        });
        assert!(done < BYTES as usize);
        Ok(())
    }
}
