//! How many log events match, within a window that ends now.

use std::fmt;
use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::metrics::duration;
use swarmscope_query::ast::Query;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::lucene::{self, QueryError};

use super::Bound;

/// A count of log events.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuestion {
    /// In Lucene's syntax; empty is every event.
    query: String,
    /// The indices as they are written; empty is all.
    index: String,
    pub window: Duration,
    /// Fields whose values are counted apart, and the labels that they become.
    pub by: Vec<(String, String)>,
    pub bound: Bound,
    /// With `by` and fewer-than: whoever had an event within this is expected to have more.
    pub among: Duration,
}

/// A query that is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("query: {}{}", .0.message(), .0.hint().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct LogQuestionError(QueryError);

impl LogQuestion {
    /// A count of everything that matches, all in one.
    ///
    /// # Errors
    /// When the query is none.
    pub fn new(
        query: &str,
        index: &str,
        window: Duration,
        bound: Bound,
    ) -> Result<Self, LogQuestionError> {
        let question = Self {
            query: query.trim().to_owned(),
            index: index.trim().to_owned(),
            window,
            by: Vec::new(),
            bound,
            among: Duration::ZERO,
        };
        question.query_at(0).map_err(LogQuestionError)?;
        Ok(question)
    }

    /// The query as it is written.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The query at a time, which dates like `now-1d` in it count from.
    pub(crate) fn query_at(&self, at: i64) -> Result<Query, QueryError> {
        if self.query.is_empty() {
            return Ok(Query::All);
        }
        lucene::parse(
            &self.query,
            &lucene::Options::new(Timestamp::from_millisecond(at)),
        )
    }

    /// Which indices are searched.
    pub(crate) fn indices(&self) -> IndexExpression {
        IndexExpression::parse(&self.index)
    }
}

impl fmt::Display for LogQuestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = if self.query.is_empty() {
            "everything"
        } else {
            &self.query
        };
        write!(out, "logs: count of {query}")?;
        if !self.index.is_empty() {
            write!(out, " in {}", self.index)?;
        }
        if !self.by.is_empty() {
            let fields: Vec<&str> = self.by.iter().map(|(field, _)| field.as_str()).collect();
            write!(out, " by {}", fields.join(", "))?;
        }
        write!(
            out,
            " over {} {}",
            duration::format(self.window),
            self.bound
        )?;
        if !self.among.is_zero() {
            write!(out, " among {}", duration::format(self.among))?;
        }
        Ok(())
    }
}
