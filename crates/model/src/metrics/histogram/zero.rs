//! One zero bucket for two histograms: as wide as the wider one, and as wide as the buckets that it would
//! cut through.

use super::Histogram;
use super::bounds::exponential_bound;
use super::cell::Cell;
use super::tally::{Cells, Tally, cells};

impl<C: Cell> Tally<C> {
    /// Widens the own zero bucket until it covers the other's and cuts no bucket of either. Gives what
    /// the other would count in it.
    pub(super) fn reconcile_zero_buckets(&mut self, other: &Histogram) -> C {
        let mut other_count = C::of(other.zero_count);
        let mut other_threshold = other.zero_threshold;
        while self.zero_threshold != other_threshold {
            if other_threshold < self.zero_threshold {
                let wider = Zero::of(other).widened(self.zero_threshold);
                (other_count, other_threshold) = (wider.count, wider.threshold);
            }
            if self.zero_threshold < other_threshold {
                let zero = Zero {
                    schema: self.schema,
                    threshold: self.zero_threshold,
                    count: self.zero_count,
                    positive: std::mem::take(&mut self.positive),
                    negative: std::mem::take(&mut self.negative),
                };
                let mut wider = zero.widened(other_threshold);
                wider.drop_covered();
                self.zero_count = wider.count;
                self.zero_threshold = wider.threshold;
                self.positive = wider.positive;
                self.negative = wider.negative;
            }
            // Thresholds that are no numbers would never meet.
            if self.zero_threshold.is_nan() || other_threshold.is_nan() {
                break;
            }
        }
        other_count
    }
}

/// A zero bucket and what lies around it.
pub(super) struct Zero<C> {
    schema: i32,
    pub threshold: f64,
    pub count: C,
    positive: Cells<C>,
    negative: Cells<C>,
}

impl<C: Cell> Zero<C> {
    pub fn of(histogram: &Histogram) -> Self {
        Self {
            schema: histogram.schema,
            threshold: histogram.zero_threshold,
            count: C::of(histogram.zero_count),
            positive: cells(&histogram.positive, 1.0),
            negative: cells(&histogram.negative, 1.0),
        }
    }

    /// With a threshold of at least `wanted`: more, when a bucket that counts something would be cut.
    pub fn widened(mut self, wanted: f64) -> Self {
        if wanted == self.threshold {
            return self;
        }
        let mut threshold = wanted;
        // The wider it gets, the more buckets it may reach; it ends at the last one at the latest.
        loop {
            let cut =
                [&self.positive, &self.negative]
                    .into_iter()
                    .flatten()
                    .find(|(index, cell)| {
                        let lower = exponential_bound(index.wrapping_sub(1), self.schema);
                        let upper = exponential_bound(*index, self.schema);
                        lower < threshold && upper > threshold && cell.sum() != 0.0
                    });
            match cut {
                Some((index, _)) => threshold = exponential_bound(*index, self.schema),
                None => break,
            }
        }
        for side in [&self.positive, &self.negative] {
            for (index, cell) in side {
                if exponential_bound(index.wrapping_sub(1), self.schema) >= threshold {
                    break;
                }
                self.count.absorb(*cell);
            }
        }
        self.threshold = threshold;
        self
    }

    /// Takes out the buckets that the zero bucket covers, and others that are empty.
    pub fn drop_covered(&mut self) {
        let (schema, threshold) = (self.schema, self.threshold);
        for side in [&mut self.positive, &mut self.negative] {
            side.retain(|(index, cell)| {
                let lower = exponential_bound(index.wrapping_sub(1), schema);
                lower >= threshold && !cell.is_empty()
            });
        }
    }
}
