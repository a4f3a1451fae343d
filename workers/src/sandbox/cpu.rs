//! CPU time of one call: SIGPROF kills at the limit, RLIMIT_CPU stands a second behind it.

use super::preemption::Flag;
use super::refuse;
use crate::fault::Fault;
use rustix::process::{Resource, Rlimit};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// RLIMIT_CPU counts whole seconds of the process's life. It is set this far ahead, so that most
/// calls need not move it.
const AHEAD_S: u64 = 5;
/// The timer is set so much later than the limit, as a part of it, so that most calls need not set
/// it: a limit is never cut short, and exceeded by no more than that.
const SLACK: u32 = 16;
/// Between two looks at the clock of the kernel: what runs at another speed adds up no longer.
const TRUSTED: Duration = Duration::from_millis(1);

/// CPU time of this process, which has one thread.
///
/// The kernel's clock takes a system call, of 0.7 us. A thread that was not interrupted since has
/// used as much CPU time as has passed, and the clock on the wall takes none.
struct Clock {
    flag: Flag,
    begun: Instant,
    spent: Duration,
}

/// The CPU time that this process may still use.
pub struct CpuBudget {
    clock: Clock,
    /// What RLIMIT_CPU is set to.
    backstop_s: u64,
    /// CPU time of the process at which the timer rings.
    rings: Duration,
}

impl Clock {
    fn start() -> Self {
        let mut clock =
            Self { flag: Flag::find(), begun: Instant::now(), spent: Duration::default() };
        clock.look();
        clock
    }

    /// CPU time up to `now`, which has just been read.
    fn at(&mut self, now: Instant) -> Duration {
        let passed = now - self.begun;
        // The flag is read after the clock: no pause can hide between them.
        if passed < TRUSTED && self.flag.stands() {
            return self.spent + passed;
        }
        self.look();
        self.spent
    }

    fn look(&mut self) {
        self.flag.raise();
        self.begun = Instant::now();
        self.spent = spent();
    }
}

impl CpuBudget {
    /// Looks at the clock once: the first look finds the vdso, by a system call of its own.
    pub fn new() -> Self {
        Self { clock: Clock::start(), backstop_s: 0, rings: Duration::ZERO }
    }

    /// CPU time that this process has used up to `now`, which has just been read, to within a
    /// microsecond.
    pub fn spent(&mut self, now: Instant) -> Duration {
        self.clock.at(now)
    }

    /// Gives the next piece of the guest's work so much time, from now on; the process does not
    /// survive when it is over. What came before loses what it had left.
    ///
    /// A call's share is given before the call comes, where nobody waits for it: waiting takes next
    /// to no CPU time.
    pub fn allow(&mut self, limit: Duration) -> Result<(), Fault> {
        let now = self.spent(Instant::now());
        let most = limit + limit / SLACK;
        if (now + limit..=now + most).contains(&self.rings) {
            return Ok(());
        }
        stand_behind(&mut self.backstop_s, now + most)?;
        self.rings = now + most;
        arm(most).map_err(refuse("cpu timer"))
    }

    /// Lets somebody else give the guest its time; the next `allow` relies on nothing.
    pub fn share(&mut self, limit: Duration) -> Share {
        (self.backstop_s, self.rings) = (0, Duration::ZERO);
        Share { limit, backstop_s: 0 }
    }
}

/// CPU time that a guest gets again and again within one call.
pub struct Share {
    limit: Duration,
    backstop_s: u64,
}

impl Share {
    /// Gives the guest its time anew.
    pub fn renew(&mut self) -> Result<(), Fault> {
        stand_behind(&mut self.backstop_s, spent() + self.limit)?;
        arm(self.limit).map_err(refuse("cpu timer"))
    }
}

/// The clock of the process itself moves in ticks of 4 ms once a timer is armed; this one is exact.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Moves RLIMIT_CPU, which is known to stand at `backstop_s`, where it is too near.
fn stand_behind(backstop_s: &mut u64, end: Duration) -> Result<(), Fault> {
    let needed_s = end.as_secs() + 2;
    if *backstop_s < needed_s {
        *backstop_s = needed_s + AHEAD_S;
        let backstop = Rlimit { current: Some(*backstop_s), maximum: None };
        rustix::process::setrlimit(Resource::Cpu, backstop).map_err(refuse("cpu time"))?;
    }
    Ok(())
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
