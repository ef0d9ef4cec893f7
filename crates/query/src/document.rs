//! A JSON document as queries see it: flat paths with values, and its point in time.
//!
//! Parsed once, straight into whatever collects the values ([`FieldSink`]); no tree in between.
//! Whatever is valid JSON and an object is a document, also with numbers beyond every range and with
//! half surrogate pairs. Never changes the bytes: a store keeps those as they came.

mod objects;
mod own_time;
mod repair;
pub mod scan;
pub mod spelling;
mod walk;

use swarmscope_model::Timestamp;

use crate::ast::Scalar;

pub use objects::{document_of, found_at, objects_at};
pub use own_time::OwnTime;
pub use repair::representable;
pub use walk::{NotADocument, flatten, flatten_slowly};

/// One value of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    Text(&'a str),
    Integer(i64),
    Float(f64),
    Boolean(bool),
}

impl<'a> ValueRef<'a> {
    /// The number in its one form: whole numbers that an `f64` holds exactly are integers.
    pub fn from_float(number: f64) -> ValueRef<'static> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            ValueRef::Integer(number as i64)
        } else {
            ValueRef::Float(number)
        }
    }

    /// The value with storage of its own.
    pub fn to_scalar(self) -> Scalar {
        match self {
            ValueRef::Text(text) => Scalar::Text(text.to_owned()),
            ValueRef::Integer(number) => Scalar::Integer(number),
            ValueRef::Float(number) => Scalar::Float(number),
            ValueRef::Boolean(flag) => Scalar::Boolean(flag),
        }
    }

    /// The value that a scalar holds.
    pub fn of(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::Text(text) => ValueRef::Text(text),
            Scalar::Integer(number) => ValueRef::Integer(*number),
            Scalar::Float(number) => ValueRef::Float(*number),
            Scalar::Boolean(flag) => ValueRef::Boolean(*flag),
        }
    }
}

/// Takes a document's values in the order in which they stand. Nulls and empty arrays have none.
pub trait FieldSink {
    /// One value of the field at `path`.
    fn value(&mut self, path: &str, value: ValueRef<'_>);
    /// Forget everything taken so far: the document is read once more from its beginning.
    fn restart(&mut self);
}

/// The fields that hold a document's time, the first one first.
pub const TIME_FIELDS: [&str; 2] = ["timestamp", "@timestamp"];

/// Whether numbers in this field are epochs and any text that can be read as time is time.
pub fn is_time_field(path: &str) -> bool {
    TIME_FIELDS.contains(&path)
}

/// The point in time that a value is, in milliseconds.
pub fn instant_of(path: &str, value: ValueRef<'_>) -> Option<i64> {
    let time_field = is_time_field(path);
    match value {
        ValueRef::Text(text) if time_field || looks_like_a_date(text) => {
            Timestamp::parse(text).ok().map(Timestamp::as_millisecond)
        }
        ValueRef::Integer(number) if time_field => {
            Some(Timestamp::from_epoch(number as f64).as_millisecond())
        }
        ValueRef::Float(number) if time_field => {
            Some(Timestamp::from_epoch(number).as_millisecond())
        }
        _ => None,
    }
}

/// `YYYY-MM-DD` at its beginning: worth reading as a date.
fn looks_like_a_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.len() <= 40
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5..7].iter().all(u8::is_ascii_digit)
        && bytes[7] == b'-'
        && bytes[8..10].iter().all(u8::is_ascii_digit)
}

/// Finds a document's time while its values go by.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeFinder {
    found: [Option<i64>; 2],
}

impl TimeFinder {
    /// Looks at one value.
    pub fn see(&mut self, path: &str, instant: Option<i64>) {
        if let Some(place) = TIME_FIELDS.iter().position(|field| *field == path) {
            self.found[place] = self.found[place].or(instant);
        }
    }

    /// The document's time: `timestamp`, else `@timestamp`, else when it arrived.
    pub fn time(&self, arrival: i64) -> i64 {
        self.found[0].or(self.found[1]).unwrap_or(arrival)
    }
}

/// A document with all its values, for looking at one document at a time.
#[derive(Debug, Clone, Default)]
pub struct Document {
    fields: Vec<(String, Scalar)>,
    times: TimeFinder,
    index: String,
    /// As it was read.
    source: String,
}

