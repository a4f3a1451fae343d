//! Fuel: a budget of instructions, the same on every machine. One instruction costs 1; those that
//! move many bytes or table elements at once cost by their length as well.

use std::sync::{Arc, Mutex};
use wasmer::sys::wasmparser::{BlockType, Operator};
use wasmer::sys::{
    CompilerConfig, Cranelift, FunctionMiddleware, MiddlewareReaderState, ModuleMiddleware,
};
use wasmer::{Global, Instance, Store, Value};
use wasmer_middlewares::Metering;
use wasmer_types::{
    ExportIndex, GlobalIndex, GlobalInit, GlobalType, LocalFunctionIndex, MiddlewareError,
    ModuleInfo, Mutability, Type,
};

/// Names that begin with it are the meter's; a module may not export one.
pub const METERING_PREFIX: &str = "wasmer_metering_";
const REMAINING: &str = "wasmer_metering_remaining_points";
const EXHAUSTED: &str = "wasmer_metering_points_exhausted";
/// Until the first call the CPU timer alone is the limit.
const PLENTY: u64 = i64::MAX.unsigned_abs();

/// Makes the compiler count.
pub fn meter(cranelift: &mut Cranelift) {
    cranelift.push_middleware(Arc::new(Metering::new(PLENTY, |_: &Operator<'_>| 1)));
    cranelift.push_middleware(Arc::new(BulkMetering::default()));
}

/// The meter of one instance.
pub struct Fuel {
    remaining: Global,
    exhausted: Global,
}

impl Fuel {
    /// None for a module that was compiled without one.
    pub fn of(instance: &Instance) -> Option<Self> {
        let global = |name| instance.exports.get_global(name).ok().cloned();
        Some(Self { remaining: global(REMAINING)?, exhausted: global(EXHAUSTED)? })
    }

    pub fn fill(&self, store: &mut Store, fuel: u64) {
        // Both globals are mutable and of these types, as the meter made them.
        let _ = self.remaining.set(store, Value::I64(fuel.min(PLENTY).cast_signed()));
        let _ = self.exhausted.set(store, Value::I32(0));
    }

    pub fn remaining(&self, store: &mut Store) -> u64 {
        if self.is_exhausted(store) {
            return 0;
        }
        self.remaining.get(store).i64().unwrap_or(0).cast_unsigned()
    }

    pub fn is_exhausted(&self, store: &mut Store) -> bool {
        self.exhausted.get(store).i32() != Some(0)
    }
}

/// The globals that the injected instructions use.
#[derive(Clone, Copy, Debug)]
struct Globals {
    remaining: u32,
    exhausted: u32,
    /// Holds the length while it is being charged.
    length: u32,
}

/// Charges bulk instructions by their length. Comes after the meter, whose globals it finds.
#[derive(Debug, Default)]
struct BulkMetering {
    globals: Mutex<Option<Globals>>,
}

fn exported(info: &ModuleInfo, name: &str) -> Result<u32, MiddlewareError> {
    match info.exports.get(name) {
        Some(ExportIndex::Global(index)) => Ok(index.as_u32()),
        _ => Err(MiddlewareError::new("BulkMetering", "there is no meter")),
    }
}

impl ModuleMiddleware for BulkMetering {
    fn generate_function_middleware<'a>(
        &self,
        _: LocalFunctionIndex,
    ) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(FunctionBulkMetering { globals: self.globals.lock().map_or(None, |held| *held) })
    }

    fn transform_module_info(&self, info: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        let length: GlobalIndex = info.globals.push(GlobalType::new(Type::I32, Mutability::Var));
        info.global_initializers.push(GlobalInit::I32Const(0));
        let globals = Globals {
            remaining: exported(info, REMAINING)?,
            exhausted: exported(info, EXHAUSTED)?,
            length: length.as_u32(),
        };
        if let Ok(mut held) = self.globals.lock() {
            *held = Some(globals);
        }
        Ok(())
    }
}

#[derive(Debug)]
struct FunctionBulkMetering {
    globals: Option<Globals>,
}

/// How many bytes or elements one unit of fuel moves, as a power of two; None for an instruction
/// that has no length on top of the stack.
fn shift(operator: &Operator<'_>) -> Option<i64> {
    match operator {
        // A processor moves eight bytes in the time of one simple instruction, or more.
        Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } | Operator::MemoryInit { .. } => {
            Some(3)
        }
        Operator::TableFill { .. }
        | Operator::TableCopy { .. }
        | Operator::TableInit { .. }
        | Operator::TableGrow { .. }
        | Operator::MemoryGrow { .. } => Some(0),
        _ => None,
    }
}

impl<'a> FunctionMiddleware<'a> for FunctionBulkMetering {
    fn feed(
        &mut self,
        operator: Operator<'a>,
        state: &mut MiddlewareReaderState<'a>,
    ) -> Result<(), MiddlewareError> {
        if let Some(shift) = shift(&operator) {
            let Some(Globals { remaining, exhausted, length }) = self.globals else {
                return Err(MiddlewareError::new("BulkMetering", "there is no meter"));
            };
            let cost = [
                Operator::GlobalGet { global_index: length },
                Operator::I64ExtendI32U,
                Operator::I64Const { value: shift },
                Operator::I64ShrU,
            ];
            state.push_operator(Operator::GlobalSet { global_index: length });
            state.push_operator(Operator::GlobalGet { global_index: remaining });
            state.extend(&cost);
            state.extend(&[
                Operator::I64LtU,
                Operator::If { blockty: BlockType::Empty },
                Operator::I32Const { value: 1 },
                Operator::GlobalSet { global_index: exhausted },
                Operator::Unreachable,
                Operator::End,
                Operator::GlobalGet { global_index: remaining },
            ]);
            state.extend(&cost);
            state.extend(&[
                Operator::I64Sub,
                Operator::GlobalSet { global_index: remaining },
                Operator::GlobalGet { global_index: length },
            ]);
        }
        state.push_operator(operator);
        Ok(())
    }
}
