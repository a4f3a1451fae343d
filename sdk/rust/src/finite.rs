//! NaN and infinity, which JSON cannot hold, found before `serde_json` makes them `null`.

use std::fmt::Display;

use serde::ser::{self, Serialize};

/// Give an error that names the first number of `output` that JSON cannot hold.
pub fn check<T: Serialize>(output: &T) -> Result<(), String> {
    let fault = output.serialize(Finite);
    fault.map_err(|Fault { place, reason }| format!("output{place} {reason}"))
}

type Verdict = Result<(), Fault>;

#[derive(Debug)]
struct Fault {
    place: String,
    reason: String,
}

impl Fault {
    fn within(mut self, parent: impl Display) -> Self {
        self.place = format!("{parent}{}", self.place);
        self
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self {
            place: String::new(),
            reason: message.to_string(),
        }
    }
}

/// Walks a value without writing anything.
struct Finite;

macro_rules! harmless {
    ($($method:ident($kind:ty))+) => {
        $(fn $method(self, _: $kind) -> Verdict {
            Ok(())
        })+
    };
}

impl ser::Serializer for Finite {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    harmless! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_i128(i128) serialize_u128(u128) serialize_unit_struct(&'static str)
    }

    fn serialize_f32(self, number: f32) -> Verdict {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Verdict {
        if number.is_finite() {
            return Ok(());
        }
        Err(ser::Error::custom(format_args!(
            "is {number}, which JSON cannot hold"
        )))
    }

    fn serialize_none(self) -> Verdict {
        Ok(())
    }

    fn serialize_unit(self) -> Verdict {
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Verdict {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Verdict {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Verdict {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Verdict {
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Verdict {
        Fields::check(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements, Fault> {
        Ok(Elements { index: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<Elements, Fault> {
        Ok(Elements { index: 0 })
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Elements, Fault> {
        Ok(Elements { index: 0 })
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Elements, Fault> {
        Ok(Elements { index: 0 })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Fault> {
        Ok(Fields)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Fault> {
        Ok(Fields)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields, Fault> {
        Ok(Fields)
    }
}

struct Elements {
    index: usize,
}

macro_rules! elements {
    ($($kind:ident::$method:ident)+) => {
        $(impl ser::$kind for Elements {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Verdict {
                let verdict = value.serialize(Finite);
                verdict.map_err(|fault| fault.within(format_args!("[{}]", self.index)))?;
                self.index += 1;
                Ok(())
            }

            fn end(self) -> Verdict {
                Ok(())
            }
        })+
    };
}

elements! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

struct Fields;

impl Fields {
    fn check<T: Serialize + ?Sized>(name: impl Display, value: &T) -> Verdict {
        let verdict = value.serialize(Finite);
        verdict.map_err(|fault| fault.within(format_args!(".{name}")))
    }
}

macro_rules! fields {
    ($($kind:ident)+) => {
        $(impl ser::$kind for Fields {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Verdict {
                Self::check(name, value)
            }

            fn end(self) -> Verdict {
                Ok(())
            }
        })+
    };
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Fields {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Verdict {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Verdict {
        value.serialize(Finite)
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Verdict {
        let verdict = value.serialize(Finite);
        verdict.map_err(|fault| {
            let key = serde_json::to_string(key).unwrap_or_default();
            fault.within(format_args!(".{}", key.trim_matches('"')))
        })
    }

    fn end(self) -> Verdict {
        Ok(())
    }
}
