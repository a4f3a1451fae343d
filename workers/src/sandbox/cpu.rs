//! CPU time of one call: SIGPROF kills at the limit, RLIMIT_CPU stands a second behind it.

use super::refuse;
use crate::fault::Fault;
use rustix::process::{Resource, Rlimit};
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// RLIMIT_CPU counts whole seconds of the process's life. It is set this far ahead, so that most
/// calls need not move it.
const AHEAD_S: u64 = 5;

/// The CPU time that this process may still use; clones are the same budget.
#[derive(Clone)]
pub struct CpuBudget {
    /// What RLIMIT_CPU is set to.
    backstop_s: Arc<AtomicU64>,
}

/// Measures from its creation on.
pub struct Stopwatch {
    begun: Duration,
}

impl CpuBudget {
    /// Looks at the clock once: the first look finds the vdso, by a system call of its own.
    pub fn new() -> Self {
        spent();
        Self { backstop_s: Arc::default() }
    }

    /// Gives the next piece of the guest's work so much time, from now on; the process does not
    /// survive when it is over. What came before loses what it had left.
    ///
    /// A call's share is given before the call comes, where nobody waits for it: waiting takes next
    /// to no CPU time.
    pub fn allow(&mut self, limit: Duration) -> Result<(), Fault> {
        let needed_s = (spent() + limit).as_secs() + 2;
        if self.backstop_s.load(Ordering::Relaxed) < needed_s {
            let backstop_s = needed_s + AHEAD_S;
            self.backstop_s.store(backstop_s, Ordering::Relaxed);
            let backstop = Rlimit { current: Some(backstop_s), maximum: None };
            rustix::process::setrlimit(Resource::Cpu, backstop).map_err(refuse("cpu time"))?;
        }
        arm(limit).map_err(refuse("cpu timer"))
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

impl Stopwatch {
    pub fn start() -> Self {
        Self { begun: spent() }
    }

    pub fn used(&self) -> Duration {
        spent().saturating_sub(self.begun)
    }
}
