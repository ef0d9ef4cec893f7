//! Walks over a document's JSON and hands every value to a sink under its dotted path.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use swarmscope_model::limits::MAX_DOCUMENT_DEPTH;

use super::repair::representable;
use super::scan::{ScanSink, Scanned, scan};
use super::{FieldSink, ValueRef};

/// Why bytes are no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADocument {
    #[error("{reason} at byte {offset}")]
    NotJson { reason: String, offset: usize },
    #[error("it is {found}, not an object")]
    NotAnObject { found: &'static str },
    #[error("it is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
}

/// Reads the bytes of a JSON object and hands its values to the sink.
///
/// # Errors
/// When they are none; the sink may then hold a part of it.
pub fn flatten<S: FieldSink>(bytes: &[u8], sink: &mut S) -> Result<(), NotADocument> {
    if let Ok(document) = std::str::from_utf8(bytes)
        && scan(
            document,
            &mut String::new(),
            &mut Scanning { document, sink },
        )
        .is_some()
    {
        return Ok(());
    }
    sink.restart();
    flatten_slowly(bytes, sink)
}

/// Hands over what the scanner finds.
struct Scanning<'a, S> {
    document: &'a str,
    sink: &'a mut S,
}

impl<S: FieldSink> ScanSink for Scanning<'_, S> {
    fn value(&mut self, path: &str, _: usize, scanned: Scanned, unescaped: &str) {
        let value = scanned.value.of(self.document, unescaped);
        self.sink.value(path, value);
    }
}

/// The same with reasons for what is refused.
///
/// # Errors
/// When the bytes are no JSON object; the sink may then hold a part of it.
pub fn flatten_slowly<S: FieldSink>(bytes: &[u8], sink: &mut S) -> Result<(), NotADocument> {
    let Err(first) = walk(bytes, sink) else {
        return Ok(());
    };
    // Numbers beyond an f64 and lone surrogates are valid JSON that the parser cannot represent.
    if matches!(first, NotADocument::NotJson { .. })
        && let Ok(valid) = serde_json::from_slice::<&RawValue>(bytes)
    {
        sink.restart();
        return walk(representable(valid.get()).as_bytes(), sink);
    }
    Err(first)
}

fn walk<S: FieldSink>(bytes: &[u8], sink: &mut S) -> Result<(), NotADocument> {
    let mut state = Walk {
        path: String::with_capacity(64),
        depth: 0,
        fault: None,
        sink,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let outcome = Node { walk: &mut state }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (outcome, state.fault) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(fault)) => Err(fault),
        (Err(error), None) => Err(NotADocument::NotJson {
            offset: offset_of(bytes, error.line(), error.column()),
            reason: reason_of(&error),
        }),
    }
}

/// The parser's message without its own idea of the place.
fn reason_of(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    if let Some(place) = text.rfind(" at line ") {
        text.truncate(place);
    }
    text
}

/// The byte that line and column (both from 1) name.
fn offset_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let start = if line <= 1 {
        0
    } else {
        memchr::memchr_iter(b'\n', bytes)
            .nth(line - 2)
            .map_or(0, |newline| newline + 1)
    };
    (start + column.saturating_sub(1)).min(bytes.len())
}

struct Walk<'a, S> {
    path: String,
    depth: usize,
    /// What went wrong when it is not the JSON itself.
    fault: Option<NotADocument>,
    sink: &'a mut S,
}

impl<S: FieldSink> Walk<'_, S> {
    fn value<E: Error>(&mut self, value: ValueRef<'_>, found: &'static str) -> Result<(), E> {
        if self.depth == 0 {
            self.fault = Some(NotADocument::NotAnObject { found });
            return Err(E::custom(found));
        }
        self.sink.value(&self.path, value);
        Ok(())
    }

    fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.depth == MAX_DOCUMENT_DEPTH {
            self.fault = Some(NotADocument::TooDeep {
                limit: MAX_DOCUMENT_DEPTH,
            });
            return Err(E::custom("too deep"));
        }
        self.depth += 1;
        Ok(())
    }
}

struct Node<'w, 'a, S> {
    walk: &'w mut Walk<'a, S>,
}

impl<'de, S: FieldSink> DeserializeSeed<'de> for Node<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: FieldSink> Visitor<'de> for Node<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.walk.value(ValueRef::Text(text), "a string")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.walk.value(ValueRef::Integer(number), "a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        let value = match i64::try_from(number) {
            Ok(number) => ValueRef::Integer(number),
            Err(_) => ValueRef::Float(number as f64),
        };
        self.walk.value(value, "a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.walk.value(ValueRef::from_float(number), "a number")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.walk.value(ValueRef::Boolean(flag), "a boolean")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.walk.depth == 0 {
            self.walk.fault = Some(NotADocument::NotAnObject { found: "null" });
            return Err(E::custom("null"));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.walk.depth == 0 {
            self.walk.fault = Some(NotADocument::NotAnObject { found: "an array" });
            return Err(A::Error::custom("an array"));
        }
        self.walk.enter()?;
        while items
            .next_element_seed(Node {
                walk: &mut *self.walk,
            })?
            .is_some()
        {}
        self.walk.depth -= 1;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.walk.enter()?;
        let parent = self.walk.path.len();
        let top = self.walk.depth == 1;
        while entries
            .next_key_seed(Key {
                path: &mut self.walk.path,
                top,
            })?
            .is_some()
        {
            entries.next_value_seed(Node {
                walk: &mut *self.walk,
            })?;
            self.walk.path.truncate(parent);
        }
        self.walk.depth -= 1;
        Ok(())
    }
}

/// Appends a key to the path.
struct Key<'w> {
    path: &'w mut String,
    top: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if !self.top {
            self.path.push('.');
        }
        self.path.push_str(key);
        Ok(())
    }
}
