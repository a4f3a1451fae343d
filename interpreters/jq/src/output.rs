//! A value of jq as JSON.

use jaq_json::{Num, Val};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// Writes a value; what JSON cannot hold is an error.
pub struct Output<'a>(pub &'a Val);

impl Serialize for Output<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Val::Null => serializer.serialize_unit(),
            Val::Bool(value) => serializer.serialize_bool(*value),
            Val::Num(number) => write_number(number, serializer),
            Val::TStr(text) => serializer.serialize_str(&String::from_utf8_lossy(text)),
            Val::BStr(_) => Err(S::Error::custom("the result has bytes, which JSON cannot hold")),
            Val::Arr(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(&Output(item))?;
                }
                list.end()
            }
            Val::Obj(entries) => {
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries.iter() {
                    let Val::TStr(key) = key else {
                        return Err(S::Error::custom(format!(
                            "the result has the key {key}, which is no text"
                        )));
                    };
                    object.serialize_entry(&*String::from_utf8_lossy(key), &Output(value))?;
                }
                object.end()
            }
        }
    }
}

/// Writes a number as jq does: NaN as null, the infinities as the largest numbers.
fn write_number<S: Serializer>(number: &Num, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Num::Int(value) => serializer.serialize_i64(*value as i64),
        Num::Float(value) if value.is_nan() => serializer.serialize_unit(),
        Num::Float(value) if value.is_infinite() => {
            serializer.serialize_f64(f64::MAX.copysign(*value))
        }
        Num::Float(value) => serializer.serialize_f64(*value),
        Num::BigInt(value) => raw(value.to_string(), serializer),
        Num::Dec(text) => raw(text.to_string(), serializer),
    }
}

fn raw<S: Serializer>(text: String, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
}
