//! Clocks: what time it is, and how long it is until another one.

use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use crate::abi::imports::Context;
use rustix::time::{ClockId, clock_gettime};

pub const REALTIME: u32 = 0;
pub const MONOTONIC: u32 = 1;

fn clock(id: u32) -> Result<ClockId> {
    match id {
        REALTIME => Ok(ClockId::Realtime),
        MONOTONIC => Ok(ClockId::Monotonic),
        2 => Ok(ClockId::ProcessCPUTime),
        3 => Ok(ClockId::ThreadCPUTime),
        _ => Err(Errno::INVAL),
    }
}

/// The time of a clock in nanoseconds.
pub fn now(id: u32) -> Result<u64> {
    let now = clock_gettime(clock(id)?);
    let nanoseconds = now.tv_sec.wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec);
    Ok(nanoseconds.cast_unsigned())
}

pub fn time_get(
    _: &mut Context,
    memory: &GuestMemory<'_>,
    id: u32,
    _precision: u64,
    at: u32,
) -> Result<()> {
    memory.put_u64(at, now(id)?)
}

pub fn res_get(_: &mut Context, memory: &GuestMemory<'_>, id: u32, at: u32) -> Result<()> {
    clock(id)?;
    memory.put_u64(at, 1)
}
