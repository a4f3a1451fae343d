//! Everything that a worker that was taken over might try, by name.

use super::{outcome, report};
use crate::engine::{Guard, LimitedTunables};
use crate::fault::Fault;
use crate::sandbox::CpuBudget;
use libc::{c_int, c_long, c_void};
use std::ffi::CString;
use std::io::{Error, Result};
use std::ptr::{null, null_mut};
use std::time::Duration;
use wasmer::sys::Tunables;
use wasmer_types::{MemoryType, Pages, TableType, Type};

type Attempt = fn(&[&str]) -> Result<String>;

const PAGE: usize = 4096;
/// Of the kernel's `struct open_how`, as u64 words.
const OPEN_HOW: usize = 3;
/// Of the kernel's `struct clone_args`, as u64 words.
const CLONE_ARGS: usize = 11;

const NAMES: &[(&str, Attempt)] = &[
    ("nothing", |_| Ok(String::new())),
    ("report", report::report),
    ("syscall", raw),
    ("compat-call", compat_call),
    ("open", open),
    ("openat2", |arguments| openat2(arguments, libc::O_RDONLY)),
    ("openat2-write", |arguments| openat2(arguments, libc::O_WRONLY)),
    ("openat2-create", |arguments| openat2(arguments, libc::O_WRONLY | libc::O_CREAT)),
    ("create", create),
    ("socket", socket),
    ("tcp-bind", tcp_bind),
    ("abstract-socket", abstract_socket),
    ("fork", fork),
    ("clone3", clone3),
    ("thread", thread),
    ("execve", execve),
    ("mmap-exec", |_| map(libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE)),
    ("mprotect-exec", mprotect_exec),
    ("mmap-shared", |_| map(libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED)),
    ("ptrace-parent", ptrace_parent),
    ("read-parent", |_| parent_memory(libc::SYS_process_vm_readv)),
    ("write-parent", |_| parent_memory(libc::SYS_process_vm_writev)),
    ("signal-parent", |_| call(libc::SYS_kill, [parent(), 0, 0, 0, 0, 0])),
    ("signal-all", |_| call(libc::SYS_kill, [-1, 0, 0, 0, 0, 0])),
    ("environ", |_| open(&["/proc/self/environ"])),
    ("parent-memory", |_| open(&[&format!("/proc/{}/mem", parent())])),
    ("io-uring", io_uring),
    ("userfaultfd", |_| call(libc::SYS_userfaultfd, [1, 0, 0, 0, 0, 0])),
    ("bpf", bpf),
    ("keyctl", |_| call(libc::SYS_keyctl, [0, -3, 1, 0, 0, 0])),
    ("mount", mount),
    ("unshare", |_| call(libc::SYS_unshare, [libc::CLONE_NEWUSER.into(), 0, 0, 0, 0, 0])),
    ("memfd", memfd),
    ("dumpable", |_| control(libc::PR_SET_DUMPABLE, 1)),
    ("outlive-parent", |_| control(libc::PR_SET_PDEATHSIG, 0)),
    ("raise-limit", raise_limit),
    ("setsid", setsid),
    ("nonblock", |_| {
        call(libc::SYS_fcntl, [1, libc::F_SETFL.into(), libc::O_NONBLOCK.into(), 0, 0, 0])
    }),
    ("panic", |_| panic!("as asked")),
    ("abort", |_| std::process::abort()),
    ("fault", fault),
    ("spin", spin),
    ("hang", hang),
    ("wasm-memory", wasm_memory),
    ("wasm-table", wasm_table),
];

pub fn named(name: &str) -> Option<Attempt> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, attempt)| *attempt)
}

fn call(number: c_long, arguments: [c_long; 6]) -> Result<String> {
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: every caller passes numbers and pointers that live through the call; a raw probe may
    // break this process, which is what it is for.
    outcome(unsafe { libc::syscall(number, a, b, c, d, e, f) }).map(|given| given.to_string())
}

fn control(option: c_int, value: c_long) -> Result<String> {
    call(libc::SYS_prctl, [option.into(), value, 0, 0, 0, 0])
}

fn parent() -> c_long {
    super::parent().into()
}

fn path(arguments: &[&str]) -> Result<CString> {
    let path = arguments.first().copied().unwrap_or("/");
    CString::new(path).map_err(|_| Error::from_raw_os_error(libc::EINVAL))
}

/// A system call by number, with up to six numbers.
fn raw(arguments: &[&str]) -> Result<String> {
    let number = |word: &&str| {
        let value = word.parse::<i128>().unwrap_or(0);
        // Wraps on purpose: a caller writes what the register shall hold, signed or not.
        #[allow(clippy::cast_possible_truncation)]
        let value = value as c_long;
        value
    };
    let mut numbers = [0; 7];
    for (to, word) in numbers.iter_mut().zip(arguments) {
        *to = number(word);
    }
    let [nr, rest @ ..] = numbers;
    call(nr, rest)
}

