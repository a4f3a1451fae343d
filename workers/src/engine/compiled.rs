//! A module compiled to bytes. `wasmer::Module` would also load its code, for which a compiling
//! worker, that runs none, would have to be allowed executable memory.

use super::{Survey, compiler};
use crate::fault::{Code, Fault};
use wasmer::Engine;
use wasmer::sys::{BaseTunables, Cranelift, Tunables};
use wasmer_compiler::{ArtifactBuild, ArtifactCreate, ModuleEnvironment};
use wasmer_types::ModuleInfo;

pub struct Compiled {
    pub engine: Engine,
    build: ArtifactBuild,
}

fn bad(error: impl std::fmt::Display) -> Fault {
    Fault::new(Code::BadModule, error)
}

impl Compiled {
    pub fn of(
        wasm: &[u8],
        survey: &Survey,
        cranelift: Cranelift,
        metered: bool,
    ) -> Result<Self, Fault> {
        let engine = compiler(cranelift, survey, metered);
        engine.validate(wasm).map_err(bad)?;
        let info = ModuleEnvironment::new().translate(wasm).map_err(bad)?.module;
        let tunables = BaseTunables::new();
        let memories = info.memories.values().map(|memory| tunables.memory_style(memory)).collect();
        let tables = info.tables.values().map(|table| tunables.table_style(table)).collect();
        let target = engine.target().clone();
        let build =
            ArtifactBuild::new(&mut engine.inner_mut(), wasm, &target, memories, tables, None)
                .map_err(bad)?;
        Ok(Self { engine: engine.into(), build })
    }

    pub fn info(&self) -> &ModuleInfo {
        self.build.module_info()
    }

    pub fn serialize(&self) -> Result<Vec<u8>, Fault> {
        self.build.serialize().map_err(bad)
    }
}
