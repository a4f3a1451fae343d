//! poll_oneoff: sleeping, and asking what is ready, which every file always is.

use super::clock::{self, MONOTONIC};
use super::descriptors::Descriptor;
use super::errno::{Errno, Result};
use super::memory::{GuestMemory, PIECES, long, word};
use crate::abi::imports::Context;
use rustix::io;
use rustix::thread::{ClockId, clock_nanosleep_absolute};
use rustix::time::Timespec;

const SUBSCRIPTION_BYTES: u32 = 48;
const EVENT_BYTES: u32 = 32;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;
const ABSOLUTE: u32 = 1;

/// What one subscription waits for.
struct Subscription {
    userdata: u64,
    kind: u8,
    /// When it comes true, in nanoseconds of the monotonic clock; what is true at once has none.
    due: Option<u64>,
    errno: u16,
    bytes: u64,
}

impl Subscription {
    fn event(&self) -> [u8; EVENT_BYTES as usize] {
        let mut event = [0; EVENT_BYTES as usize];
        event[..8].copy_from_slice(&self.userdata.to_le_bytes());
        event[8..10].copy_from_slice(&self.errno.to_le_bytes());
        event[10] = self.kind;
        event[16..24].copy_from_slice(&self.bytes.to_le_bytes());
        event
    }
}

/// A deadline in the past is due now.
fn due(id: u32, timeout: u64, absolute: bool, now: u64) -> Result<u64> {
    if id > MONOTONIC {
        return Err(Errno::INVAL);
    }
    let left = if absolute { timeout.saturating_sub(clock::now(id)?) } else { timeout };
    Ok(now.saturating_add(left))
}

fn subscription(context: &mut Context, bytes: &[u8], now: u64) -> Result<Subscription> {
    let mut wanted =
        Subscription { userdata: long(bytes, 0), kind: bytes[8], due: None, errno: 0, bytes: 0 };
    match wanted.kind {
        CLOCK => {
            let absolute = word(bytes, 40) & ABSOLUTE != 0;
            match due(word(bytes, 16), long(bytes, 24), absolute, now) {
                Ok(due) => wanted.due = Some(due),
                Err(errno) => wanted.errno = errno.code(),
            }
        }
        READ | WRITE => match ready(context, word(bytes, 16), wanted.kind) {
            Ok(bytes) => wanted.bytes = bytes,
            Err(errno) => wanted.errno = errno.code(),
        },
        _ => return Err(Errno::INVAL),
    }
    Ok(wanted)
}

/// How many bytes are there at least; nothing of a guest ever makes it wait.
fn ready(context: &mut Context, fd: u32, kind: u8) -> Result<u64> {
    match (context.wasi.descriptors.get(fd)?, kind) {
        (Descriptor::Stdin, READ) => Ok(context.wasi.exchange.unread() as u64),
        (Descriptor::Stdin, _) | (Descriptor::Stdout | Descriptor::Stderr, READ) => {
            Err(Errno::BADF)
        }
        _ => Ok(1),
    }
}

/// Sleeps, for as long as the host does not lose its patience.
fn sleep_until(due: u64) -> Result<()> {
    let until = Timespec {
        tv_sec: (due / 1_000_000_000).cast_signed(),
        tv_nsec: (due % 1_000_000_000).cast_signed(),
    };
    loop {
        match clock_nanosleep_absolute(ClockId::Monotonic, &until) {
            Err(io::Errno::INTR) => {}
            done => return Ok(done?),
        }
    }
}

pub fn oneoff(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    from: u32,
    to: u32,
    count: u32,
    out: u32,
) -> Result<()> {
    if count == 0 || count > PIECES {
        return Err(Errno::INVAL);
    }
    memory.check(to, count * EVENT_BYTES)?;
    memory.check(out, 4)?;
    let list = memory.bytes(from, count * SUBSCRIPTION_BYTES)?;
    let now = clock::now(MONOTONIC)?;
    let wanted = list
        .chunks_exact(SUBSCRIPTION_BYTES as usize)
        .map(|bytes| subscription(context, bytes, now))
        .collect::<Result<Vec<_>>>()?;
    let due = wanted.iter().map(|wanted| wanted.due.unwrap_or(now)).min().unwrap_or(now);
    if due > now {
        sleep_until(due)?;
    }
    let events: Vec<u8> = wanted
        .iter()
        .filter(|wanted| wanted.due.is_none_or(|this| this <= due))
        .flat_map(Subscription::event)
        .collect();
    memory.copy_in(to, &events)?;
    memory.put_u32(out, u32::try_from(events.len()).unwrap_or(0) / EVENT_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_counts_from_now_and_does_not_overflow() {
        assert_eq!(due(MONOTONIC, 5, false, 100), Ok(105));
        assert_eq!(due(MONOTONIC, u64::MAX, false, 100), Ok(u64::MAX));
        assert_eq!(due(MONOTONIC, 1, true, 100), Ok(100));
        assert_eq!(due(2, 5, false, 100), Err(Errno::INVAL));
    }
}