/// getpid(2) by the 32-bit entry, whose numbers mean other calls.
#[cfg(target_arch = "x86_64")]
fn compat_call(_: &[&str]) -> Result<String> {
    const GETPID: u64 = 20;
    let mut given = GETPID;
    // SAFETY: the kernel preserves every register but rax, and r8 to r11 that are named.
    unsafe {
        std::arch::asm!(
            "int 0x80", inout("rax") given,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _
        );
    }
    Ok(given.to_string())
}

#[cfg(not(target_arch = "x86_64"))]
fn compat_call(_: &[&str]) -> Result<String> {
    Err(Error::from_raw_os_error(libc::ENOSYS))
}

fn open(arguments: &[&str]) -> Result<String> {
    let path = path(arguments)?;
    let flags = libc::O_RDONLY | libc::O_CLOEXEC;
    call(libc::SYS_openat, [libc::AT_FDCWD.into(), path.as_ptr() as c_long, flags.into(), 0, 0, 0])
}

/// Relative to the first granted folder; an absolute path is one all the same.
fn openat2(arguments: &[&str], flags: c_int) -> Result<String> {
    let path = path(arguments)?;
    let mode = if flags & libc::O_CREAT == 0 { 0 } else { 0o600 };
    let how: [u64; OPEN_HOW] = [u64::from(flags.unsigned_abs()), mode, 0];
    let size = size_of_val(&how) as c_long;
    let folder = crate::frame::FIRST_FOLDER.into();
    let words = [folder, path.as_ptr() as c_long, how.as_ptr() as c_long, size, 0, 0];
    call(libc::SYS_openat2, words)
}

fn create(arguments: &[&str]) -> Result<String> {
    let path = path(arguments)?;
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
    call(
        libc::SYS_openat,
        [libc::AT_FDCWD.into(), path.as_ptr() as c_long, flags.into(), 0o600, 0, 0],
    )
}

fn socket(arguments: &[&str]) -> Result<String> {
    let family = arguments.first().and_then(|word| word.parse().ok()).unwrap_or(libc::AF_INET);
    let kind = arguments.get(1).and_then(|word| word.parse().ok()).unwrap_or(libc::SOCK_STREAM);
    call(libc::SYS_socket, [family.into(), kind.into(), 0, 0, 0, 0])
}

fn tcp_bind(_: &[&str]) -> Result<String> {
    // SAFETY: plain calls; the address is a zeroed sockaddr_in of this size.
    unsafe {
        let fd = outcome(libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0).into())?;
        let mut address: libc::sockaddr_in = std::mem::zeroed();
        address.sin_family = libc::AF_INET as libc::sa_family_t;
        let words = [fd, (&raw const address) as c_long, size_of_val(&address) as c_long, 0, 0, 0];
        call(libc::SYS_bind, words)
    }
}

/// Connects to the abstract socket of this name, which somebody outside listens on.
fn abstract_socket(arguments: &[&str]) -> Result<String> {
    let name = arguments.first().copied().unwrap_or_default().as_bytes();
    // SAFETY: plain calls; the address is a sockaddr_un with the name behind a NUL.
    unsafe {
        let fd = outcome(libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0).into())?;
        let mut address: libc::sockaddr_un = std::mem::zeroed();
        address.sun_family = libc::AF_UNIX as libc::sa_family_t;
        for (to, byte) in address.sun_path[1..].iter_mut().zip(name) {
            *to = *byte as libc::c_char;
        }
        let length = size_of::<libc::sa_family_t>() + 1 + name.len();
        let words = [fd, (&raw const address) as c_long, length as c_long, 0, 0, 0];
        call(libc::SYS_connect, words)
    }
}

/// Ends the child of a fork at once; gives its id to the parent.
fn leave_child(given: Result<String>) -> Result<String> {
    if given.as_deref().is_ok_and(|pid| pid == "0") {
        // SAFETY: the child of the probe has nothing to do.
        unsafe { libc::_exit(0) }
    }
    given
}

fn fork(_: &[&str]) -> Result<String> {
    // The raw call, since the C library's would use clone(2) on some machines and fork(2) on others.
    let flags = libc::SIGCHLD;
    leave_child(call(libc::SYS_clone, [flags.into(), 0, 0, 0, 0, 0]))
}

fn clone3(_: &[&str]) -> Result<String> {
    const EXIT_SIGNAL: usize = 4;
    let mut arguments = [0_u64; CLONE_ARGS];
    arguments[EXIT_SIGNAL] = libc::SIGCHLD as u64;
    let size = size_of_val(&arguments) as c_long;
    leave_child(call(libc::SYS_clone3, [arguments.as_ptr() as c_long, size, 0, 0, 0, 0]))
}

/// The second one: the first may be the compiler's own, that waits already.
fn thread(_: &[&str]) -> Result<String> {
    for _ in 0..2 {
        std::thread::Builder::new().spawn(|| ())?;
    }
    Ok(String::new())
}

