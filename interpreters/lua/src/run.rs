//! The node type `run`: what a script returns.

use omnilua::{Function, Lua, Table, Value, Variadic};
use pocket_plugin_sdk::{Context, NodeMetadata, PluginNode};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::from_lua::{from_lua, kind};
use crate::interpreter;
use crate::to_lua::to_lua;

/// Runs a script.
pub struct Run;

/// A script, and where its first line stands.
#[derive(Deserialize)]
pub struct Script {
    text: String,
    pub(crate) name: String,
    line: usize,
}

impl Script {
    /// Compile the script.
    pub fn compile(&self, lua: &Lua) -> Result<Function, String> {
        interpreter::compile(lua, &self.text, &self.name, self.line)
            .map_err(|error| error.to_string())
    }
}

/// What a script returned.
#[derive(Serialize)]
pub struct Returned {
    output: Json,
    action: Option<String>,
}

impl PluginNode for Run {
    type Input = Json;
    type Output = Option<Returned>;

    /// Give what a script returns, or None where it returns nothing.
    fn exec_with(&self, input: Json, context: &Context<'_>) -> Result<Option<Returned>, String> {
        let script: Script = context.config()?;
        interpreter::with(|lua| {
            let results = call(lua, &script, &input)?;
            returned(lua, &results)
        })
    }

    fn metadata(&self) -> NodeMetadata {
        // Asked for once, before the state that every call begins from is kept: no call pays for it.
        interpreter::with(|_| ());
        NodeMetadata {
            node_type: "run".to_owned(),
            category: "script".to_owned(),
            description: "Gives what a Lua script returns".to_owned(),
            ..NodeMetadata::default()
        }
    }
}

fn call(lua: &Lua, script: &Script, input: &Json) -> Result<Vec<Value>, String> {
    let prepared = script.compile(lua)?;
    let read = |error: omnilua::Error| error.to_string();
    let globals = lua.globals();
    globals.set("input", to_lua(lua, input).map_err(read)?).map_err(read)?;
    let pcall: Function = globals.get("pcall").map_err(read)?;
    let mut results = pcall.call::<_, Variadic<Value>>(prepared).map_err(read)?.into_vec();
    let first = results.remove(0);
    if matches!(first, Value::Boolean(true)) {
        Ok(results)
    } else {
        Err(message(lua, results.first()))
    }
}

fn returned(lua: &Lua, results: &[Value]) -> Result<Option<Returned>, String> {
    let Some(output) = results.first() else {
        return Ok(None);
    };
    let action = match results.get(1) {
        None | Some(Value::Nil) => None,
        Some(Value::String(action)) => Some(action.to_str().map_err(|error| error.to_string())?),
        Some(other) => {
            return Err(format!(
                "the second value that the script returns is its action, a string, not a {}",
                kind(other)
            ));
        }
    };
    let output = from_lua(lua, output, "output")?;
    Ok(Some(Returned { output, action }))
}

/// Give the text of what a script raised: of a table without `__tostring`, its JSON.
fn message(lua: &Lua, raised: Option<&Value>) -> String {
    let Some(raised) = raised else {
        return "nil".to_owned();
    };
    if let Value::Table(table) = raised
        && !names_itself(table)
        && let Ok(json) = from_lua(lua, raised, "error")
    {
        return json.to_string();
    }
    let tostring = lua.globals().get::<_, Function>("tostring");
    tostring
        .and_then(|tostring| tostring.call(raised))
        .unwrap_or_else(|_| format!("a {}", kind(raised)))
}

fn names_itself(table: &Table) -> bool {
    let metatable = table.get_metatable().ok().flatten();
    metatable.is_some_and(|metatable| !matches!(metatable.raw_get("__tostring"), Ok(Value::Nil)))
}
