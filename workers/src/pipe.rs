//! The two pipes to the host, whole frames in, whole frames out; and the mailbox beside them.

use crate::fault::{Code, Fault};
use crate::frame::{MAX_FRAME_BYTES, Usage, Writer};
use pocket_wire::{MOST, Mailbox, Pause, ROOM, Seen, Sent, huge};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, ioctl_fionbio, read, write};
use std::ops::Range;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A byte there and back between CPUs that sleep takes 55 us; a host in a hurry answers sooner.
const SPIN: Duration = Duration::from_micros(50);
/// Looks between two times that the core is offered to others: most often nobody wants it.
const LOOKS: u32 = 8;
const CHUNK: usize = 64 << 10;
/// What comes before the payload of a frame.
const ENVELOPE: usize = 64;
/// Whether there is a CPU to spare for that; found out while the process may still look.
static SPINS: OnceLock<bool> = OnceLock::new();
/// The host hands the memory of the mailbox over as this descriptor.
const MAILBOX_FD: i32 = 4;
static MAILBOX: OnceLock<Mailbox> = OnceLock::new();

/// A call, as it came in.
pub enum Incoming {
    /// By the pipe: where in the reader's buffer the body of the frame is.
    Frame(Range<usize>),
    /// By the mailbox, where the request stays until the reply is sent.
    Mail { id: u32, request: &'static [u8] },
    /// By the mailbox, too long to stay there: where in the reader's buffer it is.
    LongMail { id: u32, request: Range<usize> },
}

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

/// Maps the mailbox; comes while the process still may.
pub fn open_mailbox() -> Result<(), Fault> {
    // SAFETY: the host opened the descriptor for this process, and nothing else uses it.
    let file = unsafe { OwnedFd::from_raw_fd(MAILBOX_FD) };
    let mailbox = Mailbox::map(file).map_err(|errno| Fault::new(Code::Protocol, errno))?;
    MAILBOX.get_or_init(|| mailbox);
    Ok(())
}

fn spin() -> Duration {
    if SPINS.get() == Some(&true) { SPIN } else { Duration::ZERO }
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

    /// The next call, by whichever way it comes, or None when the host has closed the pipe.
    pub fn next_call(&mut self) -> Result<Option<Incoming>, Fault> {
        let mut patience = SPIN;
        self.give_back();
        if let Some(mailbox) = MAILBOX.get().filter(|_| self.start == self.end) {
            let requests = mailbox.requests();
            requests.open();
            if requests.wait(spin()) == Seen::Message {
                return self.take(mailbox);
            }
            patience = Duration::ZERO;
        }
        Ok(self.frame(patience)?.map(Incoming::Frame))
    }

    /// Takes the request of which the host said that it is in the mailbox.
    pub fn mailed(&mut self) -> Result<Option<Incoming>, Fault> {
        let mailbox = MAILBOX.get().ok_or_else(|| Fault::new(Code::Protocol, "no mailbox"))?;
        self.take(mailbox)
    }

    /// Takes a request; None when the host has gone in the middle of it.
    fn take(&mut self, mailbox: &'static Mailbox) -> Result<Option<Incoming>, Fault> {
        let requests = mailbox.requests();
        let (id, length) = (requests.id(), requests.length());
        if length > MOST {
            return Err(Fault::new(Code::Protocol, format!("a request of {length} bytes")));
        }
        if length <= ROOM {
            // SAFETY: within the room, and the host, which is trusted, leaves a message alone until
            // the slot is open.
            let request = unsafe { std::slice::from_raw_parts(requests.message(), length) };
            requests.leave();
            return Ok(Some(Incoming::Mail { id, request }));
        }
        (self.start, self.end) = (0, 0);
        self.buffer = huge::buffer(length);
        let to = self.buffer.as_mut_ptr();
        // SAFETY: the buffer has `length` bytes, and is no part of the mailbox.
        let whole = pass(0, |done| unsafe { requests.drain(to, length, done, spin()) });
        requests.leave();
        Ok(whole.then_some(Incoming::LongMail { id, request: 0..length }))
    }

    /// Gives back the memory of a long request.
    fn give_back(&mut self) {
        if self.start == self.end && self.buffer.len() > self.usual * 2 {
            (self.start, self.end) = (0, 0);
            self.buffer = vec![0; self.usual];
        }
    }

    /// The body of the next frame, or None when the host has closed the pipe.
    pub fn next(&mut self) -> Result<Option<Range<usize>>, Fault> {
        self.frame(SPIN)
    }

    fn frame(&mut self, patience: Duration) -> Result<Option<Range<usize>>, Fault> {
        if !self.fill(4, patience)? {
            return Ok(None);
        }
        let head = &self.buffer[self.start..self.start + 4];
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(Fault::new(Code::Protocol, format!("a frame of {length} bytes")));
        }
        if !self.fill(4 + length, SPIN)? {
            return Ok(None);
        }
        let body = self.start + 4..self.start + 4 + length;
        self.start += 4 + length;
        Ok(Some(body))
    }

    pub fn bytes(&self, body: Range<usize>) -> &[u8] {
        &self.buffer[body]
    }

    /// Reads until `wanted` bytes are there; false at the end of the stream. Looks for the next ones
    /// as long as `patience` before it sleeps.
    fn fill(&mut self, wanted: usize, patience: Duration) -> Result<bool, Fault> {
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
                    if begun.elapsed() < patience.min(spin()) {
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

/// Answers a call: by the mailbox if the host looks there; false when the host is gone.
pub fn reply(writer: &mut Writer, id: u32, response: &[u8], usage: Usage) -> bool {
    if let Some(mailbox) = MAILBOX.get() {
        mailbox.requests().open();
        let numbers = [usage.wall_us, usage.cpu_us, usage.memory_bytes, usage.fuel];
        match mailbox.replies().post(id, numbers, response) {
            Sent::Seen => return feed(mailbox, response),
            Sent::Ring => return send(writer.mailed_result(id)) && feed(mailbox, response),
            Sent::Refused => {}
        }
    }
    if response.len() <= CHUNK {
        return send(writer.result(id, response, usage));
    }
    send(writer.result_head(id, response.len()))
        && send(response)
        && send(writer.result_tail(usage))
}

/// Sends what follows the beginning of a long response; false when the host is gone.
fn feed(mailbox: &Mailbox, response: &[u8]) -> bool {
    pass(ROOM, |done| mailbox.replies().feed(response, done, spin()))
}

/// Goes on with a long message from byte `done` on, whenever the host does; false when it is gone.
fn pass(mut done: usize, mut step: impl FnMut(&mut usize) -> bool) -> bool {
    let mut pause = Pause::default();
    while !step(&mut done) {
        if !pause.take(stdin(), done) {
            return false;
        }
    }
    true
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
        if let Some(mailbox) = MAILBOX.get() {
            mailbox.replies().point_to_pipe();
        }
    }
    true
}
