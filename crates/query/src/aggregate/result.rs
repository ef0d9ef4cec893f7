//! What comes back from aggregations. Never says how it is shown: that is the protocol's.

use std::cmp::Ordering;

use super::{
    Boxplot, DistinctValues, SignificantBucket, Statistics, StringStatistics, TopHits, TupleBucket,
};

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
    Distinct(DistinctValues),
    Stats(Statistics),
    /// `None` when no document had a number.
    Boxplot(Option<Boxplot>),
    StringStats(StringStatistics),
    /// Each number that was asked for with what answers it; `None` when no document had a value.
    Percentiles {
        values: Vec<(f64, Option<f64>)>,
        of_dates: bool,
    },
    /// The buckets that the request names, in its order.
    Slots(Vec<Slot>),
    /// Some of these, each with its place in the request.
    ChosenSlots(Vec<(usize, Slot)>),
    /// Combinations of values. `after` is the last of them: the next page begins behind it.
    Tuples {
        buckets: Vec<TupleBucket>,
        after: Option<Vec<Option<BucketKey>>>,
        other_count: u64,
    },
    /// Values that stand out, those with the highest score first.
    Significant {
        /// Documents in the bucket that was looked at, and in the background.
        count: u64,
        background: u64,
        buckets: Vec<SignificantBucket>,
    },
    /// Of points in time, as wide as `interval` says.
    AutoHistogram {
        buckets: Vec<Bucket>,
        interval: String,
    },
    Hits(TopHits),
    /// Of a pipeline aggregation.
    Pipeline(PipelineResult),
    Patterns {
        patterns: Vec<Pattern>,
        /// Templates, those that are not given included.
        distinct: u64,
        /// Documents of templates that are not given.
        other_count: u64,
    },
}

/// What a pipeline aggregation found. A number that is none is not a number here.
#[derive(Debug, Clone, PartialEq)]
pub enum PipelineResult {
    Simple(f64),
    Count(u64),
    /// With the difference by units of the key, when one was asked for.
    Derivative {
        value: f64,
        normalized: Option<f64>,
    },
    /// The smallest or largest number, infinite when there is none, and the keys of its buckets.
    Extreme {
        value: f64,
        keys: Vec<String>,
    },
    Stats(Statistics),
    Percentiles(Vec<(f64, Option<f64>)>),
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
    /// Whether it is one of buckets, though it may have none.
    pub fn has_buckets(&self) -> bool {
        !matches!(
            self,
            AggregationResult::Metric { .. }
                | AggregationResult::Count(_)
                | AggregationResult::Distinct(_)
                | AggregationResult::Stats(_)
                | AggregationResult::Boxplot(_)
                | AggregationResult::StringStats(_)
                | AggregationResult::Percentiles { .. }
                | AggregationResult::Hits(_)
                | AggregationResult::Pipeline(_)
        )
    }

    /// The number that buckets are ordered by: the result's own, or the one of that name among several.
    pub fn number(&self, name: Option<&str>) -> Option<f64> {
        match (self, name) {
            (AggregationResult::Metric { value, .. }, None) => *value,
            (AggregationResult::Count(count), None) => Some(*count as f64),
            (AggregationResult::Distinct(values), None) => Some(values.count() as f64),
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
            (AggregationResult::Boxplot(found), Some(name)) => {
                let found = found.as_ref()?;
                match name {
                    "min" => Some(found.min),
                    "max" => Some(found.max),
                    "q1" => Some(found.q1),
                    "q2" => Some(found.q2),
                    "q3" => Some(found.q3),
                    "lower" => Some(found.lower),
                    "upper" => Some(found.upper),
                    _ => None,
                }
            }
            (AggregationResult::StringStats(found), Some(name)) => match name {
                "count" => Some(found.count as f64),
                "min_length" => Some(found.min_length as f64),
                "max_length" => Some(found.max_length as f64),
                "avg_length" => Some(found.total_length as f64 / found.count as f64),
                "entropy" => Some(found.entropy()),
                _ => None,
            },
            (AggregationResult::Percentiles { values, .. }, Some(name)) => {
                let asked: f64 = name.parse().ok()?;
                let found = values.iter().find(|(own, _)| *own == asked);
                found.and_then(|(_, value)| *value)
            }
            _ => None,
        }
    }
}

/// The number within a bucket that a [`TermsOrder::Metric`](super::TermsOrder::Metric) names.
pub fn metric_within(within: &AggregationResults, path: &str) -> Option<f64> {
    let find = |name: &str| within.iter().find(|(own, _)| own == name);
    if let Some((first, rest)) = path.split_once('>') {
        return match find(first) {
            Some((_, AggregationResult::Slots(slots))) => match slots.as_slice() {
                [only] => metric_within(&only.within, rest),
                _ => None,
            },
            _ => None,
        };
    }
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

impl BucketKey {
    /// The order of keys; those of different types by type.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (BucketKey::Text(a), BucketKey::Text(b)) => a.cmp(b),
            (BucketKey::Integer(a), BucketKey::Integer(b))
            | (BucketKey::Instant(a), BucketKey::Instant(b)) => a.cmp(b),
            (BucketKey::Float(a), BucketKey::Float(b)) => a.total_cmp(b),
            (BucketKey::Integer(a), BucketKey::Float(b)) => (*a as f64).total_cmp(b),
            (BucketKey::Float(a), BucketKey::Integer(b)) => a.total_cmp(&(*b as f64)),
            (BucketKey::Boolean(a), BucketKey::Boolean(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            BucketKey::Boolean(_) => 0,
            BucketKey::Integer(_) | BucketKey::Float(_) => 1,
            BucketKey::Instant(_) => 2,
            BucketKey::Text(_) => 3,
        }
    }
}
