//! Elasticsearch's search DSL: the body of `_search` and `_count`, read into our trees.
//!
//! What we cannot do is refused by name, in Elasticsearch's own words and with the line and column,
//! because a key that is silently ignored is a wrong answer that looks right. Only keys that cannot
//! change what is found (boosts, rewrites, hints to the executor) are read over; each reader lists
//! them. This module never looks at documents and never shapes a reply.

mod aggregation;
mod body;
mod collapse;
mod error;
mod fields;
mod highlight;
mod json;
mod members;
mod options;
mod order;
mod query;
mod rescore;
mod sort;
mod source;

use swarmscope_model::Timestamp;

use crate::ast::Query;

pub use aggregation::{
    AddressRange, NamedRange, RateUnit, Reported, Shape, Shapes, ShownHits, ShownSource,
    ValueFormat, decimal, months,
};
pub use body::{NestedHits, SearchBody};
pub use collapse::{Collapse, InnerHits};
pub use error::{Class, DslError, DslErrorKind};
pub use fields::{ShownField, Taken};
pub use options::PointInTime;
pub use query::minimum_match;
pub use rescore::{Rescore, ScoreMode};
pub use source::SourceFilter;

use error::Fault;

/// Reads the body of a search. An empty one finds everything.
///
/// # Errors
/// With the place where the body stops making sense.
pub fn search_body(text: &str, now: Timestamp) -> Result<SearchBody, DslError> {
    if text.trim().is_empty() {
        return Ok(SearchBody::default());
    }
    json::read(text)
        .and_then(|node| body::search(&node, now))
        .map_err(|fault| fault.located(text))
}

/// Reads a body that may hold a query and nothing else, as `_count` takes it.
///
/// # Errors
/// With the place where the body stops making sense.
pub fn query_body(text: &str, now: Timestamp) -> Result<Query, DslError> {
    if text.trim().is_empty() {
        return Ok(Query::All);
    }
    json::read(text)
        .and_then(|node| body::only_query(&node, now))
        .map_err(|fault| fault.located(text))
}

/// Reads a length of time such as `30s` or `1d`; the units are `nanos`, `micros`, `ms`, `s`, `m`, `h` and `d`.
pub fn time_value(text: &str) -> Option<std::time::Duration> {
    use std::time::Duration;
    for (unit, of) in [
        ("nanos", Duration::from_nanos as fn(u64) -> Duration),
        ("micros", Duration::from_micros),
    ] {
        if let Some(number) = text.strip_suffix(unit) {
            return number.parse().ok().map(of);
        }
    }
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let milliseconds = aggregation::fixed_width(text)?;
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// Reads a choice of a document's parts: `true`, `"a.*"`, `["a", "b"]` or `{"includes": …, "excludes": …}`.
///
/// # Errors
/// With the place where it stops making sense.
pub fn source_filter(text: &str) -> Result<SourceFilter, DslError> {
    json::read(text)
        .and_then(|node| source::filter(&node))
        .map_err(|fault| fault.located(text))
}

/// Reads the sort of a URL: `field:desc,other`.
///
/// # Errors
/// When a direction is neither `asc` nor `desc`.
pub fn sort_parameter(text: &str) -> Result<Vec<crate::store::SortKey>, DslError> {
    sort::parameter(text).map_err(|fault| fault.located(text))
}

/// What every reader of a clause needs to know and to count.
struct Context {
    now: Timestamp,
    clauses: usize,
    /// The clauses that have names, inner ones first.
    named: Vec<(String, Query)>,
    /// The objects that hits show for satisfying a clause.
    inner: Vec<NestedHits>,
    /// Within how many prohibitions the reader stands: what is in one names no match.
    prohibited: usize,
}

impl Context {
    fn new(now: Timestamp) -> Self {
        Self {
            now,
            clauses: 0,
            named: Vec::new(),
            inner: Vec::new(),
            prohibited: 0,
        }
    }
}

type Parsed<T> = Result<T, Fault>;

#[cfg(test)]
mod tests;
