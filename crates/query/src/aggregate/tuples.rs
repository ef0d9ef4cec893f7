//! Buckets of several values at once: `composite` and `multi_terms`.

use jiff::tz::TimeZone;

use super::{AggregationResults, BucketKey, DateHistogram, Direction, Histogram, TermsOrder};
use crate::ast::Scalar;

/// Buckets of every combination of values, in order, page by page.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeAggregation {
    pub sources: Vec<TupleSource>,
    pub size: usize,
    /// Only buckets behind this one, with a value for each source.
    pub after: Option<Vec<Option<BucketKey>>>,
}

/// The most frequent combinations of values.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiTermsAggregation {
    pub sources: Vec<TupleSource>,
    pub size: usize,
    pub min_doc_count: u64,
    pub order: Vec<(TermsOrder, Direction)>,
}

/// Where one value of a combination comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct TupleSource {
    pub value: SourceValue,
    pub direction: Direction,
    /// What documents without a value count under; without that, they do not count.
    pub missing: Option<MissingTuple>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceValue {
    Term {
        field: String,
    },
    /// The start of a bucket of numbers.
    Numbers(Histogram),
    /// The start of a bucket of points in time.
    Instants(Box<DateHistogram>),
}

/// What stands for a value that is not there.
#[derive(Debug, Clone, PartialEq)]
pub enum MissingTuple {
    /// Nothing, which comes before all values or behind them.
    Nothing {
        first: bool,
    },
    Value(Scalar),
}

/// One combination.
#[derive(Debug, Clone, PartialEq)]
pub struct TupleBucket {
    /// One for each source.
    pub key: Vec<Option<BucketKey>>,
    pub count: u64,
    pub within: AggregationResults,
}

impl SourceValue {
    /// The time zone of its points in time; of others, UTC.
    pub fn time_zone(&self) -> TimeZone {
        match self {
            SourceValue::Instants(histogram) => histogram.time_zone.clone(),
            SourceValue::Term { .. } | SourceValue::Numbers(_) => TimeZone::UTC,
        }
    }
}