impl Document {
    /// Reads the bytes of a JSON object.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotADocument> {
        let mut document = Document::default();
        flatten(bytes, &mut document)?;
        document.source = String::from_utf8_lossy(bytes).into_owned();
        Ok(document)
    }

    /// The document as one of this index.
    #[must_use]
    pub fn of_index(mut self, index: &str) -> Self {
        index.clone_into(&mut self.index);
        self
    }

    /// The index that it is of; empty when that was not said.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The text that it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every value with its path, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, ValueRef<'_>)> {
        self.fields
            .iter()
            .map(|(path, value)| (path.as_str(), ValueRef::of(value)))
    }

    /// The values at one path.
    pub fn values_at<'a>(&'a self, path: &'a str) -> impl Iterator<Item = ValueRef<'a>> {
        self.fields()
            .filter(move |(own, _)| *own == path)
            .map(|(_, value)| value)
    }

    /// The document's time, in milliseconds.
    pub fn time(&self, arrival: i64) -> i64 {
        self.times.time(arrival)
    }
}

impl FieldSink for Document {
    fn value(&mut self, path: &str, value: ValueRef<'_>) {
        if is_time_field(path) {
            self.times.see(path, instant_of(path, value));
        }
        self.fields.push((path.to_owned(), value.to_scalar()));
    }

    fn restart(&mut self) {
        *self = Document::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Vec<(String, Scalar)> {
        Document::parse(json.as_bytes()).expect("a document").fields
    }

    #[test]
    fn nested_objects_dotted_keys_and_arrays_share_paths() {
        let text = |path: &str, value: &str| (path.to_owned(), Scalar::Text(value.into()));
        assert_eq!(
            fields(r#"{"a":{"b":"1"},"a.b":"2","c":[{"d":"3"},[null,"4"]],"e":[],"f":null}"#),
            [
                text("a.b", "1"),
                text("a.b", "2"),
                text("c.d", "3"),
                text("c", "4")
            ]
        );
    }

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(
            fields(r#"{"a":[1,1.0,1.5,18446744073709551615,1e400,-1e999]}"#)
                .into_iter()
                .map(|(_, value)| value)
                .collect::<Vec<_>>(),
            [
                Scalar::Integer(1),
                Scalar::Integer(1),
                Scalar::Float(1.5),
                Scalar::Float(18_446_744_073_709_551_615.0),
                Scalar::Float(f64::MAX),
                Scalar::Float(f64::MIN)
            ]
        );
    }

    #[test]
    fn the_time_is_the_first_field_that_can_be_read() {
        let time = |json: &str| {
            Document::parse(json.as_bytes())
                .expect("a document")
                .time(7)
        };
        assert_eq!(
            time(r#"{"timestamp":"no","@timestamp":"1970-01-01T00:00:01Z"}"#),
            1000
        );
        assert_eq!(time(r#"{"@timestamp":5,"timestamp":2}"#), 2000);
        assert_eq!(time(r#"{"at":{"timestamp":2}}"#), 7);
    }

    #[test]
    fn what_is_no_document_is_refused_for_what_it_is() {
        let refused = |json: &str| Document::parse(json.as_bytes()).expect_err("refused");
        assert!(matches!(
            refused(r#"{"a":}"#),
            NotADocument::NotJson { offset: 5, .. }
        ));
        assert_eq!(
            refused("[1]"),
            NotADocument::NotAnObject { found: "an array" }
        );
        let deep = format!("{}1{}", r#"{"a":"#.repeat(121), "}".repeat(121));
        assert!(matches!(refused(&deep), NotADocument::TooDeep { .. }));
        let edge = format!("{}1{}", r#"{"a":"#.repeat(120), "}".repeat(120));
        assert_eq!(fields(&edge).len(), 1);
        let abyss = "[".repeat(100_000);
        assert!(matches!(
            refused(&format!("{{\"a\":{abyss}")),
            NotADocument::TooDeep { .. }
        ));
    }

    #[test]
    fn half_a_surrogate_pair_is_no_reason_to_lose_a_document() {
        assert_eq!(
            fields(r#"{"a":"x\ud800y"}"#),
            [("a".to_owned(), Scalar::Text("x\u{fffd}y".into()))]
        );
    }
}
