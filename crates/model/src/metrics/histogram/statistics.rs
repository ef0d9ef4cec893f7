//! Quantiles, fractions and spread, estimated from buckets.
//!
//! Within a bucket, observations are taken to be spread evenly: on a logarithmic scale in exponential
//! buckets, on a linear one with custom bounds and in the zero bucket.

use super::cell::{Cell as _, Kahan};
use super::{Bucket, Histogram};

/// What observations that are no numbers did to a result. They are in no bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NanObservations {
    #[default]
    None,
    /// They count as larger than everything, so that the result is larger than without them.
    Skew,
    /// The result lies among them and is no number itself.
    Result,
}

/// An estimated quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    pub value: f64,
    pub nan_observations: NanObservations,
}

impl Quantile {
    fn of(value: f64) -> Self {
        Self {
            value,
            nan_observations: NanObservations::None,
        }
    }
}

impl Histogram {
    /// The value below which a share `q` of the observations lies.
    ///
    /// Where the sum is no number, the position found in the bucket of the quantile is applied to the last of
    /// all buckets. So it is in Prometheus 3.14: on its way to count all observations, it forgets which bucket
    /// it was in. Its results have to be met.
    pub fn quantile(&self, q: f64) -> Quantile {
        if q < 0.0 {
            return Quantile::of(f64::NEG_INFINITY);
        }
        if q > 1.0 {
            return Quantile::of(f64::INFINITY);
        }
        if self.count == 0.0 || q.is_nan() {
            return Quantile::of(f64::NAN);
        }
        let mut buckets = self.all_buckets();
        // From the nearer end, unless observations that are no numbers are missing at the upper one.
        let ascending = self.sum.is_nan() || q < 0.5;
        let rank = if ascending {
            q * self.count
        } else {
            buckets.reverse();
            (1.0 - q) * self.count
        };
        let (bucket, counted, rest) = up_to_rank(&buckets, rank);
        match self.finite(bucket) {
            Ok(bucket) => self.quantile_in(bucket, rank, counted, rest, ascending),
            Err(value) => Quantile::of(value),
        }
    }

    /// The bucket as far as observations are taken to be in it, or the value to take when it has no end.
    fn finite(&self, mut bucket: Bucket) -> Result<Bucket, f64> {
        if !self.has_custom_bounds() {
            if bucket.lower < 0.0 && bucket.upper > 0.0 {
                self.narrow_zero_bucket(&mut bucket);
            }
        } else if bucket.lower == f64::NEG_INFINITY {
            if bucket.upper <= 0.0 {
                return Err(bucket.upper);
            }
            bucket.lower = 0.0;
        } else if bucket.upper == f64::INFINITY {
            return Err(bucket.lower);
        }
        Ok(bucket)
    }

    /// Of a histogram whose other buckets are on one side, the zero bucket is on that side, too.
    fn narrow_zero_bucket(&self, bucket: &mut Bucket) {
        match (self.negative.is_empty(), self.positive.is_empty()) {
            (true, false) => bucket.lower = 0.0,
            (false, true) => bucket.upper = 0.0,
            _ => {}
        }
    }

    fn quantile_in(
        &self,
        bucket: Bucket,
        rank: f64,
        counted: f64,
        rest: &[Bucket],
        ascending: bool,
    ) -> Quantile {
        let counted = if counted > self.count {
            self.count
        } else {
            counted
        };
        if counted < rank {
            return if self.sum.is_nan() {
                Quantile {
                    value: f64::NAN,
                    nan_observations: NanObservations::Result,
                }
            } else {
                Quantile::of(bucket.upper)
            };
        }
        let rank_in_bucket = if ascending {
            rank - (counted - bucket.count)
        } else {
            counted - rank
        };
        let in_buckets = counted + rest.iter().map(|each| each.count).sum::<f64>();
        let skew = self.sum.is_nan() && in_buckets < self.count;
        let bucket = match rest.last() {
            Some(last) if self.sum.is_nan() => *last,
            _ => bucket,
        };
        let fraction = rank_in_bucket / bucket.count;
        let linear = self.has_custom_bounds() || (bucket.lower <= 0.0 && bucket.upper >= 0.0);
        Quantile {
            value: interpolated(&bucket, fraction, linear),
            nan_observations: if skew {
                NanObservations::Skew
            } else {
                NanObservations::None
            },
        }
    }

