//! Buckets with their bounds, in the order of the numbers that they count.

use super::bounds::upper_bound;
use super::{CUSTOM_BUCKETS_SCHEMA, Histogram};

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    pub lower: f64,
    pub upper: f64,
    /// Whether observations equal to `lower` are in it.
    pub lower_inclusive: bool,
    /// Whether observations equal to `upper` are in it.
    pub upper_inclusive: bool,
    pub count: f64,
}

impl Bucket {
    /// The part of a finite bucket's width, from 0 to 1, below a value inside of it: on a logarithmic
    /// scale, as exponential buckets grow, or on a linear one.
    pub fn fraction_below(&self, value: f64, linear: bool) -> f64 {
        if linear {
            return (value - self.lower) / (self.upper - self.lower);
        }
        let lower = self.lower.abs().log2();
        let upper = self.upper.abs().log2();
        let value_log = value.abs().log2();
        if value > 0.0 {
            (value_log - lower) / (upper - lower)
        } else {
            1.0 - (value_log - upper) / (lower - upper)
        }
    }
}

impl Histogram {
    /// Whether its buckets have bounds of their own.
    pub fn has_custom_bounds(&self) -> bool {
        self.schema == CUSTOM_BUCKETS_SCHEMA
    }

    /// The buckets of positive numbers, ascending. With custom bounds: all buckets.
    pub fn positive_buckets(&self) -> impl Iterator<Item = Bucket> {
        self.positive
            .iter()
            .map(|(index, count)| self.positive_bucket(index, count))
    }

    /// The buckets of negative numbers, from zero down.
    pub fn negative_buckets(&self) -> impl Iterator<Item = Bucket> {
        self.negative
            .iter()
            .map(|(index, count)| self.negative_bucket(index, count))
    }

    fn positive_bucket(&self, index: i32, count: f64) -> Bucket {
        let bound = |index| upper_bound(index, self.schema, &self.custom_bounds);
        self.bucket(bound(index.wrapping_sub(1)), bound(index), count, index)
    }

    fn negative_bucket(&self, index: i32, count: f64) -> Bucket {
        let bound = |index| -upper_bound(index, self.schema, &[]);
        self.bucket(bound(index), bound(index.wrapping_sub(1)), count, index)
    }

    fn bucket(&self, lower: f64, upper: f64, count: f64, index: i32) -> Bucket {
        let custom = self.has_custom_bounds();
        Bucket {
            lower,
            upper,
            lower_inclusive: if custom { index == 0 } else { lower < 0.0 },
            upper_inclusive: custom || upper > 0.0,
            count,
        }
    }

    /// The bucket around zero.
    pub fn zero_bucket(&self) -> Bucket {
        Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            lower_inclusive: true,
            upper_inclusive: true,
            count: self.zero_count,
        }
    }

    /// All buckets in ascending order. The zero bucket is among them when it counts something; those that
    /// reach into it end at its threshold.
    pub fn all_buckets(&self) -> Vec<Bucket> {
        let mut all: Vec<Bucket> = self.negative_buckets().collect();
        all.reverse();
        if self.zero_count > 0.0 {
            all.push(self.zero_bucket());
        }
        let zero = all.len();
        all.extend(self.positive_buckets());
        let threshold = self.zero_threshold;
        for (place, bucket) in all.iter_mut().enumerate() {
            if self.zero_count > 0.0 && place + 1 == zero {
                continue;
            }
            if bucket.upper < 0.0 && bucket.upper > -threshold {
                bucket.upper = -threshold;
            } else if bucket.lower > 0.0 && bucket.lower < threshold {
                bucket.lower = threshold;
            }
        }
        all
    }
}
