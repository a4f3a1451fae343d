//! CPU time of one call: SIGPROF kills at the limit, RLIMIT_CPU stands a second behind it.

use super::refuse;
use crate::fault::Fault;
use rustix::process::{Resource, Rlimit};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Runs from its creation until it is dropped; the process does not survive its expiry.
pub struct Timer {
    begun: Duration,
}

/// CPU time of this process so far.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
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
    pub fn start(limit: Duration) -> Result<Self, Fault> {
        let begun = spent();
        let backstop = Rlimit { current: Some((begun + limit).as_secs() + 2), maximum: None };
        rustix::process::setrlimit(Resource::Cpu, backstop).map_err(refuse("cpu time"))?;
        arm(limit).map_err(refuse("cpu timer"))?;
        Ok(Self { begun })
    }

    pub fn used(&self) -> Duration {
        spent().saturating_sub(self.begun)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // Disarming a timer that was armed the same way has no way to fail.
        let _ = arm(Duration::ZERO);
    }
}
