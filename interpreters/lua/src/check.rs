//! The node type `check`: what is wrong with a script.

use pocket_plugin_sdk::{NodeMetadata, PluginNode};
use serde::Serialize;

use crate::interpreter;
use crate::run::Script;

/// What is wrong, and in which line.
#[derive(Serialize)]
pub struct Problem {
    line: Option<usize>,
    message: String,
}

impl Problem {
    /// Take apart what Lua says: `name:line: message`.
    fn of(said: &str, name: &str) -> Self {
        let placed = said.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
        let parts = placed.and_then(|rest| rest.split_once(": "));
        match parts.and_then(|(line, message)| Some((line.parse().ok()?, message))) {
            Some((line, message)) => Self { line: Some(line), message: message.to_owned() },
            None => Self { line: None, message: said.to_owned() },
        }
    }
}

/// Compiles a script.
pub struct Check;

impl PluginNode for Check {
    type Input = Script;
    type Output = Option<Problem>;

    /// Give what is wrong, or None.
    fn exec(&self, script: Script) -> Result<Option<Problem>, String> {
        let wrong = interpreter::with(|lua| script.compile(lua).err());
        Ok(wrong.map(|said| Problem::of(&said, &script.name)))
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "check".to_owned(),
            category: "script".to_owned(),
            description: "Says what is wrong with a Lua script".to_owned(),
            ..NodeMetadata::default()
        }
    }
}
