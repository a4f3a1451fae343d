//! JSON values as Lua has them.

use omnilua::{IntoLua, Lua, Result, Table, Value};
use serde_json::Value as Json;

use crate::marks;

/// Give a value; null is nil.
pub fn to_lua(lua: &Lua, json: &Json) -> Result<Value> {
    match json {
        Json::Null => Ok(Value::Nil),
        Json::Bool(value) => Ok(Value::Boolean(*value)),
        Json::Number(number) => {
            let float = || Value::Number(number.as_f64().unwrap_or_default());
            Ok(number.as_i64().map_or_else(float, Value::Integer))
        }
        Json::String(text) => text.as_str().into_lua(lua),
        Json::Array(items) => list(lua, items).map(Value::Table),
        Json::Object(entries) => {
            let table = lua.create_table()?;
            for (key, value) in entries {
                table.raw_set(key.as_str(), to_lua(lua, value)?)?;
            }
            Ok(Value::Table(table))
        }
    }
}

/// Give a marked list, in which null keeps its place.
fn list(lua: &Lua, items: &[Json]) -> Result<Table> {
    let table = lua.create_table()?;
    for (index, item) in (1_i64..).zip(items) {
        let value = if item.is_null() { marks::null() } else { to_lua(lua, item)? };
        table.raw_set(index, value)?;
    }
    marks::as_list(lua, &table)?;
    Ok(table)
}
