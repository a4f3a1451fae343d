//! WASI preview 1: what a guest sees of the machine. `docs/abi.md` has the table.
//! <https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md>

mod beneath;
mod clock;
mod descriptors;
mod environ;
mod errno;
mod file;
mod filestat;
mod folder;
mod memory;
mod paths;
mod poll;
mod quota;
mod random;
mod sock;
mod stdio;

pub use quota::allow as allow_growth;
pub use stdio::{Exchange, Lines};

use super::imports::Context;
use crate::frame::Surroundings;
use descriptors::Descriptors;
use errno::{Errno, Result};
use memory::GuestMemory;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

pub const MODULE: &str = "wasi_snapshot_preview1";

/// Many programs trust that they have a name.
const COMMAND_ARGS: &[&str] = &["plugin"];

type Env<'a> = FunctionEnvMut<'a, Context>;

/// What these functions share within one instance.
pub struct Wasi {
    pub args: &'static [&'static str],
    pub environ: Vec<Vec<u8>>,
    pub descriptors: Descriptors,
    pub exchange: Exchange,
    /// The status that the guest left with.
    pub exit: Option<i32>,
}

impl Wasi {
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            args: &[],
            environ: surroundings.environ,
            descriptors: Descriptors::new(surroundings.folders),
            exchange: Exchange::default(),
            exit: None,
        }
    }

    /// Makes the standard streams those of one run of a command.
    pub fn begin_command(&mut self, request: &[u8], most: usize) {
        self.args = COMMAND_ARGS;
        self.exchange.begin(request, most);
    }

    /// The type of the standard streams: a terminal where they go to the log, so that every libc
    /// writes each line at once, and nothing special in a command.
    fn stream_type(&self) -> u8 {
        const CHARACTER_DEVICE: u8 = 2;
        if self.exchange.is_command() { 0 } else { CHARACTER_DEVICE }
    }
}

/// Runs one function over the instance's state and its memory.
fn answer(
    env: &mut Env<'_>,
    work: impl FnOnce(&mut Context, &GuestMemory<'_>) -> Result<()>,
) -> i32 {
    let (context, store) = env.data_and_store_mut();
    // There is none while the module's start function runs, whose own is not exported yet.
    let Some(memory) = context.memory.clone() else { return Errno::FAULT.code().into() };
    let memory = GuestMemory(memory.view(&store));
    work(context, &memory).err().map_or(0, |errno| errno.code().into())
}

/// A response that is too large ends the call; everything else about a write is for the guest.
fn write(
    mut env: Env<'_>,
    fd: u32,
    at: u32,
    count: u32,
    out: u32,
) -> std::result::Result<i32, RuntimeError> {
    let errno =
        answer(&mut env, |context, memory| file::write(context, memory, fd, at, count, out));
    if env.data().wasi.exchange.overflowed {
        return Err(RuntimeError::new("the response is too large"));
    }
    Ok(errno)
}

fn exit(mut env: Env<'_>, code: i32) -> std::result::Result<(), RuntimeError> {
    env.data_mut().wasi.exit = Some(code);
    Err(RuntimeError::new(format!("the plugin left by proc_exit({code})")))
}

fn sched_yield(_: &mut Context, _: &GuestMemory<'_>) -> Result<()> {
    rustix::thread::sched_yield();
    Ok(())
}

fn raise(_: &mut Context, _: &GuestMemory<'_>, _signal: u32) -> Result<()> {
    Err(Errno::NOSYS)
}

macro_rules! functions {
    ($($name:literal: ($($argument:ident: $kind:ty),*) => $work:expr;)*) => {
        /// The function behind one name of preview 1, or None for a name that it has not.
        pub fn function(
            name: &str,
            store: &mut Store,
            env: &FunctionEnv<Context>,
        ) -> Option<Function> {
            Some(match name {
                $($name => Function::new_typed_with_env(
                    store,
                    env,
                    |mut env: Env<'_>, $($argument: $kind),*| -> i32 {
                        answer(&mut env, |context, memory| $work(context, memory, $($argument),*))
                    },
                ),)*
                "fd_write" => Function::new_typed_with_env(store, env, write),
                "proc_exit" => Function::new_typed_with_env(store, env, exit),
                _ => return None,
            })
        }
    };
}

