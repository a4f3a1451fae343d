//! The wasm engine: which features a module may use, and how its memory is held down.

mod fuel;
mod memory;
mod state;

pub use fuel::{Fuel, METERING_PREFIX};
pub use memory::{Guard, LimitedTunables};
pub use state::{RESTORABLE, RESUME, STATE_PREFIX, Survey};

use wasmer::Engine;
use wasmer::sys::{CompilerConfig, EngineBuilder, Features, NativeEngineExt};

/// Names what an artifact depends on; part of the cache's key.
pub const NAME: &str = "wasmer-7.4.0-cranelift-2";

/// Deterministic features with one 32-bit memory of one thread's own.
fn features() -> Features {
    let mut features = Features::default();
    features.threads(false).memory64(false).multi_memory(false).exceptions(false);
    features
}

/// An engine that compiles a module so that what the survey found can be restored, and so that its
/// instructions are counted if that is wanted.
pub fn compiler(survey: &Survey, metered: bool) -> Engine {
    let mut cranelift = wasmer::sys::Cranelift::default();
    if let Some(middleware) = survey.middleware() {
        cranelift.push_middleware(middleware);
    }
    if metered {
        fuel::meter(&mut cranelift);
    }
    EngineBuilder::new(cranelift).set_features(Some(features())).engine().into()
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
