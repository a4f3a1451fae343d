//! Sockets, of which there are none: whatever is open is something else.

use super::errno::{Errno, Result};
use super::memory::GuestMemory;
use crate::abi::imports::Context;

type Memory<'a> = GuestMemory<'a>;

fn refuse(context: &mut Context, fd: u32) -> Result<()> {
    context.wasi.descriptors.get(fd)?;
    Err(Errno::NOTSOCK)
}

pub fn accept(c: &mut Context, _: &Memory<'_>, fd: u32, _flags: u32, _out: u32) -> Result<()> {
    refuse(c, fd)
}

#[expect(clippy::too_many_arguments, reason = "preview 1 has them")]
pub fn recv(
    c: &mut Context,
    _: &Memory<'_>,
    fd: u32,
    _at: u32,
    _count: u32,
    _flags: u32,
    _out: u32,
    _out_flags: u32,
) -> Result<()> {
    refuse(c, fd)
}

pub fn send(
    c: &mut Context,
    _: &Memory<'_>,
    fd: u32,
    _at: u32,
    _count: u32,
    _flags: u32,
    _out: u32,
) -> Result<()> {
    refuse(c, fd)
}

pub fn shutdown(c: &mut Context, _: &Memory<'_>, fd: u32, _how: u32) -> Result<()> {
    refuse(c, fd)
}
