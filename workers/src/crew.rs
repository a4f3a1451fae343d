//! The one thread that compiling needs besides its own, made before the sandbox forbids threads.
//!
//! cranelift compiles on a pool that wasmer makes for each module, and no setting makes it do
//! without. So that no policy has to allow clone(2), the thread of that pool exists beforehand and
//! waits: `pthread_create` below stands in for the C library's and hands it what it is to run.

use crate::fault::{Code, Fault};
use libc::{c_int, c_void, pthread_attr_t, pthread_t};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

type Start = extern "C" fn(*mut c_void) -> *mut c_void;
type Create =
    unsafe extern "C" fn(*mut pthread_t, *const pthread_attr_t, Start, *mut c_void) -> c_int;

/// Stack of the thread: cranelift recurses over what a module nests.
const STACK_BYTES: usize = 16 << 20;

struct Job {
    start: Start,
    /// The argument's address; the thread that runs the job is the one that it is for.
    argument: usize,
}

enum Crew {
    Nobody,
    /// The thread has made the system calls of its beginning, and waits.
    Ready,
    Waiting(pthread_t),
    Given(Job),
}

static CREW: Mutex<Crew> = Mutex::new(Crew::Nobody);
static CALLED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, Crew> {
    CREW.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the waiting thread, and keeps rayon from making any for work outside such a pool.
pub fn hire() -> Result<(), Fault> {
    // SAFETY: mallopt only sets a number: both threads share one arena, no further one is mapped.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    wasmer_vm::init_traps();
    let Some(real) = real() else {
        return Err(Fault::new(Code::Sandbox, "compiler thread: no pthread_create"));
    };
    let mut thread = 0;
    // SAFETY: the attributes are made, used and destroyed here; `wait` needs no argument.
    let made = unsafe {
        let mut attributes = std::mem::zeroed();
        libc::pthread_attr_init(&raw mut attributes);
        libc::pthread_attr_setstacksize(&raw mut attributes, STACK_BYTES);
        let made = real(&raw mut thread, &raw const attributes, wait, std::ptr::null_mut());
        libc::pthread_attr_destroy(&raw mut attributes);
        made
    };
    if made != 0 {
        return Err(Fault::new(Code::Sandbox, format!("compiler thread: error {made}")));
    }
    let mut crew = lock();
    while !matches!(*crew, Crew::Ready) {
        crew = CALLED.wait(crew).unwrap_or_else(PoisonError::into_inner);
    }
    *crew = Crew::Waiting(thread);
    drop(crew);
    let global = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    global.build_global().map_err(|error| Fault::new(Code::Sandbox, error))
}

/// Runs the job once it is there, then waits for the end of the process: a thread that ended would
/// need system calls of its own.
extern "C" fn wait(_: *mut c_void) -> *mut c_void {
    let job = {
        let mut crew = lock();
        *crew = Crew::Ready;
        CALLED.notify_all();
        loop {
            match std::mem::replace(&mut *crew, Crew::Nobody) {
                Crew::Given(job) => break job,
                other => *crew = other,
            }
            crew = CALLED.wait(crew).unwrap_or_else(PoisonError::into_inner);
        }
    };
    (job.start)(job.argument as *mut c_void);
    let mut crew = lock();
    loop {
        crew = CALLED.wait(crew).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The C library's own, behind the stand-in; none in a program that was linked in an unknown way.
fn real() -> Option<Create> {
    // SAFETY: a symbol of this name has this type in every C library; null becomes None.
    unsafe {
        let symbol = libc::dlsym(libc::RTLD_NEXT, c"pthread_create".as_ptr());
        std::mem::transmute::<*mut c_void, Option<Create>>(symbol)
    }
}

/// What Rust's library calls to make a thread.
///
/// # Safety
/// As for pthread_create(3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_create(
    thread: *mut pthread_t,
    attributes: *const pthread_attr_t,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let mut crew = lock();
    if let Crew::Waiting(waiting) = *crew {
        *crew = Crew::Given(Job { start, argument: argument as usize });
        CALLED.notify_all();
        // SAFETY: the caller's promise.
        unsafe { *thread = waiting };
        return 0;
    }
    drop(crew);
    let Some(real) = real() else { return libc::EAGAIN };
    // SAFETY: passed on as it came.
    unsafe { real(thread, attributes, start, argument) }
}
