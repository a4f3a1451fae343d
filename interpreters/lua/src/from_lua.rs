//! Lua values as JSON has them.

use omnilua::{Lua, Table, Value};
use serde_json::{Map, Number, Value as Json};

use crate::marks;

/// Deepest nesting of tables; a table in itself is deeper.
const MAX_DEPTH: usize = 120;
/// How many items a marked list may be short of its last index.
const MAX_HOLES: usize = 1000;

/// Give a value; an error names the place of what JSON cannot hold.
pub fn from_lua(lua: &Lua, value: &Value, place: &str) -> Result<Json, String> {
    Writer { lua, depth: 0 }.value(value, place)
}

#[derive(Clone, Copy)]
struct Writer<'a> {
    lua: &'a Lua,
    depth: usize,
}

impl Writer<'_> {
    fn value(self, value: &Value, place: &str) -> Result<Json, String> {
        match value {
            Value::Nil => Ok(Json::Null),
            Value::Boolean(value) => Ok(Json::Bool(*value)),
            Value::Integer(value) => Ok(Json::from(*value)),
            Value::Number(value) => {
                let number = Number::from_f64(*value).map(Json::Number);
                number.ok_or_else(|| format!("{place} is {value}, which JSON cannot hold"))
            }
            Value::String(text) => {
                let bytes = text.as_bytes().map_err(|error| error.to_string())?;
                let text = String::from_utf8(bytes);
                text.map(Json::String).map_err(|_| format!("{place} is a text that is not UTF-8"))
            }
            Value::Table(table) => self.table(table, place),
            other if marks::is_null(other) => Ok(Json::Null),
            other => Err(format!("{place} is a {}, which JSON cannot hold", kind(other))),
        }
    }

    fn table(self, table: &Table, place: &str) -> Result<Json, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("tables are nested more than {MAX_DEPTH} deep"));
        }
        let inner = Self { depth: self.depth + 1, ..self };
        let read = |error: omnilua::Error| error.to_string();
        let marked = marks::is_list(self.lua, table).map_err(read)?;
        let pairs = table.raw_pairs().map_err(read)?;
        let positions: Option<Vec<usize>> = pairs.iter().map(|(key, _)| position(key)).collect();
        match positions {
            Some(positions) if marked || is_sequence(&positions) => {
                inner.list(&pairs, &positions, place)
            }
            _ => inner.object(&pairs, place),
        }
    }

    fn list(
        self,
        pairs: &[(Value, Value)],
        positions: &[usize],
        place: &str,
    ) -> Result<Json, String> {
        let length = positions.iter().max().copied().unwrap_or_default();
        if length - pairs.len() > MAX_HOLES {
            return Err(format!("{place} is a list with {} holes", length - pairs.len()));
        }
        let mut items = vec![Json::Null; length];
        for (position, (_, value)) in positions.iter().zip(pairs) {
            items[position - 1] = self.value(value, &format!("{place}[{position}]"))?;
        }
        Ok(Json::Array(items))
    }

    fn object(self, pairs: &[(Value, Value)], place: &str) -> Result<Json, String> {
        let mut entries = Map::new();
        for (key, value) in pairs {
            let name = match key {
                Value::Integer(number) => number.to_string(),
                Value::String(text) => {
                    text.to_str().map_err(|_| format!("{place} has a key that is not UTF-8"))?
                }
                other => return Err(format!("{place} has a {} as a key", kind(other))),
            };
            let inner = self.value(value, &format!("{place}.{name}"))?;
            if entries.insert(name, inner).is_some() {
                return Err(format!(
                    "{place} has a number and a text as keys that are the same in JSON"
                ));
            }
        }
        Ok(Json::Object(entries))
    }
}

fn position(key: &Value) -> Option<usize> {
    match key {
        Value::Integer(number) if *number > 0 => usize::try_from(*number).ok(),
        _ => None,
    }
}

/// Says whether positions, each of which is there once, are 1 to some number above 0.
fn is_sequence(positions: &[usize]) -> bool {
    positions.iter().max() == Some(&positions.len())
}

/// Names what kind of value something is.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Boolean(_) => "boolean",
        Value::Integer(_) | Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Table(_) => "table",
        Value::Function(_) => "function",
        Value::Thread(_) => "thread",
        other if marks::is_null(other) => "null",
        Value::UserData(_) | Value::LightUserData(_) => "userdata",
    }
}
