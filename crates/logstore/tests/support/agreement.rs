//! Whether two answers to the same aggregations say the same.

use swarmscope_query::aggregate::{AggregationResult, AggregationResults, Bucket};

/// Whether two results are the same, but for the order in which numbers were added up.
pub fn agree(a: &AggregationResults, b: &AggregationResults) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.0 == b.0 && result_agrees(&a.1, &b.1))
}

fn result_agrees(a: &AggregationResult, b: &AggregationResult) -> bool {
    use AggregationResult as Result;
    let near = |a: f64, b: f64| a == b || (a - b).abs() <= a.abs().max(b.abs()) * 1e-9;
    let buckets_agree = |a: &[Bucket], b: &[Bucket]| {
        a.len() == b.len()
            && a.iter()
                .zip(b)
                .all(|(a, b)| (&a.key, a.count) == (&b.key, b.count) && agree(&a.within, &b.within))
    };
    match (a, b) {
        (
            Result::Terms {
                buckets,
                other_count,
            },
            Result::Terms {
                buckets: others,
                other_count: other,
            },
        ) => other_count == other && buckets_agree(buckets, others),
        (Result::Histogram { buckets }, Result::Histogram { buckets: others }) => {
            buckets_agree(buckets, others)
        }
        (
            Result::Tuples {
                buckets,
                after,
                other_count,
            },
            Result::Tuples {
                buckets: others,
                after: other_after,
                other_count: other,
            },
        ) => {
            (after, other_count, buckets.len()) == (other_after, other, others.len())
                && buckets.iter().zip(others).all(|(a, b)| {
                    (&a.key, a.count) == (&b.key, b.count) && agree(&a.within, &b.within)
                })
        }
        (Result::Slots(a), Result::Slots(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.count == b.count && agree(&a.within, &b.within))
        }
        (
            Result::Patterns {
                patterns,
                distinct,
                other_count,
            },
            Result::Patterns {
                patterns: others,
                distinct: distinct_other,
                other_count: other,
            },
        ) => {
            (distinct, other_count, patterns.len()) == (distinct_other, other, others.len())
                && patterns.iter().zip(others).all(|(a, b)| {
                    (&a.text, a.count, &a.samples) == (&b.text, b.count, &b.samples)
                        && agree(&a.within, &b.within)
                })
        }
        (Result::Stats(a), Result::Stats(b)) => {
            (a.count, a.min, a.max, a.of_dates) == (b.count, b.min, b.max, b.of_dates)
                && near(a.sum, b.sum)
                && near(a.sum_of_squares, b.sum_of_squares)
        }
        (Result::Distinct(a), Result::Distinct(b)) => a.count() == b.count(),
        (a, b) => a == b,
    }
}
