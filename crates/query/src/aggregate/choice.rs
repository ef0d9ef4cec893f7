//! Which values of a field get a bucket: `include` and `exclude`.

use std::collections::HashSet;

use super::Partition;
use crate::ast::Scalar;
use crate::document::{TIME_FIELDS, ValueRef, instant_of};
use crate::evaluate::order::compare;
use crate::evaluate::{BadQuery, WholePattern};

/// What `include` and `exclude` say. Nothing of both is everything.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub include: Option<Chosen>,
    pub exclude: Option<Chosen>,
}

/// Some of all values.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// Texts that match as a whole.
    Pattern {
        text: String,
        pattern: WholePattern,
    },
    Texts(HashSet<String>),
    /// Numbers and booleans.
    Values(Vec<Scalar>),
    Partition(Partition),
}

impl PartialEq for Chosen {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pattern { text: a, .. }, Self::Pattern { text: b, .. }) => a == b,
            (Self::Texts(a), Self::Texts(b)) => a == b,
            (Self::Values(a), Self::Values(b)) => a == b,
            (Self::Partition(a), Self::Partition(b)) => a == b,
            _ => false,
        }
    }
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        self.include == other.include && self.exclude == other.exclude
    }
}

impl Choice {
    /// Whether a value gets a bucket.
    pub fn takes(&self, value: ValueRef<'_>) -> bool {
        self.takes_what(|chosen| chosen.has(value))
    }

    /// Whether a point in time, in milliseconds, gets a bucket.
    pub fn takes_instant(&self, instant: i64) -> bool {
        self.takes_what(|chosen| chosen.has_instant(instant))
    }

    fn takes_what(&self, has: impl Fn(&Chosen) -> bool) -> bool {
        self.include.as_ref().is_none_or(&has) && !self.exclude.as_ref().is_some_and(&has)
    }

    /// Whether every value does.
    pub fn is_everything(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }
}

impl Chosen {
    /// The texts that a regular expression of Lucene matches as a whole.
    ///
    /// # Errors
    /// When it cannot be read or is too large.
    pub fn pattern(text: &str) -> Result<Self, BadQuery> {
        Ok(Self::Pattern {
            text: text.to_owned(),
            pattern: WholePattern::new(text)?,
        })
    }

    /// The same for a point in time, which a text may name as a date.
    fn has_instant(&self, instant: i64) -> bool {
        let is_it = |text: &String| {
            let named = instant_of(TIME_FIELDS[0], ValueRef::Text(text));
            named == Some(instant) || text.parse() == Ok(instant)
        };
        match self {
            Self::Texts(texts) => texts.iter().any(is_it),
            other => other.has(ValueRef::Integer(instant)),
        }
    }

    fn has(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Pattern { pattern, .. }, ValueRef::Text(text)) => pattern.matches(text),
            (Self::Texts(texts), ValueRef::Text(text)) => texts.contains(text),
            (Self::Texts(texts), value) => {
                // Numbers and booleans may be written as texts.
                let text = match value {
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Float(number) => number.to_string(),
                    ValueRef::Boolean(flag) => flag.to_string(),
                    ValueRef::Text(text) => text.to_owned(),
                };
                texts.contains(&text)
            }
            (Self::Values(values), value) => values
                .iter()
                .any(|own| compare(ValueRef::of(own), value).is_eq()),
            (Self::Partition(partition), value) => partition.holds(value),
            (Self::Pattern { .. }, _) => false,
        }
    }
}
