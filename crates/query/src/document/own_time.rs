//! Whether a document's time is its own: one without a readable time is filed under its arrival, and has
//! to say so.

use super::{FieldSink, TIME_FIELDS, ValueRef, flatten, instant_of};

/// What a document says about its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnTime {
    /// Whether one of its time fields can be read as a time.
    pub is_known: bool,
    /// Its time fields that cannot be read.
    pub unread: Vec<&'static str>,
}

impl OwnTime {
    /// Of the bytes of a document.
    pub fn of(document: &[u8]) -> Self {
        let mut looked = Looked::default();
        // What is no document says nothing.
        if flatten(document, &mut looked).is_err() {
            return Self::default();
        }
        let fields = TIME_FIELDS.iter().zip(looked.fields);
        let unread = fields.filter(|(_, found)| *found == Found::Unread);
        Self {
            is_known: looked.fields.contains(&Found::Time),
            unread: unread.map(|(field, _)| *field).collect(),
        }
    }
}

/// What was found in a time field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Found {
    #[default]
    Nothing,
    Unread,
    Time,
}

#[derive(Default)]
struct Looked {
    fields: [Found; TIME_FIELDS.len()],
}

impl FieldSink for Looked {
    fn value(&mut self, path: &str, value: ValueRef<'_>) {
        let Some(place) = TIME_FIELDS.iter().position(|field| *field == path) else {
            return;
        };
        match instant_of(path, value) {
            Some(_) => self.fields[place] = Found::Time,
            None if self.fields[place] == Found::Nothing => self.fields[place] = Found::Unread,
            None => {}
        }
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_tells_which_times_cannot_be_read() {
        let of = |text: &str| {
            let own = OwnTime::of(text.as_bytes());
            (own.is_known, own.unread)
        };
        assert_eq!(
            of(r#"{"timestamp":"2026-01-31T12:00:00+01:00"}"#),
            (true, vec![])
        );
        assert_eq!(of(r#"{"@timestamp":1769860800000000000}"#), (true, vec![]));
        assert_eq!(of(r#"{"message":"no time"}"#), (false, vec![]));
        assert_eq!(
            of(r#"{"timestamp":"yesterday"}"#),
            (false, vec!["timestamp"])
        );
        assert_eq!(
            of(r#"{"timestamp":true,"@timestamp":"2026-01-31T12:00:00Z"}"#),
            (true, vec!["timestamp"])
        );
        assert_eq!(
            of(r#"{"timestamp":["?",5],"at":{"timestamp":"?"}}"#),
            (true, vec![])
        );
    }
}
