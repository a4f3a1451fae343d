//! CPU time of one call: SIGPROF kills at the limit, RLIMIT_CPU stands a second behind it.

use super::refuse;
use crate::fault::Fault;
use rustix::process::{Resource, Rlimit};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// RLIMIT_CPU counts whole seconds of the process's life. It is set this far ahead, so that most
/// calls need not move it.
const AHEAD_S: u64 = 5;

/// The CPU time that this process may still use.
pub struct CpuBudget {
    /// What RLIMIT_CPU is set to.
    backstop_s: u64,
}

/// Runs from its creation until it is stopped, or another one is started in its place; the process
/// does not survive its expiry.
pub struct Timer {
    begun: Duration,
}

impl CpuBudget {
    /// Looks at the clock once: the first look finds the vdso, by a system call of its own.
    pub fn new() -> Self {
        spent();
        Self { backstop_s: 0 }
    }

    /// Arms the timer for one piece of the guest's work.
    pub fn start(&mut self, limit: Duration) -> Result<Timer, Fault> {
        let begun = spent();
        let needed_s = (begun + limit).as_secs() + 2;
        if self.backstop_s < needed_s {
            self.backstop_s = needed_s + AHEAD_S;
            let backstop = Rlimit { current: Some(self.backstop_s), maximum: None };
            rustix::process::setrlimit(Resource::Cpu, backstop).map_err(refuse("cpu time"))?;
        }
        arm(limit).map_err(refuse("cpu timer"))?;
        Ok(Timer { begun })
    }
}

/// CPU time so far of this process, which has one thread. The clock of the process itself moves in
/// ticks of 4 ms once a timer is armed; this one is exact.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

fn arm(limit: Duration) -> std::io::Result<()> {
    let value = libc::timeval {
        tv_sec: libc::time_t::try_from(limit.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_usec: limit.subsec_micros().into(),
    };
    let none = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: none, it_value: value };
    // SAFETY: `timer` is a valid itimerval and the old value is not asked for.
    match unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const timer, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

impl Timer {
    pub fn used(&self) -> Duration {
        spent().saturating_sub(self.begun)
    }

    /// Lets the process go on for as long as it likes, as it does while it waits for calls.
    pub fn stop(self) {
        // Disarming a timer that was armed the same way has no way to fail.
        let _ = arm(Duration::ZERO);
    }
}