fn execve(arguments: &[&str]) -> Result<String> {
    let path = path(if arguments.is_empty() { &["/bin/true"] } else { arguments })?;
    let argv = [path.as_ptr(), null()];
    let environ = null::<c_void>() as c_long;
    call(libc::SYS_execve, [path.as_ptr() as c_long, argv.as_ptr() as c_long, environ, 0, 0, 0])
}

fn map(protection: c_int, sharing: c_int) -> Result<String> {
    let flags = sharing | libc::MAP_ANONYMOUS;
    call(libc::SYS_mmap, [0, PAGE as c_long, protection.into(), flags.into(), -1, 0])
}

fn mprotect_exec(_: &[&str]) -> Result<String> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let both = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new private page.
    let page = unsafe { libc::mmap(null_mut(), PAGE, both, flags, -1, 0) };
    let protection = libc::PROT_READ | libc::PROT_EXEC;
    call(libc::SYS_mprotect, [page as c_long, PAGE as c_long, protection.into(), 0, 0, 0])
}

fn ptrace_parent(_: &[&str]) -> Result<String> {
    call(libc::SYS_ptrace, [libc::PTRACE_SEIZE.into(), parent(), 0, 0, 0, 0])
}

/// Asks for nothing: whether it may is decided before.
fn parent_memory(number: c_long) -> Result<String> {
    let mut byte = 0_u8;
    let local = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 0 };
    let at = (&raw const local) as c_long;
    call(number, [parent(), at, 1, at, 1, 0])
}

fn io_uring(_: &[&str]) -> Result<String> {
    let mut parameters = [0_u32; 32];
    call(libc::SYS_io_uring_setup, [1, parameters.as_mut_ptr() as c_long, 0, 0, 0, 0])
}

fn bpf(_: &[&str]) -> Result<String> {
    const MAP_CREATE: c_long = 0;
    const ARRAY: u32 = 2;
    let attributes: [u32; 8] = [ARRAY, 4, 4, 1, 0, 0, 0, 0];
    let size = size_of_val(&attributes) as c_long;
    call(libc::SYS_bpf, [MAP_CREATE, attributes.as_ptr() as c_long, size, 0, 0, 0])
}

/// Onto nothing: an attempt that is let through has to do no harm.
fn mount(_: &[&str]) -> Result<String> {
    let target = c"/no/such/place".as_ptr() as c_long;
    let flags = libc::MS_BIND.cast_signed();
    call(libc::SYS_mount, [c"/".as_ptr() as c_long, target, 0, flags, 0, 0])
}

fn memfd(_: &[&str]) -> Result<String> {
    call(libc::SYS_memfd_create, [c"probe".as_ptr() as c_long, 0, 0, 0, 0, 0])
}

fn raise_limit(_: &[&str]) -> Result<String> {
    let limit = libc::rlimit { rlim_cur: 8 << 30, rlim_max: 8 << 30 };
    let resource = libc::RLIMIT_DATA;
    let words = [0, c_long::from(resource), (&raw const limit) as c_long, 0, 0, 0];
    call(libc::SYS_prlimit64, words)
}

/// A process group's leader may not; the host makes the worker one, so EPERM is the usual answer.
fn setsid(_: &[&str]) -> Result<String> {
    call(libc::SYS_setsid, [0; 6])
}

/// Writes to an address that no guest owns.
fn fault(_: &[&str]) -> Result<String> {
    // SAFETY: not at all; the process is meant to die of it.
    unsafe { null_mut::<u8>().wrapping_add(8).write_volatile(0) };
    Ok(String::new())
}

/// Uses CPU time until its timer kills it.
fn spin(_: &[&str]) -> Result<String> {
    CpuBudget::new().allow(Duration::from_millis(10)).map_err(fault_error)?;
    loop {
        std::hint::spin_loop();
    }
}

/// Waits for ever, as long as its stdin is open.
fn hang(_: &[&str]) -> Result<String> {
    let mut fds = [libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 }];
    call(libc::SYS_ppoll, [fds.as_mut_ptr() as c_long, 1, 0, 0, 8, 0])
}

fn fault_error(fault: Fault) -> Error {
    Error::other(fault.message)
}

/// Tunables that allow one page of 64 KiB and one element.
fn smallest() -> LimitedTunables {
    LimitedTunables::new(1 << 16, 1, Guard::default())
}

fn wasm_memory(_: &[&str]) -> Result<String> {
    let two = MemoryType::new(Pages(2), None, false);
    let style = smallest().memory_style(&two);
    smallest().create_host_memory(&two, &style).map(|_| String::new()).map_err(Error::other)
}

fn wasm_table(_: &[&str]) -> Result<String> {
    let two = TableType::new(Type::FuncRef, 2, None);
    let style = smallest().table_style(&two);
    smallest().create_host_table(&two, &style).map(|_| String::new()).map_err(Error::other)
}
