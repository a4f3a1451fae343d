//! What the kernel says of this process after the sandbox is on, one `name=value` a line.

use crate::sandbox::RULES;
use std::fmt::Write as _;
use std::io::Result;

const LANDLOCK_VERSION: u32 = 1;
const HIGHEST: i32 = 1024;

fn limit(resource: libc::__rlimit_resource_t) -> u64 {
    let mut both = libc::rlimit { rlim_cur: u64::MAX, rlim_max: u64::MAX };
    // SAFETY: `both` is a valid rlimit that the call fills in.
    unsafe { libc::getrlimit(resource, &raw mut both) };
    both.rlim_max
}

fn control(option: i32) -> i32 {
    // SAFETY: the options asked for below take no argument and change nothing.
    unsafe { libc::prctl(option, 0, 0, 0, 0) }
}

fn death_signal() -> i32 {
    let mut signal = 0;
    // SAFETY: PR_GET_PDEATHSIG writes one int.
    unsafe { libc::prctl(libc::PR_GET_PDEATHSIG, &raw mut signal) };
    signal
}

/// Descriptors from 3 on; the sandbox of `serve` holds two of its own.
fn descriptors() -> usize {
    // SAFETY: F_GETFD looks and changes nothing.
    (3..HIGHEST).filter(|fd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0).count()
}

fn landlock_version() -> i64 {
    // SAFETY: without a ruleset and with this flag the call only gives a number.
    unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0_usize,
            LANDLOCK_VERSION,
        )
    }
}

/// Has to be asked for without seccomp, which allows none of these questions.
#[allow(clippy::unnecessary_wraps)]
pub fn report(_: &[&str]) -> Result<String> {
    let mut lines = String::new();
    let mut say = |name: &str, value: i64| {
        let _ = writeln!(lines, "{name}={value}");
    };
    say("landlock", landlock_version());
    say("no_new_privs", control(libc::PR_GET_NO_NEW_PRIVS).into());
    say("dumpable", control(libc::PR_GET_DUMPABLE).into());
    say("death_signal", death_signal().into());
    say("descriptors", i64::try_from(descriptors()).unwrap_or(i64::MAX));
    let limits = [
        ("data", libc::RLIMIT_DATA),
        ("address_space", libc::RLIMIT_AS),
        ("open_files", libc::RLIMIT_NOFILE),
        ("file_size", libc::RLIMIT_FSIZE),
        ("core", libc::RLIMIT_CORE),
    ];
    for (name, resource) in limits {
        say(name, i64::try_from(limit(resource)).unwrap_or(-1));
    }
    for (policy, rules) in RULES {
        let _ = writeln!(lines, "rules_{policy}={rules}");
    }
    Ok(lines)
}
