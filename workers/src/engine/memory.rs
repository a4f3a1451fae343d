//! Memory and tables of a guest, capped when created and when grown.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmer::sys::{BaseTunables, Tunables};
use wasmer_types::{MemoryError, MemoryStyle, MemoryType, Pages, TableStyle, TableType};
use wasmer_vm::{LinearMemory, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition};

/// Remembers that the guest was refused memory, so that its failure can be named.
#[derive(Clone, Debug, Default)]
pub struct Guard(Arc<AtomicBool>);

impl Guard {
    fn refuse(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether memory was refused since this was asked last.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct LimitedMemory {
    inner: VMMemory,
    guard: Guard,
}

impl LinearMemory for LimitedMemory {
    fn ty(&self) -> MemoryType {
        self.inner.ty()
    }

    fn size(&self) -> Pages {
        self.inner.size()
    }

    fn style(&self) -> MemoryStyle {
        self.inner.style()
    }

    fn grow(&mut self, delta: Pages) -> Result<Pages, MemoryError> {
        self.inner.grow(delta).inspect_err(|_| self.guard.refuse())
    }

    fn reset(&mut self) -> Result<(), MemoryError> {
        self.inner.reset()
    }

    fn vmmemory(&self) -> NonNull<VMMemoryDefinition> {
        self.inner.vmmemory()
    }

    fn try_clone(&self) -> Result<Box<dyn LinearMemory + Send + Sync>, MemoryError> {
        let inner = self.inner.try_clone()?;
        Ok(Box::new(Self { inner, guard: self.guard.clone() }))
    }

    fn copy(&self) -> Result<Box<dyn LinearMemory + Send + Sync>, MemoryError> {
        self.inner.copy().map(|memory| memory as Box<dyn LinearMemory + Send + Sync>)
    }
}

pub struct LimitedTunables {
    base: BaseTunables,
    pages: Pages,
    table_elements: u32,
    guard: Guard,
}

impl LimitedTunables {
    pub fn new(memory_bytes: u64, table_elements: u32, guard: Guard) -> Self {
        let pages = Pages(u32::try_from(memory_bytes >> 16).unwrap_or(u32::MAX).min(65_536));
        Self { base: BaseTunables::new(), pages, table_elements, guard }
    }

    fn capped_memory(&self, wanted: &MemoryType) -> Result<MemoryType, MemoryError> {
        if wanted.minimum > self.pages {
            self.guard.refuse();
            return Err(MemoryError::Generic(format!(
                "the module starts with {} pages of 64 KiB, the limit is {}",
                wanted.minimum.0, self.pages.0
            )));
        }
        let mut capped = *wanted;
        capped.maximum = Some(wanted.maximum.map_or(self.pages, |maximum| maximum.min(self.pages)));
        Ok(capped)
    }

    fn capped_table(&self, wanted: &TableType) -> Result<TableType, String> {
        if wanted.minimum > self.table_elements {
            return Err(format!(
                "the module starts with a table of {} elements, the limit is {}",
                wanted.minimum, self.table_elements
            ));
        }
        let mut capped = *wanted;
        let maximum = wanted.maximum.unwrap_or(self.table_elements);
        capped.maximum = Some(maximum.min(self.table_elements));
        Ok(capped)
    }

    fn guarded(&self, inner: VMMemory) -> VMMemory {
        let limited = LimitedMemory { inner, guard: self.guard.clone() };
        VMMemory::from(Box::new(limited) as Box<dyn LinearMemory + Send + Sync>)
    }
}

impl Tunables for LimitedTunables {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        self.base.memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
    ) -> Result<VMMemory, MemoryError> {
        let memory = self.base.create_host_memory(&self.capped_memory(ty)?, style)?;
        Ok(self.guarded(memory))
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        place: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        // SAFETY: `place` is the caller's promise, passed on as it came.
        let memory = unsafe { self.base.create_vm_memory(&self.capped_memory(ty)?, style, place) }?;
        Ok(self.guarded(memory))
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(&self.capped_table(ty)?, style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        place: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: `place` is the caller's promise, passed on as it came.
        unsafe { self.base.create_vm_table(&self.capped_table(ty)?, style, place) }
    }

    fn vmconfig(&self) -> &wasmer_vm::VMConfig {
        self.base.vmconfig()
    }
}
