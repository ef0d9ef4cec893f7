//! What comes back from aggregations. Never says how it is shown: that is the protocol's.

use super::Statistics;

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
    /// Of points in time or of numbers.
    Histogram {
        buckets: Vec<Bucket>,
    },
    /// `None` when no document had a value. `of_dates` when the field held points in time, whose
    /// results are in milliseconds.
    Metric {
        value: Option<f64>,
        of_dates: bool,
    },
    Count(u64),
    Stats(Statistics),
    /// Each number that was asked for with what answers it; `None` when no document had a value.
    Percentiles {
        values: Vec<(f64, Option<f64>)>,
        of_dates: bool,
    },
    /// The buckets that the request names, in its order.
    Slots(Vec<Slot>),
    Patterns {
        patterns: Vec<Pattern>,
        /// Templates, those that are not given included.
        distinct: u64,
        /// Documents of templates that are not given.
        other_count: u64,
    },
}

/// A template of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The text with `<kind>` and `<*>` in the places of values.
    pub text: String,
    pub count: u64,
    /// Newest first.
    pub samples: Vec<Sample>,
    pub within: AggregationResults,
}

/// A document that stands for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub index: String,
    pub id: String,
    /// The document's time, in milliseconds.
    pub time: i64,
}

/// A bucket that the request names.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    pub count: u64,
    pub within: AggregationResults,
}

impl AggregationResult {
    /// The number that buckets are ordered by: the result's own, or the one of that name among several.
    pub fn number(&self, name: Option<&str>) -> Option<f64> {
        match (self, name) {
            (AggregationResult::Metric { value, .. }, None) => *value,
            (AggregationResult::Count(count), None) => Some(*count as f64),
            (AggregationResult::Slots(slots), None) => match slots.as_slice() {
                [slot] => Some(slot.count as f64),
                _ => None,
            },
            (AggregationResult::Stats(statistics), Some(name)) => {
                let some = statistics.count > 0;
                match name {
                    "count" => Some(statistics.count as f64),
                    "min" => some.then_some(statistics.min),
                    "max" => some.then_some(statistics.max),
                    "avg" => statistics.average(),
                    "sum" => Some(statistics.sum),
                    "sum_of_squares" => Some(statistics.sum_of_squares),
                    "variance" | "variance_population" => statistics.variance(),
                    "variance_sampling" => statistics.sample_variance(),
                    "std_deviation" | "std_deviation_population" => {
                        statistics.variance().map(f64::sqrt)
                    }
                    "std_deviation_sampling" => statistics.sample_variance().map(f64::sqrt),
                    _ => None,
                }
            }
            (AggregationResult::Percentiles { values, .. }, Some(name)) => {
                let asked: f64 = name.parse().ok()?;
                let found = values.iter().find(|(own, _)| *own == asked);
                found.and_then(|(_, value)| *value)
            }
            _ => None,
        }
    }
}

/// The number within a bucket that a [`TermsOrder::Metric`] names.
pub fn metric_within(within: &AggregationResults, path: &str) -> Option<f64> {
    let find = |name: &str| within.iter().find(|(own, _)| own == name);
    if let Some((_, result)) = find(path) {
        return result.number(None);
    }
    // A percentile may have a point of its own.
    path.match_indices('.').find_map(|(at, _)| {
        let (_, result) = find(&path[..at])?;
        result.number(Some(&path[at + 1..]))
    })
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
