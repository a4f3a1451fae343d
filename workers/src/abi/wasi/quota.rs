//! How much more this worker may make files grow, through all its calls: what they take on the disk
//! outlives the worker, and no other limit counts it.

use super::errno::{Errno, Result};
use rustix::fs::Stat;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counted for a new file, folder or link, however small: a block, which most file systems need.
pub const ENTRY_BYTES: u64 = 4096;

static GRANTED: AtomicU64 = AtomicU64::new(0);
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Sets what the whole process has.
pub fn allow(bytes: u64) {
    GRANTED.store(bytes, Ordering::Relaxed);
    LEFT.store(bytes, Ordering::Relaxed);
}

fn left() -> u64 {
    LEFT.load(Ordering::Relaxed)
}

pub fn spend(bytes: u64) {
    LEFT.store(left().saturating_sub(bytes), Ordering::Relaxed);
}

/// Gives back what a file has shrunk by, as far as the disk got it back. What is deleted may still
/// be open somewhere, so it is not given back.
pub fn give_back(before: &Stat, after: &Stat) {
    let shrunk = before.st_size.saturating_sub(after.st_size);
    let freed = before.st_blocks.saturating_sub(after.st_blocks).saturating_mul(512);
    let bytes = u64::try_from(shrunk.min(freed)).unwrap_or(0);
    let most = GRANTED.load(Ordering::Relaxed);
    LEFT.store(left().saturating_add(bytes).min(most), Ordering::Relaxed);
}

/// Makes sure that this much is left, before it is tried.
pub fn check(bytes: u64) -> Result<()> {
    if bytes <= left() { Ok(()) } else { Err(Errno::NOSPC) }
}

/// What writing `bytes` at `at` costs: the growth, and every byte where there may be holes to fill.
pub fn growth(file: &Stat, at: u64, bytes: u64) -> u64 {
    let size = file.st_size.unsigned_abs();
    let beyond = at.saturating_add(bytes).saturating_sub(size);
    let has_holes = file.st_blocks.unsigned_abs().saturating_mul(512) < size;
    if has_holes { beyond.max(bytes) } else { beyond }
}

/// How many of `bytes` may be written at `at`; an error where it is none.
pub fn fit(file: &Stat, at: u64, bytes: u64) -> Result<u64> {
    let excess = growth(file, at, bytes).saturating_sub(left());
    match bytes.saturating_sub(excess) {
        0 if bytes > 0 => Err(Errno::NOSPC),
        fitting => Ok(fitting),
    }
}
