//! What can be counted over the matching documents, and what comes back.

use crate::ast::{Query, Scalar};

/// An aggregation with a name of the caller's and aggregations within its buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    pub name: String,
    pub kind: AggregationKind,
    /// Computed within every bucket; empty for metrics.
    pub within: Vec<Aggregation>,
}

/// The aggregations, by what Elasticsearch calls them.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregationKind {
    Terms(TermsAggregation),
    DateHistogram(DateHistogram),
    Min {
        field: String,
    },
    Max {
        field: String,
    },
    Avg {
        field: String,
    },
    Sum {
        field: String,
    },
    ValueCount {
        field: String,
    },
    /// Distinct values; exact up to the store's precision threshold, then within a few percent.
    Cardinality {
        field: String,
    },
    /// One bucket of the documents that match.
    Filter(Query),
}

/// The most frequent values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct TermsAggregation {
    pub field: String,
    pub size: usize,
    pub min_doc_count: u64,
    pub order: Vec<(TermsOrder, Direction)>,
    /// The value that documents without one count under.
    pub missing: Option<Scalar>,
}

/// What `terms` buckets are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermsOrder {
    Count,
    Key,
    /// A metric aggregation within the bucket, by name.
    Metric(String),
}

/// Which way an order runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq)]
pub struct DateHistogram {
    /// A field with dates; of a document without `@timestamp`, its own time stands for it.
    pub field: String,
    pub interval: Interval,
    /// Added to every bucket's start, in milliseconds.
    pub offset_ms: i64,
    /// The time zone whose midnights and months count.
    pub time_zone: jiff::tz::TimeZone,
    pub min_doc_count: u64,
    /// Empty buckets are filled in between these, in milliseconds, both inclusive.
    pub extended_bounds: Option<(i64, i64)>,
    /// Buckets outside these are left out, in milliseconds, both inclusive.
    pub hard_bounds: Option<(i64, i64)>,
    /// By key unless said otherwise.
    pub order: Option<(TermsOrder, Direction)>,
}

/// The width of a time bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// So many milliseconds, at least 1.
    Fixed(i64),
    Calendar(CalendarUnit),
}

/// Units whose length depends on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Results under the names of the request, in its order.
pub type AggregationResults = Vec<(String, AggregationResult)>;

/// What an aggregation found.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregationResult {
    Terms {
        buckets: Vec<Bucket>,
        /// Values that did not make it into the buckets, in documents.
        other_count: u64,
    },
    DateHistogram {
        buckets: Vec<Bucket>,
    },
    /// `None` when no document had a value. `of_dates` when the field held points in time, whose
    /// results are in milliseconds.
    Metric {
        value: Option<f64>,
        of_dates: bool,
    },
    Count(u64),
    Filter {
        count: u64,
        within: AggregationResults,
    },
}

/// One bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    pub key: BucketKey,
    pub count: u64,
    pub within: AggregationResults,
}

/// What a bucket's documents have in common.
#[derive(Debug, Clone, PartialEq)]
pub enum BucketKey {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Milliseconds since the epoch.
    Instant(i64),
}
