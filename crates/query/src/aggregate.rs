//! What can be counted over the matching documents, and what comes back.

mod adapt;
mod auto_date;
mod choice;
mod distinct;
mod hyperloglog;
mod partition;
mod result;
mod significant;
mod spread;
mod statistics;
mod top_hits;
mod tuples;

use crate::ast::{Query, Scalar};

pub use auto_date::{AutoDateHistogram, AutoUnit, AutoWidth};
pub use choice::{Choice, Chosen};
pub use distinct::DistinctValues;
pub use hyperloglog::HyperLogLog;
pub use partition::Partition;
pub use result::{
    AggregationResult, AggregationResults, Bucket, BucketKey, Pattern, PipelineResult, Sample,
    Slot, metric_within,
};
pub use significant::{
    Background, Contrast, Frequencies, Heuristic, SignificantBucket, SignificantTerms,
};
pub use spread::{Boxplot, NumberSource, StringStatistics, WeightedAverage};
pub use statistics::Statistics;
pub use top_hits::{TopHits, TopHitsAggregation};
pub use tuples::{
    CompositeAggregation, MissingTuple, MultiTermsAggregation, SourceValue, TupleBucket,
    TupleSource,
};

/// An aggregation with a name of the caller's and aggregations within its buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    pub name: String,
    pub kind: AggregationKind,
    /// Computed within every bucket; empty for metrics.
    pub within: Vec<Aggregation>,
}

impl Aggregation {
    /// Whether it, or one within, needs to know how well documents match.
    pub fn needs_scores(&self) -> bool {
        let own = matches!(&self.kind, AggregationKind::TopHits(top) if top.needs_scores());
        own || self.within.iter().any(Aggregation::needs_scores)
    }
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
    /// Count, smallest, largest, sum and sum of squares at once.
    Stats {
        field: String,
    },
    /// The values below which so many percent of a field's numbers lie, from 0 to 100. Exact for few
    /// numbers; the store says what it does with many.
    Percentiles {
        field: String,
        percents: Vec<f64>,
    },
    /// How many percent of a field's numbers lie below these values.
    PercentileRanks {
        field: String,
        values: Vec<f64>,
    },
    /// A field's numbers weighed by another's.
    WeightedAvg(WeightedAverage),
    /// How far a field's numbers lie from their median: the median of that.
    MedianDeviation {
        field: String,
    },
    /// Quartiles, extremes and whiskers of a field's numbers.
    Boxplot {
        field: String,
    },
    /// Lengths and letters of a field's texts.
    StringStats {
        field: String,
    },
    /// As [`AggregationKind::Cardinality`], with a result that can be united with that of other buckets.
    DistinctValues {
        field: String,
    },
    /// Numbers in buckets of one width.
    Histogram(Histogram),
    /// One bucket of the documents that match.
    Filter(Query),
    /// A bucket for each query; a document may be in several.
    Filters {
        queries: Vec<Query>,
        /// One more bucket, the last, of the documents that match none.
        others: bool,
    },
    /// One bucket of the documents without a value in the field.
    Missing {
        field: String,
    },
    /// A bucket for each range of numbers; a document may be in several.
    Range {
        field: String,
        ranges: Vec<HalfOpen<f64>>,
    },
    /// A bucket for each range of points in time, in milliseconds; a document may be in several.
    DateRange {
        field: String,
        ranges: Vec<HalfOpen<i64>>,
    },
    /// The most frequent of some values of a field.
    ChosenTerms(ChosenTerms),
    /// Values that are more frequent than in the background.
    SignificantTerms(SignificantTerms),
    /// Combinations of values in order, page by page.
    Composite(CompositeAggregation),
    /// The most frequent combinations of values.
    MultiTerms(MultiTermsAggregation),
    /// The first documents.
    TopHits(TopHitsAggregation),
    /// Counts over time in so many buckets at the most.
    AutoDateHistogram(AutoDateHistogram),
    /// One bucket of all documents, whatever the query; only on the outermost level, and never the store's to
    /// compute.
    Global,
    /// An aggregation of a field's numbers or points in time for which documents without one have this.
    Substituted {
        missing: Scalar,
        kind: Box<AggregationKind>,
    },
    /// One bucket of the objects at a path, each a document of its own with the fields that it has.
    Nested {
        path: String,
    },
    /// One bucket of what such objects stand in: the documents, or the objects at a path.
    ReverseNested {
        path: Option<String>,
    },
    /// A bucket for each template of a field's texts, `categorize_text` in Elasticsearch.
    Patterns(PatternsAggregation),
}

impl AggregationKind {
    /// Whether it is one bucket in each bucket around it.
    pub fn is_single(&self) -> bool {
        matches!(
            self,
            AggregationKind::Filter(_)
                | AggregationKind::Missing { .. }
                | AggregationKind::Nested { .. }
                | AggregationKind::ReverseNested { .. }
        )
    }
}

/// The templates of a field's texts, those with the most documents first. The first text that a document
/// has in the field counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternsAggregation {
    pub field: String,
    /// Templates that are given.
    pub size: usize,
    /// Documents that are named of each, the newest.
    pub samples: usize,
}

/// From its first value to before its end; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfOpen<T> {
    pub from: Option<T>,
    pub to: Option<T>,
}

impl<T: PartialOrd + Copy> HalfOpen<T> {
    /// Whether the value is in the range.
    pub fn contains(&self, value: T) -> bool {
        self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| value < to)
    }
}

/// Counts over numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    pub field: String,
    /// The width of a bucket, above 0.
    pub interval: f64,
    /// Added to every bucket's start; at least 0 and below the interval.
    pub offset: f64,
    pub min_doc_count: u64,
    /// Empty buckets are filled in between these, both inclusive.
    pub extended_bounds: Option<(f64, f64)>,
    /// Buckets outside these are left out, both inclusive.
    pub hard_bounds: Option<(f64, f64)>,
    /// By key when there is none; ties fall to the key.
    pub order: Vec<(TermsOrder, Direction)>,
}

impl Histogram {
    /// The start of the bucket that holds the number.
    pub fn start(&self, number: f64) -> f64 {
        ((number - self.offset) / self.interval).floor() * self.interval + self.offset
    }
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

/// The most frequent of some values.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenTerms {
    pub terms: TermsAggregation,
    pub choice: Choice,
    /// Only values with no more documents than these.
    pub max_doc_count: Option<u64>,
}

/// What `terms` buckets are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermsOrder {
    Count,
    Key,
    /// A metric aggregation within the bucket, by name; of one with several numbers as `name.number`. Within a
    /// single bucket that is within, as `bucket>name`.
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
    /// By key when there is none; ties fall to the key.
    pub order: Vec<(TermsOrder, Direction)>,
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