    /// The share of observations between two values, and whether observations that are no numbers, which
    /// lie nowhere, make it smaller.
    pub fn fraction(&self, lower: f64, upper: f64) -> (f64, bool) {
        if self.count == 0.0 || lower.is_nan() || upper.is_nan() {
            return (f64::NAN, false);
        }
        if lower >= upper {
            return (0.0, false);
        }
        let buckets = self.all_buckets();
        let mut count = self.count;
        let mut has_nan = false;
        if self.sum.is_nan() {
            count = buckets.iter().map(|bucket| bucket.count).sum();
            has_nan = count < self.count;
        }
        let rank = |value: f64| {
            let rank = self.rank_of(value, &buckets).unwrap_or(count);
            if rank > count { count } else { rank }
        };
        ((rank(upper) - rank(lower)) / self.count, has_nan)
    }

    /// How many observations lie below a value. `None` when it is above all buckets.
    fn rank_of(&self, value: f64, buckets: &[Bucket]) -> Option<f64> {
        let mut rank = 0.0;
        for bucket in buckets {
            let mut bucket = *bucket;
            let is_zero = bucket.lower <= 0.0 && bucket.upper >= 0.0;
            if is_zero {
                self.narrow_zero_bucket(&mut bucket);
            }
            if bucket.lower >= value {
                return Some(rank);
            }
            if bucket.upper > value {
                let linear = self.has_custom_bounds() || is_zero;
                return Some(if linear && bucket.lower == f64::NEG_INFINITY {
                    // Nothing is known of where in it they are.
                    bucket.count
                } else {
                    rank + bucket.count * bucket.fraction_below(value, linear)
                });
            }
            rank += bucket.count;
        }
        None
    }

    /// The mean of the squared distances from the mean, each bucket's observations taken to be in its middle.
    pub fn variance(&self) -> f64 {
        let mean = self.sum / self.count;
        let mut sum = Kahan::default();
        for bucket in self.all_buckets() {
            if bucket.count == 0.0 {
                continue;
            }
            let distance = self.middle(&bucket) - mean;
            sum.add(bucket.count * distance * distance);
        }
        sum.total() / self.count
    }

    fn middle(&self, bucket: &Bucket) -> f64 {
        if self.has_custom_bounds() {
            return (bucket.upper + bucket.lower) / 2.0;
        }
        if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
            return 0.0;
        }
        let middle = (bucket.upper * bucket.lower).sqrt();
        if bucket.upper < 0.0 { -middle } else { middle }
    }
}

/// The bucket in which a rank lies, the count up to its end, and the buckets behind it.
fn up_to_rank(buckets: &[Bucket], rank: f64) -> (Bucket, f64, &[Bucket]) {
    let mut last = Bucket {
        lower: 0.0,
        upper: 0.0,
        lower_inclusive: false,
        upper_inclusive: false,
        count: 0.0,
    };
    let mut counted = 0.0;
    for (place, bucket) in buckets.iter().enumerate() {
        last = *bucket;
        if bucket.count == 0.0 {
            continue;
        }
        counted += bucket.count;
        if counted >= rank {
            return (last, counted, &buckets[place + 1..]);
        }
    }
    (last, counted, &[])
}

fn interpolated(bucket: &Bucket, fraction: f64, linear: bool) -> f64 {
    if linear {
        return bucket.lower + (bucket.upper - bucket.lower) * fraction;
    }
    let lower = bucket.lower.abs().log2();
    let upper = bucket.upper.abs().log2();
    if bucket.lower > 0.0 {
        (lower + (upper - lower) * fraction).exp2()
    } else {
        -(upper + (lower - upper) * (1.0 - fraction)).exp2()
    }
}
