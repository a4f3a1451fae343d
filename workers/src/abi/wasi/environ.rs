//! Arguments and environment variables: lists of texts that end in NUL.

use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use crate::abi::imports::Context;

pub fn args_get(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    list: u32,
    texts: u32,
) -> Result<()> {
    put(memory, context.wasi.args, list, texts)
}

pub fn args_sizes_get(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    count: u32,
    bytes: u32,
) -> Result<()> {
    put_sizes(memory, context.wasi.args, count, bytes)
}

pub fn environ_get(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    list: u32,
    texts: u32,
) -> Result<()> {
    put(memory, &context.wasi.environ, list, texts)
}

pub fn environ_sizes_get(
    context: &mut Context,
    memory: &GuestMemory<'_>,
    count: u32,
    bytes: u32,
) -> Result<()> {
    put_sizes(memory, &context.wasi.environ, count, bytes)
}

fn sizes<T: AsRef<[u8]>>(items: &[T]) -> Result<(u32, u32)> {
    let bytes: usize = items.iter().map(|item| item.as_ref().len() + 1).sum();
    let size = |number: usize| u32::try_from(number).map_err(|_| Errno::OVERFLOW);
    Ok((size(items.len())?, size(bytes)?))
}

fn put_sizes<T: AsRef<[u8]>>(
    memory: &GuestMemory<'_>,
    items: &[T],
    count_at: u32,
    bytes_at: u32,
) -> Result<()> {
    let (count, bytes) = sizes(items)?;
    memory.check(bytes_at, 4)?;
    memory.put_u32(count_at, count)?;
    memory.put_u32(bytes_at, bytes)
}

fn put<T: AsRef<[u8]>>(memory: &GuestMemory<'_>, items: &[T], list: u32, texts: u32) -> Result<()> {
    let (count, bytes) = sizes(items)?;
    memory.check(list, count.checked_mul(4).ok_or(Errno::OVERFLOW)?)?;
    memory.check(texts, bytes)?;
    let mut used = 0;
    for (item, slot) in items.iter().zip((list..).step_by(4)) {
        let text = [item.as_ref(), b"\0"].concat();
        memory.put_u32(slot, texts + used)?;
        memory.copy_in(texts + used, &text)?;
        used += u32::try_from(text.len()).map_err(|_| Errno::OVERFLOW)?;
    }
    Ok(())
}
