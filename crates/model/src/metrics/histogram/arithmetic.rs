//! Sums, differences and multiples of histograms.

use super::bounds::exponential_bound;
use super::cell::Cell as _;
use super::tally::{Tally, cells, reduce};
use super::{Buckets, Histogram, ResetHint};

/// Exponential buckets and custom bounds do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas"
)]
pub struct IncompatibleHistograms;

/// What a user should know of a sum or a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// One had a counter reset and the other had none.
    pub resets_collide: bool,
    /// The custom bounds differed; those in common were kept.
    pub bounds_reconciled: bool,
}

impl ResetHint {
    /// What is known of a sum of two, and whether they contradict each other.
    pub fn combined(self, other: Self) -> (Self, bool) {
        match (self, other) {
            _ if self == other => (self, false),
            (Self::Gauge, _) | (_, Self::Gauge) => (Self::Gauge, false),
            (Self::Unknown, _) | (_, Self::Unknown) => (Self::Unknown, false),
            _ => (Self::Unknown, true),
        }
    }
}

impl Histogram {
    /// Adds another. The coarser resolution, the wider zero bucket and the bounds in common remain.
    /// There may be empty buckets; [`Histogram::compact`] removes them.
    ///
    /// # Errors
    /// When one has exponential buckets and the other custom bounds. Nothing is added then.
    pub fn add(&mut self, other: &Self) -> Result<Merged, IncompatibleHistograms> {
        self.merge(other, 1.0)
    }

    /// Takes another away. What is known of resets is combined as in sums; a difference that is shown to
    /// users is a gauge, which is for the caller to say.
    ///
    /// # Errors
    /// As [`Histogram::add`].
    pub fn subtract(&mut self, other: &Self) -> Result<Merged, IncompatibleHistograms> {
        self.merge(other, -1.0)
    }

    fn merge(&mut self, other: &Self, sign: f64) -> Result<Merged, IncompatibleHistograms> {
        if self.has_layout_of(other) {
            return Ok(self.merge_in_place(other, sign));
        }
        let mut tally: Tally<f64> = Tally::new(self);
        let merged = tally.add(other, sign)?;
        *self = tally.finish();
        Ok(merged)
    }

    fn has_layout_of(&self, other: &Self) -> bool {
        self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && self.positive.spans == other.positive.spans
            && self.negative.spans == other.negative.spans
            && self.positive.counts.len() == other.positive.counts.len()
            && self.negative.counts.len() == other.negative.counts.len()
            && self.custom_bounds == other.custom_bounds
            && (other.zero_threshold == 0.0 || !other.reaches_into_zero_bucket())
    }

    /// Whether a bucket lies within the zero bucket, which no honest histogram has. It is not added.
    fn reaches_into_zero_bucket(&self) -> bool {
        let covered = |(index, _)| exponential_bound(index, self.schema) <= self.zero_threshold;
        let sides = [&self.positive, &self.negative];
        sides
            .iter()
            .any(|side| side.iter().next().is_some_and(covered))
    }

    fn merge_in_place(&mut self, other: &Self, sign: f64) -> Merged {
        let (hint, resets_collide) = self.reset_hint.combined(other.reset_hint);
        self.reset_hint = hint;
        self.zero_count += sign * other.zero_count;
        self.count += sign * other.count;
        self.sum += sign * other.sum;
        let positive = self.positive.counts.iter_mut().zip(&other.positive.counts);
        let negative = self.negative.counts.iter_mut().zip(&other.negative.counts);
        for (count, more) in positive.chain(negative) {
            *count += sign * more;
        }
        Merged {
            resets_collide,
            bounds_reconciled: false,
        }
    }

    /// Multiplies every count and the sum. By less than zero, it becomes a gauge.
    pub fn scale(&mut self, factor: f64) {
        self.each(|value| value.scale(factor));
        if factor < 0.0 {
            self.reset_hint = ResetHint::Gauge;
        }
    }

    /// Divides every count and the sum. By zero, no bucket remains; by less, it becomes a gauge.
    pub fn divide(&mut self, divisor: f64) {
        self.each(|value| value.divide(divisor));
        if divisor == 0.0 {
            self.positive = Buckets::default();
            self.negative = Buckets::default();
        }
        if divisor < 0.0 {
            self.reset_hint = ResetHint::Gauge;
        }
    }

    fn each(&mut self, change: impl Fn(&mut f64)) {
        let buckets = self.positive.counts.iter_mut();
        buckets.chain(&mut self.negative.counts).for_each(&change);
        [&mut self.zero_count, &mut self.count, &mut self.sum]
            .into_iter()
            .for_each(change);
    }

    /// Takes empty buckets out, except where at most `gap` of them lie between two others.
    pub fn compact(&mut self, gap: u32) {
        self.positive.compact(gap);
        self.negative.compact(gap);
    }

    /// Makes exponential buckets coarser. Nothing happens when the schema is not below the own one, or
    /// when there are custom bounds.
    pub fn reduce_resolution(&mut self, schema: i32) {
        if self.has_custom_bounds()
            || schema >= self.schema
            || schema < *super::EXPONENTIAL_SCHEMAS.start()
        {
            return;
        }
        let steps = self.schema.abs_diff(schema);
        for side in [&mut self.positive, &mut self.negative] {
            let mut reduced = cells::<f64>(side, 1.0);
            reduce(&mut reduced, steps);
            *side = Buckets::from_indexed(reduced);
        }
        self.schema = schema;
    }

    /// Whether both are the same to the bit: buckets, empty ones too, however their spans are cut. What is
    /// known of resets does not count.
    pub fn equals(&self, other: &Self) -> bool {
        let same = |one: f64, other: f64| one.to_bits() == other.to_bits();
        self.schema == other.schema
            && same(self.count, other.count)
            && same(self.sum, other.sum)
            && same(self.zero_count, other.zero_count)
            && self.zero_threshold == other.zero_threshold
            && (!self.has_custom_bounds() || self.custom_bounds == other.custom_bounds)
            && self.positive.equals(&other.positive)
            && self.negative.equals(&other.negative)
    }
}
