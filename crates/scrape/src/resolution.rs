//! Native histograms made coarser, when a job does not want as many or as fine buckets.

use swarmscope_model::metrics::Histogram;
use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;

/// The finest and the coarsest exponential schema.
const FINEST: i32 = 8;
const COARSEST: i32 = -4;

/// A histogram that has too many buckets even at the coarsest resolution, or has bounds of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("histogram bucket limit exceeded")]
pub struct TooManyBuckets;

/// Makes a sound histogram coarser until it has at most so many buckets.
///
/// # Errors
/// When that cannot be reached.
pub(crate) fn limit_buckets(histogram: &mut Histogram, limit: usize) -> Result<(), TooManyBuckets> {
    while histogram.positive.counts.len() + histogram.negative.counts.len() > limit {
        if histogram.schema == CUSTOM_BUCKETS_SCHEMA || histogram.schema <= COARSEST {
            return Err(TooManyBuckets);
        }
        histogram.reduce_resolution(histogram.schema - 1);
    }
    Ok(())
}

/// The finest schema whose buckets grow at least by a factor; 0 and 1 allow every schema.
pub(crate) fn largest_schema(factor: f64) -> i32 {
    if factor <= 1.0 {
        return FINEST;
    }
    let schema = (-factor.log2().log2()).floor();
    schema.clamp(f64::from(COARSEST), f64::from(FINEST)) as i32
}

#[cfg(test)]
mod tests {
    use swarmscope_model::metrics::Buckets;

    use super::*;

    fn histogram(schema: i32, buckets: &[(i32, f64)]) -> Histogram {
        Histogram {
            schema,
            positive: Buckets::from_indexed(buckets.iter().copied()),
            ..Histogram::default()
        }
    }

    #[test]
    fn pairs_of_buckets_become_one_until_they_fit() {
        let mut fine = histogram(1, &[(-1, 1.0), (0, 2.0), (1, 3.0), (2, 4.0), (3, 5.0)]);
        assert_eq!(limit_buckets(&mut fine, 3), Ok(()));
        assert_eq!(fine, histogram(0, &[(0, 3.0), (1, 7.0), (2, 5.0)]));
        assert_eq!(limit_buckets(&mut fine, 3), Ok(()));
        assert_eq!(fine.schema, 0, "it fits already");
        assert_eq!(limit_buckets(&mut fine, 0), Err(TooManyBuckets));
        let mut custom = histogram(CUSTOM_BUCKETS_SCHEMA, &[(0, 1.0), (1, 2.0)]);
        assert_eq!(limit_buckets(&mut custom, 1), Err(TooManyBuckets));
    }

    #[test]
    fn the_growth_factor_limits_the_schema() {
        for (factor, schema) in [(0.0, 8), (1.0, 8), (1.1, 2), (2.0, 0), (4.0, -1), (1e9, -4)] {
            assert_eq!(largest_schema(factor), schema, "{factor}");
        }
    }
}
