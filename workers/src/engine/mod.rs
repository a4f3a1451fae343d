//! The wasm engine: which features a module may use, and how its memory is held down.

mod compiled;
mod fuel;
mod memory;
mod state;

pub use compiled::Compiled;
pub use fuel::{Fuel, METERING_PREFIX};
pub use memory::{Guard, LimitedTunables};
pub use state::{RESTORABLE, RESUME, STATE_PREFIX, Survey};

use crate::fault::{Code, Fault};
use std::num::NonZero;
use wasmer::Engine;
use wasmer::sys::{CompilerConfig, Cranelift, EngineBuilder, Features, NativeEngineExt};

/// Names what an artifact depends on; part of the cache's key.
pub const NAME: &str = "wasmer-7.4.0-cranelift-2";

/// Deterministic features with one 32-bit memory of one thread's own.
fn features() -> Features {
    let mut features = Features::default();
    features.threads(false).memory64(false).multi_memory(false).exceptions(false);
    features
}

/// The compiler's settings; making them looks for the number of CPUs in files, so it comes early.
pub fn cranelift() -> Cranelift {
    let mut cranelift = Cranelift::default();
    cranelift.num_threads(NonZero::<usize>::MIN);
    cranelift
}

/// An engine that compiles a module so that what the survey found can be restored, and so that its
/// instructions are counted if that is wanted.
fn compiler(mut cranelift: Cranelift, survey: &Survey, metered: bool) -> wasmer_compiler::Engine {
    if let Some(middleware) = survey.middleware() {
        cranelift.push_middleware(middleware);
    }
    if metered {
        fuel::meter(&mut cranelift);
    }
    EngineBuilder::new(cranelift).set_features(Some(features())).engine()
}

/// Stack of a guest: an interpreter such as QuickJS has to notice its own limit before this one.
const STACK_BYTES: usize = 8 << 20;

/// An engine that loads artifacts and compiles nothing.
pub fn loader(tunables: LimitedTunables) -> Engine {
    wasmer_vm::set_stack_size(STACK_BYTES);
    let mut engine: Engine = EngineBuilder::headless().engine().into();
    engine.set_tunables(tunables);
    engine
}

/// Takes the signal handlers and the stacks that a guest's traps need, while the process still may.
pub fn prepare_traps() -> Result<(), Fault> {
    wasmer_vm::init_traps();
    let config = wasmer_vm::VMConfig { wasm_stack_size: None };
    // SAFETY: nothing is on the guest's stack that would have to be dropped.
    unsafe { wasmer_vm::catch_traps(None, &config, || ()) }
        .map_err(|_| Fault::new(Code::Sandbox, "no memory for the stack of signals"))
}
