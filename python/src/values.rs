//! Python values as JSON. Never raises and never recurses without end: what JSON does not know goes
//! through a converter written in Python, and what that cannot convert is named by its type.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::{Map, Number, Value};
use swarmscope_sdk::model::limits::{MAX_METADATA_DEPTH, MAX_METADATA_VALUES};

static CONVERTER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Where values go that JSON does not know. The first one stays.
pub fn set_converter(converter: Py<PyAny>) {
    Python::attach(|py| {
        let _ = CONVERTER.set(py, converter);
    });
}

/// A value as text: a string as it is, anything else as `str()` gives it.
pub fn text(value: &Bound<'_, PyAny>) -> String {
    if let Ok(string) = value.cast::<PyString>() {
        return string.to_string_lossy().into_owned();
    }
    match value.str() {
        Ok(string) => string.to_string_lossy().into_owned(),
        Err(_) => named(value),
    }
}

/// A value of its own.
pub fn value(value: &Bound<'_, PyAny>) -> Value {
    Walk::default().value(value)
}

/// The entries of a mapping. Anything else stands under `value`; `None` means no entries.
pub fn metadata(given: &Bound<'_, PyAny>) -> Map<String, Value> {
    if given.is_none() {
        return Map::new();
    }
    match value(given) {
        Value::Object(entries) => entries,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

fn named(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().name().map(|name| name.to_string());
    format!("<{}>", name.as_deref().unwrap_or("object"))
}

/// One walk through nested values: what it is inside of, and how much it has seen.
#[derive(Default)]
struct Walk {
    inside: Vec<usize>,
    seen: usize,
}

impl Walk {
    fn value(&mut self, value: &Bound<'_, PyAny>) -> Value {
        self.seen += 1;
        if self.seen > MAX_METADATA_VALUES {
            return Value::from("<too many values>");
        }
        if let Ok(string) = value.cast::<PyString>() {
            return Value::String(string.to_string_lossy().into_owned());
        }
        if value.is_none() {
            return Value::Null;
        }
        if let Ok(flag) = value.cast::<PyBool>() {
            return Value::Bool(flag.is_true());
        }
        if value.cast::<PyInt>().is_ok() {
            return integer(value);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return float(number.value());
        }
        self.nested(value)
    }

    fn nested(&mut self, value: &Bound<'_, PyAny>) -> Value {
        let identity = value.as_ptr() as usize;
        if self.inside.contains(&identity) {
            return Value::from("<contains itself>");
        }
        if self.inside.len() >= MAX_METADATA_DEPTH {
            return Value::from(named(value));
        }
        self.inside.push(identity);
        let converted = if let Ok(entries) = value.cast::<PyDict>() {
            self.entries(entries)
        } else if let Ok(list) = value.cast::<PyList>() {
            // As a tuple, which does not change while a converter runs.
            self.items(&list.to_tuple())
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.items(tuple)
        } else {
            self.converted(value)
        };
        self.inside.pop();
        converted
    }

    fn entries(&mut self, entries: &Bound<'_, PyDict>) -> Value {
        let mut object = Map::new();
        // A snapshot: a converter, or another thread in it, may change the dictionary.
        for entry in entries.items() {
            if self.seen > MAX_METADATA_VALUES {
                break;
            }
            if let Ok((key, value)) = entry.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>() {
                object.insert(text(&key), self.value(&value));
            }
        }
        Value::Object(object)
    }

    fn items(&mut self, items: &Bound<'_, PyTuple>) -> Value {
        let mut array = Vec::with_capacity(items.len().min(MAX_METADATA_VALUES));
        for item in items {
            array.push(self.value(&item));
            if self.seen > MAX_METADATA_VALUES {
                break;
            }
        }
        Value::Array(array)
    }

    fn converted(&mut self, value: &Bound<'_, PyAny>) -> Value {
        let py = value.py();
        match CONVERTER
            .get(py)
            .map(|convert| convert.bind(py).call1((value,)))
        {
            Some(Ok(known)) if !known.is(value) => self.value(&known),
            _ => Value::from(named(value)),
        }
    }
}

/// As a number where JSON readers keep it exact, else as text.
fn integer(value: &Bound<'_, PyAny>) -> Value {
    if let Ok(number) = value.extract::<i64>() {
        return number.into();
    }
    match value.extract::<u64>() {
        Ok(number) => number.into(),
        Err(_) => text(value).into(),
    }
}

/// JSON has no NaN and no infinity, so these are text, spelt as JavaScript and Python's JSON do.
fn float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => "NaN".into(),
        None if number > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}
