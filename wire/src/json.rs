//! Long JSON that a stranger wrote, read in bounded time.
//!
//! A library that first makes a tree of its own copies every text twice, and touches for it several
//! times the memory of the document. Here each text is made once, where it stays.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt::{self, Formatter};

/// Lists and objects within each other, as many as orjson reads.
const DEEPEST: usize = 1024;

/// Reads a document of at most so many lists, objects and keys; raises `OverflowError` where there
/// are more, and `ValueError` where it is not JSON.
#[pyfunction]
pub fn loads<'py>(py: Python<'py>, data: &[u8], most_parts: usize) -> PyResult<Bound<'py, PyAny>> {
    let parts = Cell::new(Some(most_parts));
    let mut reader = serde_json::Deserializer::from_slice(data);
    reader.disable_recursion_limit();
    let value = Value { py, parts: &parts, deeper: DEEPEST }.deserialize(&mut reader);
    let whole = value.and_then(|value| reader.end().map(|()| value));
    whole.map_err(|error| match parts.get() {
        Some(_) => PyValueError::new_err(error.to_string()),
        None => PyOverflowError::new_err(error.to_string()),
    })
}

/// Makes a Python object of the value that comes.
#[derive(Clone, Copy)]
struct Value<'py, 'a> {
    py: Python<'py>,
    /// How many may still come; none once there were too many.
    parts: &'a Cell<Option<usize>>,
    deeper: usize,
}

impl Value<'_, '_> {
    fn count<E: Error>(&self) -> Result<(), E> {
        self.parts.set(self.parts.get().and_then(|left| left.checked_sub(1)));
        self.parts.get().map(|_| ()).ok_or_else(|| E::custom("too many parts"))
    }

    /// What reads the values of a list or an object.
    fn within<E: Error>(self) -> Result<Self, E> {
        self.count()?;
        let deeper = self.deeper.checked_sub(1);
        deeper.map(|deeper| Self { deeper, ..self }).ok_or_else(|| E::custom("nested too deep"))
    }
}

impl<'de, 'py> DeserializeSeed<'de> for Value<'py, '_> {
    type Value = Bound<'py, PyAny>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Value<'py, '_> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(PyFloat::new(self.py, value).into_any())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(PyString::new(self.py, value).into_any())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (list, within) = (PyList::empty(self.py), self.within()?);
        while let Some(item) = items.next_element_seed(within)? {
            list.append(item).map_err(A::Error::custom)?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (object, within) = (PyDict::new(self.py), self.within()?);
        while let Some(key) = items.next_key_seed(within)? {
            self.count()?;
            object.set_item(key, items.next_value_seed(within)?).map_err(A::Error::custom)?;
        }
        Ok(object.into_any())
    }
}
