//! Seccomp: the system calls of `policies/*.json`, and death for every other one.

use super::refuse;
use crate::fault::{Code, Fault};
use seccompiler::sock_filter;

/// A policy as `build.rs` compiled it.
#[derive(Clone, Copy)]
pub struct Policy(&'static [u8]);

pub const SERVE: Policy = Policy(include_bytes!(concat!(env!("OUT_DIR"), "/serve.bpf")));
pub const SERVE_FILES: Policy =
    Policy(include_bytes!(concat!(env!("OUT_DIR"), "/serve-files.bpf")));
pub const COMPILE: Policy = Policy(include_bytes!(concat!(env!("OUT_DIR"), "/compile.bpf")));
pub const SYMBOLISE: Policy = Policy(include_bytes!(concat!(env!("OUT_DIR"), "/symbolise.bpf")));

/// Each policy and how many rules it has, for whoever asks what is in force.
pub const RULES: [(&str, &str); 4] = [
    ("serve", env!("POCKET_RULES_SERVE")),
    ("serve-files", env!("POCKET_RULES_SERVE_FILES")),
    ("compile", env!("POCKET_RULES_COMPILE")),
    ("symbolise", env!("POCKET_RULES_SYMBOLISE")),
];

impl Policy {
    fn program(self) -> Vec<sock_filter> {
        let word = |bytes: &[u8]| u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        self.0
            .chunks_exact(8)
            .map(|at| sock_filter {
                code: u16::from_ne_bytes([at[0], at[1]]),
                jt: at[2],
                jf: at[3],
                k: word(&at[4..]),
            })
            .collect()
    }
}

/// Puts the policy in force for the whole process; it can be neither taken off nor widened.
pub fn apply(policy: Policy) -> Result<(), Fault> {
    seccompiler::apply_filter_all_threads(&policy.program()).map_err(refuse("seccomp"))
}

/// Refuses to go on unless the process has this one thread.
pub fn require_one_thread() -> Result<(), Fault> {
    // SAFETY: with CLONE_THREAD alone, unshare(2) changes nothing; it fails where threads exist.
    match unsafe { libc::unshare(libc::CLONE_THREAD) } {
        0 => Ok(()),
        _ => Err(Fault::new(Code::Sandbox, "seccomp: the worker has more threads than one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_begins_by_looking_at_the_architecture() {
        // BPF_LD | BPF_W | BPF_ABS of seccomp_data.arch, which is at offset 4.
        for policy in [SERVE, SERVE_FILES, COMPILE] {
            let first = &policy.program()[0];
            assert_eq!((first.code, first.k), (0x20, 4));
        }
    }
}
