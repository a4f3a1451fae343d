//! Whether the kernel has taken this thread off its core, without asking it.
//!
//! The C library registers an area for restartable sequences (rseq(2), linux/rseq.h). When the
//! kernel preempts a thread outside of the sequence that its area names, or delivers a signal to
//! it, it empties the name. So a name of a sequence that nobody ever runs is a flag which the
//! kernel lowers: as long as it stands, this thread has run without a pause.

use std::ptr::{self, NonNull};

/// What has to stand before the code to which an interrupted sequence jumps; ours never does.
#[cfg(target_arch = "x86_64")]
const SIGNATURE: u32 = 0x5305_3053;
#[cfg(target_arch = "aarch64")]
const SIGNATURE: u32 = 0xd428_bc00;

const NAME_OFFSET: usize = 8;

/// `struct rseq_cs` of the kernel, over bytes that are no code.
#[repr(C, align(32))]
struct Sequence {
    version: u32,
    flags: u32,
    start: *const u8,
    length: u64,
    abort: *const u8,
}

// SAFETY: only the kernel reads it, and nothing changes it.
unsafe impl Sync for Sequence {}

static PLACES: [u32; 4] = [0, 0, SIGNATURE, 0];
static SEQUENCE: Sequence = Sequence {
    version: 0,
    flags: 0,
    start: (&raw const PLACES).cast(),
    length: 1,
    abort: (&raw const PLACES[3]).cast(),
};

/// The flag of the thread that made it; there is none where the C library has no such area.
pub struct Flag {
    name: Option<NonNull<*const Sequence>>,
}

impl Flag {
    pub fn find() -> Self {
        // SAFETY: both are constants of the C library where they exist at all.
        let area = unsafe {
            let size = libc::dlsym(libc::RTLD_DEFAULT, c"__rseq_size".as_ptr()).cast::<u32>();
            let offset = libc::dlsym(libc::RTLD_DEFAULT, c"__rseq_offset".as_ptr()).cast::<isize>();
            // A size of 0 says that the kernel was not asked, or refused.
            let there = !offset.is_null() && size.as_ref().is_some_and(|size| *size > 0);
            there.then(|| thread_pointer().offset(*offset))
        };
        let name = area.map(|area| area.wrapping_add(NAME_OFFSET).cast_mut().cast());
        Self { name: name.and_then(NonNull::new) }
    }

    /// Raises the flag, if there is one.
    pub fn raise(&self) {
        self.set(&raw const SEQUENCE);
    }

    fn set(&self, sequence: *const Sequence) {
        if let Some(name) = self.name {
            // SAFETY: the area is this thread's, and as long-lived; the kernel reads it at any time.
            unsafe { name.write_volatile(sequence) };
        }
    }

    /// Whether the thread has run without a pause since it was raised.
    pub fn stands(&self) -> bool {
        // SAFETY: as above.
        self.name.is_some_and(|name| unsafe { !name.read_volatile().is_null() })
    }
}

impl Drop for Flag {
    fn drop(&mut self) {
        self.set(ptr::null());
    }
}

#[cfg(target_arch = "x86_64")]
fn thread_pointer() -> *const u8 {
    let pointer;
    // SAFETY: the C library keeps the address of its thread block there, at the block itself.
    unsafe { std::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, readonly)) };
    pointer
}

#[cfg(target_arch = "aarch64")]
fn thread_pointer() -> *const u8 {
    let pointer;
    // SAFETY: the register that the C library reserves for it.
    unsafe { std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, nomem)) };
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_gives_up_its_core_lowers_its_flag() {
        let flag = Flag::find();
        if flag.name.is_none() {
            println!("skipped: this C library has no area for restartable sequences");
            return;
        }
        flag.raise();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(!flag.stands());
    }

    #[test]
    fn a_thread_that_runs_on_keeps_it() {
        let flag = Flag::find();
        let stood = (0..1000).filter(|_| {
            flag.raise();
            flag.stands()
        });
        assert!(flag.name.is_none() || stood.count() > 900);
    }
}
