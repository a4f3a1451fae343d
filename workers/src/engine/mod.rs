//! The wasm engine: which features a module may use, and how its memory is held down.

mod memory;

pub use memory::{Guard, LimitedTunables};

use wasmer::Engine;
use wasmer::sys::{EngineBuilder, Features, NativeEngineExt};

/// Names what an artifact depends on; part of the cache's key.
pub const NAME: &str = "wasmer-7.4.0-cranelift-1";

/// Deterministic features with one 32-bit memory of one thread's own.
fn features() -> Features {
    let mut features = Features::default();
    features.threads(false).memory64(false).multi_memory(false).exceptions(false);
    features
}

pub fn compiler() -> Engine {
    EngineBuilder::new(wasmer::sys::Cranelift::default())
        .set_features(Some(features()))
        .engine()
        .into()
}

/// An engine that loads artifacts and compiles nothing.
pub fn loader(tunables: LimitedTunables) -> Engine {
    let mut engine: Engine = EngineBuilder::headless().engine().into();
    engine.set_tunables(tunables);
    engine
}
