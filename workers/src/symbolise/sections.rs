//! The custom sections of a module, by name.

use std::collections::HashMap;
use wasmer::sys::wasmparser::{Parser, Payload};

#[derive(Default)]
pub struct Sections<'a>(HashMap<&'a str, &'a [u8]>);

impl<'a> Sections<'a> {
    /// Takes those that can be read; of two with one name, the first.
    pub fn of(module: &'a [u8]) -> Self {
        let mut sections = HashMap::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload {
                Ok(Payload::CustomSection(section)) => {
                    sections.entry(section.name()).or_insert(section.data());
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Self(sections)
    }

    /// Empty where there is none.
    pub fn get(&self, name: &str) -> &'a [u8] {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// A custom section, to be put behind a module.
pub fn custom_section(name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    // A `Vec` takes what is written to it.
    let _ = gimli::leb128::write::unsigned(&mut body, name.len() as u64);
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    let mut section = vec![0];
    let _ = gimli::leb128::write::unsigned(&mut section, body.len() as u64);
    section.extend(body);
    section
}
