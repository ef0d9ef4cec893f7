//! Coarser histograms: every two buckets become one, as often as it takes.

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::{Buckets, Histogram};

use super::{bucket_count, collect, entries, is_well_formed};

/// The finest and the coarsest exponential schema.
const FINEST: i32 = 8;
const COARSEST: i32 = -4;

/// A histogram that has too many buckets even at the coarsest resolution, or has bounds of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("histogram bucket limit exceeded")]
pub struct TooManyBuckets;

/// Makes a histogram coarser until it has at most so many buckets.
///
/// # Errors
/// When that cannot be reached.
pub fn limit_buckets(histogram: &mut Histogram, limit: usize) -> Result<(), TooManyBuckets> {
    while bucket_count(histogram) > limit {
        if histogram.schema == CUSTOM_BUCKETS_SCHEMA || histogram.schema <= COARSEST {
            return Err(TooManyBuckets);
        }
        if !halve(histogram) {
            return Err(TooManyBuckets);
        }
    }
    Ok(())
}

/// Makes a histogram coarser until its schema is at most this one.
pub fn limit_schema(histogram: &mut Histogram, schema: i32) {
    while histogram.schema != CUSTOM_BUCKETS_SCHEMA && histogram.schema > schema {
        if !halve(histogram) {
            return;
        }
    }
}

/// The finest schema whose buckets grow at least by a factor; 0 and 1 allow every schema.
pub fn largest_schema(factor: f64) -> i32 {
    if factor <= 1.0 {
        return FINEST;
    }
    let schema = (-factor.log2().log2()).floor();
    schema.clamp(f64::from(COARSEST), f64::from(FINEST)) as i32
}

fn halve(histogram: &mut Histogram) -> bool {
    if !is_well_formed(&histogram.positive) || !is_well_formed(&histogram.negative) {
        return false;
    }
    histogram.schema -= 1;
    histogram.positive = halved(&histogram.positive);
    histogram.negative = halved(&histogram.negative);
    true
}

fn halved(buckets: &Buckets) -> Buckets {
    let mut merged: Vec<(i32, f64)> = Vec::with_capacity(buckets.counts.len());
    for (index, count) in entries(buckets) {
        // Bucket i ends at base^i: 2k-1 and 2k become k.
        let index = ((index - 1) >> 1) + 1;
        match merged.last_mut() {
            Some((last, sum)) if *last == index => *sum += count,
            _ => merged.push((index, count)),
        }
    }
    collect(merged.into_iter())
}

#[cfg(test)]
mod tests {
    use swarmscope_model::metrics::Span;

    use super::*;

    fn histogram(schema: i32, first: i32, counts: &[f64]) -> Histogram {
        Histogram {
            schema,
            positive: Buckets {
                spans: vec![Span {
                    offset: first,
                    length: counts.len() as u32,
                }],
                counts: counts.to_vec(),
            },
            ..Histogram::default()
        }
    }

    #[test]
    fn pairs_of_buckets_become_one() {
        let mut fine = histogram(1, -1, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(limit_buckets(&mut fine, 3), Ok(()));
        // -1 and 0 become 0, 1 and 2 become 1, 3 becomes 2.
        assert_eq!(fine, histogram(0, 0, &[3.0, 7.0, 5.0]));
        assert_eq!(limit_buckets(&mut fine, 3), Ok(()));
        assert_eq!(fine.schema, 0, "it fits already");
        assert_eq!(limit_buckets(&mut fine, 0), Err(TooManyBuckets));
        let mut custom = histogram(CUSTOM_BUCKETS_SCHEMA, 0, &[1.0, 2.0]);
        assert_eq!(limit_buckets(&mut custom, 1), Err(TooManyBuckets));
    }

    #[test]
    fn the_growth_factor_limits_the_schema() {
        for (factor, schema) in [(0.0, 8), (1.0, 8), (1.1, 2), (2.0, 0), (4.0, -1), (1e9, -4)] {
            assert_eq!(largest_schema(factor), schema, "{factor}");
        }
        let mut fine = histogram(3, 1, &[1.0; 8]);
        limit_schema(&mut fine, 0);
        assert_eq!(fine, histogram(0, 1, &[8.0]));
    }
}
