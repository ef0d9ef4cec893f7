//! Sums and means of many histograms, with what rounding loses kept aside.

use super::cell::Kahan;
use super::tally::Tally;
use super::{Histogram, IncompatibleHistograms, Merged};

/// The sum of one or more histograms.
#[derive(Debug, Clone)]
pub struct HistogramSum(Tally<Kahan>);

impl HistogramSum {
    pub fn new(first: &Histogram) -> Self {
        Self(Tally::new(first))
    }

    /// Adds one more.
    ///
    /// # Errors
    /// When some have exponential buckets and others custom bounds. Nothing is added then.
    pub fn add(&mut self, next: &Histogram) -> Result<Merged, IncompatibleHistograms> {
        self.0.add(next, 1.0)
    }

    /// The sum. There may be empty buckets.
    pub fn finish(self) -> Histogram {
        self.0.finish()
    }
}

/// The mean of one or more histograms.
///
/// A sum that is divided at the end is the most exact. Where it becomes too large to be a number, the mean
/// is carried on instead.
#[derive(Debug, Clone)]
pub struct HistogramMean {
    /// The sum, or the mean so far.
    tally: Tally<Kahan>,
    count: f64,
    incremental: bool,
    /// No count and no sum of what was added is above it.
    largest: f64,
}

impl HistogramMean {
    pub fn new(first: &Histogram) -> Self {
        Self {
            tally: Tally::new(first),
            count: 1.0,
            incremental: false,
            largest: largest(first),
        }
    }

    /// Takes one more into account.
    ///
    /// # Errors
    /// When some have exponential buckets and others custom bounds.
    pub fn add(&mut self, next: &Histogram) -> Result<Merged, IncompatibleHistograms> {
        self.count += 1.0;
        self.largest += largest(next);
        if !self.incremental {
            if self.largest < f64::MAX / 2.0 {
                return self.tally.add(next, 1.0);
            }
            let mut longer = self.tally.clone();
            let merged = longer.add(next, 1.0)?;
            if !longer.overflows() {
                self.tally = longer;
                return Ok(merged);
            }
            self.incremental = true;
            self.tally.divide(self.count - 1.0);
        }
        self.tally.scale((self.count - 1.0) / self.count);
        let mut part = next.clone();
        part.divide(self.count);
        self.tally.add(&part, 1.0)
    }

    /// The mean. There may be empty buckets.
    pub fn finish(mut self) -> Histogram {
        if !self.incremental {
            self.tally.divide(self.count);
        }
        self.tally.finish()
    }
}

/// The largest count or sum, in absolute value.
fn largest(histogram: &Histogram) -> f64 {
    let buckets = histogram.positive.counts.iter();
    buckets
        .chain(&histogram.negative.counts)
        .chain([&histogram.zero_count, &histogram.count, &histogram.sum])
        // Not a number means not known, and then the slow way is the safe one.
        .map(|value| {
            if value.is_nan() {
                f64::INFINITY
            } else {
                value.abs()
            }
        })
        .fold(0.0, f64::max)
}
