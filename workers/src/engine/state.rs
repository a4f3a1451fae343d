//! What a call can change in an instance, found out before compiling, so that a worker can bring it
//! back: memory and mutable globals. An instance that changes more is made anew for each call.

use super::METERING_PREFIX;
use std::sync::Arc;
use wasmer::sys::wasmparser::{Export, Operator, Parser, Payload, TypeRef};
use wasmer::sys::{FunctionMiddleware, ModuleMiddleware};
use wasmer_types::{ExportIndex, LocalFunctionIndex, MemoryIndex, MiddlewareError, ModuleInfo};

/// Names that begin with it are this file's; a module may not export one.
pub const STATE_PREFIX: &str = "__pocket_state_";
/// Stands for "memory and the globals of this prefix are all that a call can change".
pub const RESTORABLE: &str = "__pocket_state_restorable";
/// Called after every restore; a module whose random numbers must not repeat has to have it.
pub const RESUME: &str = "__pocket_resume";

type Broken = wasmer::sys::wasmparser::BinaryReaderError;

/// What a look at a module's bytes says.
#[derive(Debug, Default)]
pub struct Survey {
    /// Exports that only Pocket may have.
    pub reserved: Vec<String>,
    keeps_tables_and_segments: bool,
    draws_random_numbers: bool,
    resumes: bool,
    /// Whether it exports `_start`, and whether it exports `__pocket_call`.
    command: bool,
    pocket: bool,
    /// Whether it has a start function, which runs before the state is remembered.
    starts: bool,
}

impl Survey {
    pub fn of(wasm: &[u8]) -> Result<Self, Broken> {
        let mut survey = Self { keeps_tables_and_segments: true, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            survey.take(payload?)?;
        }
        Ok(survey)
    }

    fn take(&mut self, payload: Payload<'_>) -> Result<(), Broken> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let function = matches!(import.ty, TypeRef::Func(_));
                    self.draws_random_numbers |= function && import.name == "random_get";
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.see(&export?);
                }
            }
            Payload::StartSection { .. } => self.starts = true,
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    self.keeps_tables_and_segments &= !leaves_traces(&operator?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn see(&mut self, export: &Export<'_>) {
        self.resumes |= export.name == RESUME;
        self.command |= export.name == "_start";
        self.pocket |= export.name.starts_with("__pocket_");
        if [STATE_PREFIX, METERING_PREFIX].iter().any(|prefix| export.name.starts_with(prefix)) {
            self.reserved.push(export.name.to_owned());
        }
    }

    fn restorable(&self) -> bool {
        // Nothing of a command runs before its calls, so nothing random can be in its first state.
        let untouched = self.command && !self.pocket && !self.starts;
        let repeats = self.draws_random_numbers && !self.resumes && !untouched;
        self.keeps_tables_and_segments && !repeats
    }

    /// What has to be put into the compiler to make the state reachable, if it can be restored.
    pub fn middleware(&self) -> Option<Arc<dyn ModuleMiddleware>> {
        self.restorable().then(|| Arc::new(ExportState) as Arc<dyn ModuleMiddleware>)
    }
}

/// Whether an operator changes what neither memory nor a global is.
fn leaves_traces(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableInit { .. }
            | Operator::TableCopy { .. }
            | Operator::ElemDrop { .. }
            | Operator::DataDrop { .. }
    )
}

/// Exports every mutable global under the prefix, and the mark.
#[derive(Debug)]
struct ExportState;

impl ModuleMiddleware for ExportState {
    fn generate_function_middleware<'a>(
        &self,
        _: LocalFunctionIndex,
    ) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(Unchanged)
    }

    fn transform_module_info(&self, info: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        let mutable: Vec<_> = info
            .globals
            .iter()
            .filter(|(_, global)| global.mutability.is_mutable())
            .map(|(index, _)| index)
            .collect();
        for (number, index) in mutable.into_iter().enumerate() {
            let name = format!("{STATE_PREFIX}global_{number}");
            info.exports.insert(name, ExportIndex::Global(index));
        }
        if !info.memories.is_empty() {
            let memory = ExportIndex::Memory(MemoryIndex::from_u32(0));
            info.exports.insert(RESTORABLE.to_owned(), memory);
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Unchanged;

impl FunctionMiddleware<'_> for Unchanged {}
