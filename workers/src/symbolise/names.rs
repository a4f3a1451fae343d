//! What the section `name` calls the functions of a trace.

use super::demangle::demangle;
use super::sections::Sections;
use crate::trace::Stand;
use std::collections::{HashMap, HashSet};
use wasmer::sys::wasmparser::{BinaryReader, Name, NameSectionReader};

#[derive(Default)]
pub struct Names(HashMap<u32, String>);

impl Names {
    /// Looks for these functions only; what is malformed has no names from there on.
    pub fn of(sections: &Sections<'_>, stands: &[Stand]) -> Self {
        let wanted: HashSet<u32> = stands.iter().map(|stand| stand.function).collect();
        let mut found = HashMap::new();
        let reader = NameSectionReader::new(BinaryReader::new(sections.get("name"), 0));
        for names in reader.into_iter().map_while(Result::ok) {
            let Name::Function(names) = names else { continue };
            for name in names.into_iter().map_while(Result::ok) {
                if wanted.contains(&name.index) {
                    found.entry(name.index).or_insert_with(|| demangle(name.name));
                }
            }
        }
        Self(found)
    }

    pub fn has(&self, function: u32) -> bool {
        self.0.get(&function).is_some_and(|name| !name.is_empty())
    }

    /// The function's number where it has no name.
    pub fn get(&self, function: u32) -> String {
        let name = self.0.get(&function).filter(|name| !name.is_empty());
        name.cloned().unwrap_or_else(|| format!("function {function}"))
    }
}
