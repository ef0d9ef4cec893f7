//! Kibana's query language: `severity: (ERROR or CRITICAL) and not agent_name: test*`.
//!
//! The grammar is Kibana's: `and`, `or` and `not` in any case, `and` before `or`; `field: value` with quotes for a
//! phrase, `*` for a wildcard and for "there is one"; `field: (a or b)`; `field > 5`; wildcards in names of fields;
//! `objects: { inner: value }`. A bare value may hold blanks, and is any of its words as in Kibana. Objects in an
//! array are not kept apart, here as in every other search: `objects: { a: 1 and b: 2 }` finds a document where one of
//! them has the one and another the other.
//!
//! This module never looks at documents and never decides what a clause means for one.

mod error;
mod leaf;
mod parse;
mod scan;

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;

use crate::ast::Query;
use crate::datemath::Clock;

pub use error::{KqlError, KqlErrorKind};

/// Reads a query. A text of nothing but white space finds everything. Days are those of the time zone.
///
/// # Errors
/// With the place in the text where it stops making sense.
pub fn parse(text: &str, now: Timestamp, time_zone: TimeZone) -> Result<Query, KqlError> {
    parse::query(text, Clock { now, time_zone })
}

#[cfg(test)]
mod tests;
