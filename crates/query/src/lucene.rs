//! Lucene's query_string syntax: what people type into a search box.
//!
//! The grammar and its semantics are Lucene's classic parser's, oddities included (`a OR b AND c`
//! needs `b` and `c`), because people bring queries that they wrote for it. Three things are
//! deliberately kinder:
//!
//! - `field.*:word` needs no escape before the `*`.
//! - `nova.osapi*` finds words in a row of which the last begins so; in Lucene it finds nothing
//!   when the analysis has split the word.
//! - A bare word that the analysis splits (`foo-bar`) is, by [`Options::split`], either its words
//!   combined by the default operator as in Elasticsearch, or its words in a row as `grep` finds it.
//!   What only our analysis splits (`nova.compute`, see [`crate::analysis`]) is always in a row.
//!
//! This module never looks at documents and never decides what a clause means for one.

mod error;
mod parse;
mod range;
pub mod simple;
mod term;
mod token;
mod words;

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;

use crate::ast::{Field, Operator, Query};
use crate::datemath::Clock;

pub use error::{QueryError, QueryErrorKind};
pub(crate) use range::{is_time, stretch};
pub(crate) use words::{expanded, groups, is_split, is_whole, matching};

/// What a query text leaves open.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where clauses without a field look; more than one means any of them.
    pub default_fields: Vec<Field>,
    /// How much each of them counts for a score; 1 for those beyond the end.
    pub boosts: Vec<f32>,
    /// How much fields count beside the best one for a score: from 0 to 1.
    pub tie_breaker: f32,
    /// Whether the score of bare words side by side is that of the one field that has the best of them, and not that
    /// of the best field for each word.
    pub one_text: bool,
    /// How clauses combine that stand side by side.
    pub default_operator: Operator,
    /// What a bare word means that the analysis splits.
    pub split: Split,
    pub now: Timestamp,
    /// Where days begin, and what dates without an offset are in.
    pub time_zone: TimeZone,
    /// Moves that a phrase allows that does not say.
    pub phrase_slop: u32,
    /// First characters that a fuzzy word has to share.
    pub fuzzy_prefix: u32,
    /// Whether a pattern may begin with `*` or `?`.
    pub leading_wildcards: bool,
    /// Whether bare words side by side are a phrase.
    pub phrases: bool,
    /// What is put behind the names of fields that a quoted text is looked for in, such as `.keyword`.
    pub quoted_suffix: Option<String>,
}

/// What `foo-bar` without quotes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// `foo` and `bar` by the default operator: Elasticsearch.
    ByOperator,
    /// `foo` and `bar` in a row: what a reader of logs means.
    InARow,
}

impl Options {
    /// For people: every field, all words have to be there, days in UTC.
    pub fn new(now: Timestamp) -> Self {
        Self {
            default_fields: vec![Field::Any],
            boosts: Vec::new(),
            tie_breaker: 0.0,
            one_text: true,
            default_operator: Operator::And,
            split: Split::InARow,
            now,
            time_zone: TimeZone::UTC,
            phrase_slop: 0,
            fuzzy_prefix: 0,
            leading_wildcards: true,
            phrases: false,
            quoted_suffix: None,
        }
    }

    /// As Elasticsearch's `query_string` does it unless told otherwise.
    pub fn elasticsearch(now: Timestamp) -> Self {
        Self {
            default_operator: Operator::Or,
            split: Split::ByOperator,
            ..Self::new(now)
        }
    }

    /// How much a clause in the field at this place counts: boosts are those of the default fields.
    fn boost(&self, fields: &[Field], at: usize) -> f32 {
        let is_default = std::ptr::eq(fields, self.default_fields.as_slice());
        let own = self.boosts.get(at).filter(|_| is_default);
        own.copied().unwrap_or(1.0)
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock {
            now: self.now,
            time_zone: self.time_zone.clone(),
        }
    }
}

impl Default for Options {
    /// [`Options::new`] at the epoch: for texts without date math, or to be filled in.
    fn default() -> Self {
        Self::new(Timestamp::from_millisecond(0))
    }
}

/// The text with a backslash before everything that means more than itself.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if r#"\+-!():^[]"{}~*?|&/"#.contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Reads a query. A text of nothing but white space finds everything.
///
/// # Errors
/// With the place in the text where it stops making sense.
pub fn parse(text: &str, options: &Options) -> Result<Query, QueryError> {
    parse::query(text, options)
}

#[cfg(test)]
mod tests;
