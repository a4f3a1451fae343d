//! The two pipes to the host: whole frames in, whole frames out.

use crate::fault::{Code, Fault};
use crate::frame::MAX_FRAME_BYTES;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, ioctl_fionbio, read, write};
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A sleeping virtual CPU takes about 40 us to wake; a host in a hurry answers sooner than that.
const SPIN: Duration = Duration::from_micros(50);
/// Looks between two times that the core is offered to others: most often nobody wants it.
const LOOKS: u32 = 8;
const CHUNK: usize = 64 << 10;
/// What comes before the payload of a frame.
const ENVELOPE: usize = 64;
/// Whether there is a CPU to spare for that; found out while the process may still look.
static SPINS: OnceLock<bool> = OnceLock::new();

pub struct Reader {
    fd: BorrowedFd<'static>,
    /// Size of the buffer where no frame needs more.
    usual: usize,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// Fd 0, the pipe from the host.
fn stdin() -> BorrowedFd<'static> {
    // SAFETY: fd 0 is open for the whole life of the process.
    unsafe { BorrowedFd::borrow_raw(0) }
}

/// Readies the pipes; comes before the first reader.
pub fn open() -> Result<(), Fault> {
    ioctl_fionbio(stdin(), true).map_err(|errno| Fault::new(Code::Protocol, errno))?;
    SPINS.get_or_init(|| std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1));
    Ok(())
}

impl Reader {
    /// A reader of stdin. There may be several in turn: each leaves nothing of the next one's frames
    /// in its buffer as long as the host waits for an answer before it sends more.
    pub fn stdin() -> Self {
        Self::with_room(CHUNK)
    }

    /// A reader of stdin that has room for frames with a payload of so many bytes.
    pub fn with_room(payload: usize) -> Self {
        let usual = payload + ENVELOPE;
        Self { fd: stdin(), usual, buffer: vec![0; usual], start: 0, end: 0 }
    }

    /// The body of the next frame, or None when the host has closed the pipe.
    pub fn next(&mut self) -> Result<Option<std::ops::Range<usize>>, Fault> {
        if !self.fill(4)? {
            return Ok(None);
        }
        let head = &self.buffer[self.start..self.start + 4];
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(Fault::new(Code::Protocol, format!("a frame of {length} bytes")));
        }
        if !self.fill(4 + length)? {
            return Ok(None);
        }
        let body = self.start + 4..self.start + 4 + length;
        self.start += 4 + length;
        Ok(Some(body))
    }

    pub fn bytes(&self, body: std::ops::Range<usize>) -> &[u8] {
        &self.buffer[body]
    }

    /// Reads until `wanted` bytes are there; false at the end of the stream.
    fn fill(&mut self, wanted: usize) -> Result<bool, Fault> {
        let mut spinning: Option<Instant> = None;
        let mut looks = 0;
        while self.end - self.start < wanted {
            self.make_room(wanted);
            match read(self.fd, &mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.end += count;
                    spinning = None;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let begun = *spinning.get_or_insert_with(Instant::now);
                    looks += 1;
                    if SPINS.get() == Some(&true) && begun.elapsed() < SPIN {
                        // The host may be waiting for this very core.
                        if looks % LOOKS == 1 {
                            rustix::thread::sched_yield();
                        }
                    } else {
                        self.sleep()?;
                    }
                }
                Err(errno) => return Err(Fault::new(Code::Protocol, errno)),
            }
        }
        Ok(true)
    }

    fn make_room(&mut self, wanted: usize) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let needed = wanted.max(self.usual);
        if self.buffer.len() < needed || self.buffer.len() > needed * 2 {
            self.buffer.resize(needed.max(self.end), 0);
            self.buffer.shrink_to_fit();
        }
    }

    /// Sleeps until there is something to read.
    fn sleep(&self) -> Result<(), Fault> {
        match poll(&mut [PollFd::new(&self.fd, PollFlags::IN)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(Fault::new(Code::Protocol, errno)),
        }
    }
}

/// Writes a whole frame to the host; false when the host is gone.
pub fn send(mut frame: &[u8]) -> bool {
    // SAFETY: fd 1 is the pipe to the host, open for the whole life of the process.
    let fd = unsafe { BorrowedFd::borrow_raw(1) };
    while !frame.is_empty() {
        match write(fd, frame) {
            Ok(count) => frame = &frame[count..],
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
    true
}
