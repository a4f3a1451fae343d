//! WASI preview 1, as far as a reactor needs it to start; the rest answers ENOSYS.
//! <https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md>

use super::imports::{Context, copy_in, copy_out};
use rustix::time::{ClockId, clock_gettime};
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, Value,
};

pub const MODULE: &str = "wasi_snapshot_preview1";

const NAMES: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

const SUCCESS: i32 = 0;
const EBADF: i32 = 8;
const EINVAL: i32 = 28;
const EFAULT: i32 = 21;
const EIO: i32 = 29;
const ENOSYS: i32 = 52;
/// Most random bytes of one request; a larger one is filled in more steps by every libc.
const RANDOM_BYTES: u32 = 64 << 10;
/// Most pieces and bytes of one fd_write; the rest is reported as not written.
const PIECES: u32 = 64;
const PIECE_BYTES: u32 = 4096;

type Env<'a> = FunctionEnvMut<'a, Context>;

fn errno(done: Option<()>) -> i32 {
    if done.is_some() { SUCCESS } else { EFAULT }
}

fn clock(id: u32) -> Option<ClockId> {
    match id {
        0 => Some(ClockId::Realtime),
        1 => Some(ClockId::Monotonic),
        2 => Some(ClockId::ProcessCPUTime),
        3 => Some(ClockId::ThreadCPUTime),
        _ => None,
    }
}

fn clock_time_get(env: Env<'_>, id: u32, _precision: u64, at: u32) -> i32 {
    let Some(id) = clock(id) else { return EINVAL };
    let now = clock_gettime(id);
    let nanoseconds = now.tv_sec.wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec);
    errno(copy_in(&env, at, &nanoseconds.to_le_bytes()))
}

fn clock_res_get(env: Env<'_>, id: u32, at: u32) -> i32 {
    if clock(id).is_none() {
        return EINVAL;
    }
    errno(copy_in(&env, at, &1_u64.to_le_bytes()))
}

fn random_get(env: Env<'_>, at: u32, length: u32) -> i32 {
    if length > RANDOM_BYTES {
        return EINVAL;
    }
    let mut bytes = vec![0_u8; length as usize];
    // SAFETY: the buffer is `length` bytes long and getrandom writes no more than that.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if usize::try_from(got).ok() != Some(bytes.len()) {
        return EIO;
    }
    errno(copy_in(&env, at, &bytes))
}

fn nothing(_: Env<'_>, _: u32, _: u32) -> i32 {
    SUCCESS
}

fn no_sizes(env: Env<'_>, count: u32, bytes: u32) -> i32 {
    errno(copy_in(&env, count, &[0; 4]).and_then(|()| copy_in(&env, bytes, &[0; 4])))
}

fn gather(env: &Env<'_>, pieces: u32, count: u32) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    for index in 0..count.min(PIECES) {
        let head = copy_out(env, pieces.checked_add(index * 8)?, 8)?;
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        line.extend(copy_out(env, word(0), word(4).min(PIECE_BYTES))?);
        if word(4) > PIECE_BYTES {
            break;
        }
    }
    Some(line)
}

fn fd_write(mut env: Env<'_>, fd: u32, pieces: u32, count: u32, written: u32) -> i32 {
    let level = match fd {
        1 => 1,
        2 => 2,
        _ => return EBADF,
    };
    let Some(line) = gather(&env, pieces, count) else { return EFAULT };
    let length = u32::try_from(line.len()).unwrap_or(0);
    env.data_mut().log(level, &line);
    errno(copy_in(&env, written, &length.to_le_bytes()))
}

fn proc_exit(_: Env<'_>, code: i32) -> Result<(), RuntimeError> {
    Err(RuntimeError::new(format!("the plugin left by proc_exit({code})")))
}

fn missing(_: Env<'_>, _: u32) -> i32 {
    EBADF
}

fn missing2(_: Env<'_>, _: u32, _: u32) -> i32 {
    EBADF
}

/// The function behind one name of preview 1, or None for a name that it has not.
pub fn function(
    name: &str,
    ty: &FunctionType,
    store: &mut Store,
    env: &FunctionEnv<Context>,
) -> Option<Function> {
    let function = match name {
        "clock_time_get" => Function::new_typed_with_env(store, env, clock_time_get),
        "clock_res_get" => Function::new_typed_with_env(store, env, clock_res_get),
        "random_get" => Function::new_typed_with_env(store, env, random_get),
        "args_get" | "environ_get" => Function::new_typed_with_env(store, env, nothing),
        "args_sizes_get" | "environ_sizes_get" => {
            Function::new_typed_with_env(store, env, no_sizes)
        }
        "fd_write" => Function::new_typed_with_env(store, env, fd_write),
        "proc_exit" => Function::new_typed_with_env(store, env, proc_exit),
        "sched_yield" => Function::new_typed(store, || SUCCESS),
        "fd_close" => Function::new_typed_with_env(store, env, missing),
        "fd_prestat_get" | "fd_fdstat_get" => Function::new_typed_with_env(store, env, missing2),
        _ if NAMES.contains(&name) && ty.results() == [Type::I32] => {
            Function::new(store, ty, |_| Ok(vec![Value::I32(ENOSYS)]))
        }
        _ => return None,
    };
    Some(function)
}
