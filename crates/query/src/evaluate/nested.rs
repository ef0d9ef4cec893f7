//! Clauses that one object of an array has to satisfy by itself.
//!
//! A store finds with [`NestedMatcher::wide`] the documents that may match, as no value of an object is missing in the
//! whole, and looks at the objects of these alone.

use std::ops::ControlFlow;

use crate::ast::{BoolQuery, Field, MinimumMatch, Query};
use crate::document::{Document, objects_at};

use super::Matcher;

/// A clause over the objects at a path.
#[derive(Debug)]
pub struct NestedMatcher {
    pub path: String,
    pub clause: Box<Matcher>,
    /// What every document that matches satisfies as a whole.
    pub wide: Box<Matcher>,
}

impl NestedMatcher {
    /// Whether one of a document's objects that have a value satisfies the clause. `id` and `time` are the
    /// document's.
    pub fn holds(&self, source: &str, index: &str, id: &str, time: i64) -> bool {
        let found = objects_at(source, &self.path, |object| {
            let has_value = object.fields().next().is_some();
            match has_value && self.clause.matches(&object.of_index(index), id, time) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        found.is_break()
    }

    /// The same of a document that is read.
    pub(super) fn matches(&self, document: &Document, id: &str, time: i64) -> bool {
        self.holds(document.source(), document.index(), id, time)
    }
}

/// What holds of a document as a whole when the query holds of one of its objects at the path.
pub(super) fn wide(path: &str, query: &Query) -> Query {
    Query::Bool(BoolQuery {
        must: vec![without_prohibitions(query)],
        filter: vec![Query::Exists {
            field: Field::from_text(path),
        }],
        ..BoolQuery::default()
    })
}

/// The values of an object are among those of the document, so only what is prohibited may hold of one and not of the
/// other.
fn without_prohibitions(query: &Query) -> Query {
    let all = |queries: &[Query]| queries.iter().map(without_prohibitions).collect();
    match query {
        Query::Bool(clauses) => {
            let minimum = i32::try_from(clauses.minimum_should()).unwrap_or(i32::MAX);
            Query::Bool(BoolQuery {
                must: all(&clauses.must),
                filter: all(&clauses.filter),
                should: all(&clauses.should),
                must_not: Vec::new(),
                minimum: Some(MinimumMatch::Count(minimum)),
            })
        }
        Query::Scored { query, scoring } => Query::Scored {
            query: Box::new(without_prohibitions(query)),
            scoring: scoring.clone(),
        },
        Query::Nested { path, query } => wide(path, query),
        other => other.clone(),
    }
}