functions! {
    "args_get": (list: u32, texts: u32) => environ::args_get;
    "args_sizes_get": (count: u32, bytes: u32) => environ::args_sizes_get;
    "clock_res_get": (id: u32, out: u32) => clock::res_get;
    "clock_time_get": (id: u32, precision: u64, out: u32) => clock::time_get;
    "environ_get": (list: u32, texts: u32) => environ::environ_get;
    "environ_sizes_get": (count: u32, bytes: u32) => environ::environ_sizes_get;
    "fd_advise": (fd: u32, offset: u64, length: u64, advice: u32) => file::advise;
    "fd_allocate": (fd: u32, offset: u64, length: u64) => file::allocate;
    "fd_close": (fd: u32) => file::close;
    "fd_datasync": (fd: u32) => file::datasync;
    "fd_fdstat_get": (fd: u32, out: u32) => file::fdstat_get;
    "fd_fdstat_set_flags": (fd: u32, flags: u32) => file::set_flags;
    "fd_fdstat_set_rights": (fd: u32, rights: u64, inheriting: u64) => file::set_rights;
    "fd_filestat_get": (fd: u32, out: u32) => file::filestat_get;
    "fd_filestat_set_size": (fd: u32, size: u64) => file::set_size;
    "fd_filestat_set_times": (fd: u32, accessed: u64, modified: u64, flags: u32) => file::set_times;
    "fd_pread": (fd: u32, at: u32, count: u32, offset: u64, out: u32) => file::pread_;
    "fd_prestat_dir_name": (fd: u32, at: u32, length: u32) => folder::prestat_dir_name;
    "fd_prestat_get": (fd: u32, out: u32) => folder::prestat_get;
    "fd_pwrite": (fd: u32, at: u32, count: u32, offset: u64, out: u32) => file::pwrite_;
    "fd_read": (fd: u32, at: u32, count: u32, out: u32) => file::read;
    "fd_readdir": (fd: u32, at: u32, length: u32, cookie: u64, out: u32) => folder::readdir;
    "fd_renumber": (from: u32, to: u32) => file::renumber;
    "fd_seek": (fd: u32, delta: i64, whence: u32, out: u32) => file::seek;
    "fd_sync": (fd: u32) => file::sync;
    "fd_tell": (fd: u32, out: u32) => file::tell;
    "path_create_directory": (fd: u32, at: u32, length: u32) => paths::create_directory;
    "path_filestat_get": (
        fd: u32, lookup: u32, at: u32, length: u32, out: u32
    ) => paths::filestat_get;
    "path_filestat_set_times": (
        fd: u32, lookup: u32, at: u32, length: u32, accessed: u64, modified: u64, flags: u32
    ) => paths::set_times;
    "path_link": (
        fd: u32, lookup: u32, at: u32, length: u32, new_fd: u32, new_at: u32, new_length: u32
    ) => paths::link;
    "path_open": (
        fd: u32, lookup: u32, at: u32, length: u32, oflags: u32, rights: u64, inheriting: u64,
        fdflags: u32, out: u32
    ) => paths::open;
    "path_readlink": (
        fd: u32, at: u32, length: u32, buffer: u32, room: u32, out: u32
    ) => paths::readlink;
    "path_remove_directory": (fd: u32, at: u32, length: u32) => paths::remove_directory;
    "path_rename": (
        fd: u32, at: u32, length: u32, new_fd: u32, new_at: u32, new_length: u32
    ) => paths::rename;
    "path_symlink": (at: u32, length: u32, fd: u32, new_at: u32, new_length: u32) => paths::symlink;
    "path_unlink_file": (fd: u32, at: u32, length: u32) => paths::unlink_file;
    "poll_oneoff": (from: u32, to: u32, count: u32, out: u32) => poll::oneoff;
    "proc_raise": (signal: u32) => raise;
    "random_get": (at: u32, length: u32) => random::get;
    "sched_yield": () => sched_yield;
    "sock_accept": (fd: u32, flags: u32, out: u32) => sock::accept;
    "sock_recv": (fd: u32, at: u32, count: u32, flags: u32, out: u32, out_flags: u32) => sock::recv;
    "sock_send": (fd: u32, at: u32, count: u32, flags: u32, out: u32) => sock::send;
    "sock_shutdown": (fd: u32, how: u32) => sock::shutdown;
}
