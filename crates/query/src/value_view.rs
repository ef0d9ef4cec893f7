//! How sorts and aggregations look at a field's values where a mapping says their type: as that type, whatever they
//! were written as. What cannot be read as the type is no value.

mod of_index;
mod of_indices;

use std::sync::Arc;

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;

use crate::datemath::{Clock, Format, Rounding, instant};
use crate::document::ValueRef;

pub use of_index::{FieldView, ValueViews};
pub use of_indices::IndexViews;

/// What values are read as.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueView {
    /// Points in time; in another format than ISO 8601 when there is one.
    Instants(Option<DateFormat>),
    /// Numbers, whole or not.
    Numbers {
        whole: bool,
    },
    Booleans,
    /// Texts, in one case when it says so; those with more characters than `most` are none.
    Texts {
        fold: Option<Fold>,
        most: Option<usize>,
    },
}

/// The case that texts are read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    Lower,
    Upper,
}

/// A format of dates with the text that it was read from.
#[derive(Debug, Clone)]
pub struct DateFormat {
    pub text: String,
    pub format: Arc<Format>,
}

impl PartialEq for DateFormat {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl DateFormat {
    /// Reads a format; `None` when it cannot be read.
    pub fn parse(text: &str) -> Option<Self> {
        let format = Arc::new(Format::parse(text).ok()?);
        let text = text.to_owned();
        Some(Self { text, format })
    }

    /// The millisecond that a value means.
    pub fn instant(&self, value: ValueRef<'_>) -> Option<i64> {
        let clock = Clock {
            now: Timestamp::from_millisecond(0),
            time_zone: TimeZone::UTC,
        };
        let read = |text: &str| instant(text, Rounding::Down, &self.format, &clock).ok();
        match value {
            ValueRef::Text(text) if text.starts_with("now") => None,
            ValueRef::Text(text) => read(text),
            ValueRef::Integer(number) => read(&number.to_string()),
            ValueRef::Float(_) | ValueRef::Boolean(_) => None,
        }
    }
}

/// The whole number that a value means; what is behind the point is cut off.
pub fn whole_number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Text(text) => match text.trim().parse() {
            Ok(number) => Some(number),
            Err(_) => cut(finite(text)?),
        },
        ValueRef::Float(number) => cut(number),
        ValueRef::Boolean(_) => None,
    }
}

/// A number without what is behind its point; `None` beyond 64 bits, where all would be one.
fn cut(number: f64) -> Option<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    (-BEYOND..BEYOND).contains(&number).then_some(number as i64)
}

/// The number that a value means.
pub fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Float(number) => Some(number),
        ValueRef::Text(text) => finite(text),
        ValueRef::Boolean(_) => None,
    }
}

fn finite(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// The boolean that a value means.
pub fn boolean(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Boolean(flag) => Some(flag),
        ValueRef::Text("true") => Some(true),
        // Elasticsearch takes the empty text for false.
        ValueRef::Text("false" | "") => Some(false),
        _ => None,
    }
}

impl Fold {
    /// The text in this case.
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_type_that_they_are_said_to_have() {
        assert_eq!(whole_number(ValueRef::Text(" 7.9 ")), Some(7));
        assert_eq!(
            whole_number(ValueRef::Text("9007199254740993")),
            Some(9_007_199_254_740_993)
        );
        assert_eq!(whole_number(ValueRef::Text("seven")), None);
        assert_eq!(whole_number(ValueRef::Float(-7.9)), Some(-7));
        assert_eq!(whole_number(ValueRef::Float(1.8e19)), None);
        assert_eq!(number(ValueRef::Text("1e3")), Some(1000.0));
        assert_eq!(number(ValueRef::Text("NaN")), None);
        assert_eq!(boolean(ValueRef::Text("true")), Some(true));
        assert_eq!(boolean(ValueRef::Text("yes")), None);
        let format = DateFormat::parse("dd/MM/yyyy||epoch_second").expect("a format");
        assert_eq!(
            format.instant(ValueRef::Text("02/01/1970")),
            Some(86_400_000)
        );
        assert_eq!(format.instant(ValueRef::Integer(60)), Some(60_000));
        assert_eq!(format.instant(ValueRef::Text("now")), None);
        assert_eq!(Fold::Upper.apply("info"), "INFO");
    }
}
