//! What Lua has not and JSON has: null, and lists that are known to be lists.

use omnilua::{Lua, Result, Table, Value};

const LIST: &str = "pocket.list";

/// Give the value that stands for null where nil would leave a hole.
pub fn null() -> Value {
    Value::LightUserData(std::ptr::null_mut())
}

/// Say whether a value is `null`.
pub fn is_null(value: &Value) -> bool {
    matches!(value, Value::LightUserData(pointer) if pointer.is_null())
}

/// Make the mark that lists have.
pub fn prepare(lua: &Lua) -> Result<()> {
    let mark = lua.create_table()?;
    mark.set("__name", "list")?;
    lua.set_named_registry_value(LIST, mark)
}

/// Mark a table as a list, so that it is one though it may be empty.
pub fn as_list(lua: &Lua, table: &Table) -> Result<()> {
    table.set_metatable(Some(&mark(lua)?))
}

/// Say whether a table is marked as a list.
pub fn is_list(lua: &Lua, table: &Table) -> Result<bool> {
    Ok(table.get_metatable()? == Some(mark(lua)?))
}

fn mark(lua: &Lua) -> Result<Table> {
    lua.named_registry_value(LIST)
}
