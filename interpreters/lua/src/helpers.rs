//! Functions that scripts have beside Lua's own.

// What Lua calls gets its arguments by value.
#![allow(clippy::needless_pass_by_value)]

use omnilua::{Error, Function, Lua, Result, Table, Value, Variadic};
use pocket_plugin_sdk::log;

use crate::from_lua::{from_lua, kind};
use crate::marks;
use crate::to_lua::to_lua;

/// Add every helper to the globals.
pub fn add(lua: &Lua, globals: &Table) -> Result<()> {
    marks::prepare(lua)?;
    globals.set("null", marks::null())?;
    globals.set("print", lua.create_function(print)?)?;
    globals.set("list", lua.create_function(list)?)?;
    globals.set("json_encode", lua.create_function(json_encode)?)?;
    globals.set("json_decode", lua.create_function(json_decode)?)?;
    globals.set("type_of", lua.create_function(|_, value: Value| Ok(kind(&value).to_owned()))?)?;
    globals.set("str_trim", lua.create_function(|_, text: String| Ok(text.trim().to_owned()))?)?;
    globals.set(
        "str_contains",
        lua.create_function(|_, (text, part): (String, String)| Ok(text.contains(&part)))?,
    )?;
    globals.set("str_split", lua.create_function(str_split)?)?;
    globals.set("str_replace", lua.create_function(str_replace)?)
}

/// Logs a line.
fn print(lua: &Lua, values: Variadic<Value>) -> Result<()> {
    let tostring: Function = lua.globals().get("tostring")?;
    let words =
        values.iter().map(|value| tostring.call::<_, String>(value)).collect::<Result<Vec<_>>>()?;
    log::info(&words.join("\t"));
    Ok(())
}

/// Marks a table as a list.
fn list(lua: &Lua, table: Option<Table>) -> Result<Table> {
    let table = table.map_or_else(|| lua.create_table(), Ok)?;
    marks::as_list(lua, &table)?;
    Ok(table)
}

fn json_encode(lua: &Lua, value: Value) -> Result<String> {
    from_lua(lua, &value, "value").map(|json| json.to_string()).map_err(failure)
}

fn json_decode(lua: &Lua, text: String) -> Result<Value> {
    let json =
        serde_json::from_str(&text).map_err(|error| failure(format!("not JSON: {error}")))?;
    to_lua(lua, &json)
}

fn str_split(lua: &Lua, (text, separator): (String, Option<String>)) -> Result<Table> {
    let separator = separator.filter(|separator| !separator.is_empty());
    let table = lua.create_table()?;
    for part in text.split(separator.as_deref().unwrap_or(" ")) {
        table.push(part)?;
    }
    Ok(table)
}

/// Replaces plain text: `str_replace(text, old, new, count)`, everywhere without a count.
fn str_replace(_: &Lua, (text, old, rest): (String, String, Variadic<Value>)) -> Result<String> {
    let new = match rest.first() {
        Some(Value::String(new)) => new.to_str()?,
        _ => return Err(failure("str_replace wants a text as its third argument".to_owned())),
    };
    Ok(match rest.get(1) {
        None | Some(Value::Nil) => text.replace(&old, &new),
        Some(Value::Integer(count)) => match usize::try_from(*count) {
            Ok(count) => text.replacen(&old, &new, count),
            Err(_) => text.replace(&old, &new),
        },
        _ => {
            return Err(failure(
                "str_replace wants a whole number as its fourth argument".to_owned(),
            ));
        }
    })
}

fn failure(message: String) -> Error {
    omnilua::LuaError::runtime(format_args!("{message}")).into()
}
