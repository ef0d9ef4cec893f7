//! JSON to an [`ErrorDocument`], in one pass and without a tree. Unknown fields are skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ErrorDocument;

/// Objects within objects that are looked into: exceptions stand no deeper than `metadata.exception`.
const MAX_DEPTH: u8 = 3;
/// Lines that most tracebacks have not more of.
const USUAL_LINES: usize = 32;

/// Reads the bytes of a JSON object.
pub fn read(bytes: &[u8]) -> Result<ErrorDocument<'_>, serde_json::Error> {
    // Texts are checked faster all at once than one by one. Where a byte is wrong it may stand in what is skipped.
    match std::str::from_utf8(bytes) {
        Ok(text) => read_by(serde_json::Deserializer::from_str(text)),
        Err(_) => read_by(serde_json::Deserializer::from_slice(bytes)),
    }
}

fn read_by<'a, R: serde_json::de::Read<'a>>(
    mut reader: serde_json::Deserializer<R>,
) -> Result<ErrorDocument<'a>, serde_json::Error> {
    let mut document = ErrorDocument::default();
    reader.deserialize_map(Object {
        document: &mut document,
        place: Place::Root,
        depth: 0,
    })?;
    reader.end()?;
    Ok(document)
}

/// What an object is about, by the key that it stands under.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Metadata,
    Exception,
}

/// What a key's value is taken for.
#[derive(Clone, Copy)]
enum Part {
    EventType,
    Message,
    ErrorType,
    ErrorMessage,
    Traceback,
    Fingerprint,
    /// An object, or the exception as a text.
    Exception,
    Metadata,
}

/// What stands under this key at this place.
fn part(place: Place, key: &str) -> Option<Part> {
    Some(match (place, key) {
        (Place::Root, "event_type") => Part::EventType,
        (Place::Root, "message" | "msg") => Part::Message,
        (Place::Root, "metadata" | "attributes" | "extra" | "fields") => Part::Metadata,
        (Place::Exception, "type" | "class" | "name" | "kind" | "class_name") => Part::ErrorType,
        (Place::Exception, "message" | "msg" | "value") => Part::ErrorMessage,
        (Place::Exception, "traceback" | "stack_trace" | "stacktrace" | "stack") => Part::Traceback,
        (Place::Exception, _) => return None,
        (_, "fingerprint") => Part::Fingerprint,
        (_, "exception" | "error" | "err" | "exc_info") => Part::Exception,
        (_, "traceback" | "stack_trace" | "stacktrace" | "stack" | "exc_text") => Part::Traceback,
        (_, "error.type" | "exception.type") => Part::ErrorType,
        (_, "error.message" | "exception.message") => Part::ErrorMessage,
        (_, "error.stack_trace" | "exception.stacktrace") => Part::Traceback,
        _ => return None,
    })
}

/// The members of one object.
struct Object<'d, 'de> {
    document: &'d mut ErrorDocument<'de>,
    place: Place,
    depth: u8,
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(part) = map.next_key_seed(Key(self.place))? {
            match part {
                Some(part) => map.next_value_seed(Value {
                    document: self.document,
                    part,
                    depth: self.depth,
                })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A member's name, which need not be kept.
struct Key(Place);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<Part>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Part>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<Part>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<Part>, E> {
        Ok(part(self.0, key))
    }
}

/// The value of a member that counts.
struct Value<'d, 'de> {
    document: &'d mut ErrorDocument<'de>,
    part: Part,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Value<'_, 'de> {
    fn take(self, text: Cow<'de, str>) {
        let document = self.document;
        // The first that says something counts: an event's own place stands before foreign ones.
        let fill = |place: &mut Cow<'de, str>, text: Cow<'de, str>| {
            if place.is_empty() {
                *place = text;
            }
        };
        match self.part {
            Part::EventType => fill(&mut document.event_type, text),
            Part::Message => fill(&mut document.message, text),
            Part::ErrorType => fill(&mut document.error_type, text),
            Part::ErrorMessage => fill(&mut document.error_message, text),
            Part::Traceback => document.traceback.push(text),
            Part::Fingerprint => document.push_fingerprint(text),
            // One line is what the error said, more are its stack.
            Part::Exception if text.contains('\n') => document.traceback.push(text),
            Part::Exception => fill(&mut document.error_message, text),
            Part::Metadata => {}
        }
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.take(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.take(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.part {
            Part::Traceback | Part::Fingerprint => {}
            _ => {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        }
        // Two places may have the traceback; the first is kept whole.
        if matches!(self.part, Part::Traceback) && !self.document.traceback.is_empty() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        if matches!(self.part, Part::Traceback) {
            self.document.traceback.reserve(USUAL_LINES);
        }
        loop {
            let item = Item(Value {
                document: self.document,
                part: self.part,
                depth: self.depth,
            });
            if items.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let place = match self.part {
            Part::Exception => Place::Exception,
            Part::Metadata => Place::Metadata,
            _ => Place::Root,
        };
        if place == Place::Root || self.depth >= MAX_DEPTH {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let object = Object {
            document: self.document,
            place,
            depth: self.depth + 1,
        };
        object.visit_map(map)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.take_number(number)
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.take_number(number)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.take_number(number)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.take_number(truth)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl Value<'_, '_> {
    /// What is no text counts only in a client's fingerprint.
    fn take_number<E>(self, value: impl fmt::Display) -> Result<(), E> {
        if matches!(self.part, Part::Fingerprint) {
            self.document
                .push_fingerprint(Cow::Owned(value.to_string()));
        }
        Ok(())
    }
}

/// An element of an array: text, or nothing that counts.
struct Item<'d, 'de>(Value<'d, 'de>);

impl<'de> DeserializeSeed<'de> for Item<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<(), E> {
        self.0.visit_borrowed_str(text)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.visit_str(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.0.visit_u64(number)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.0.visit_i64(number)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.0.visit_f64(number)
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<(), E> {
        self.0.visit_bool(truth)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
