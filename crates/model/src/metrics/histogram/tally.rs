//! A histogram while others are added to it: its buckets stand in lists by index, and resolution, zero
//! bucket and custom bounds give way to those of the others.

use super::bounds::{exponential_bound, upper_bound};
use super::cell::Cell;
use super::layout::coarser;
use super::{Buckets, Histogram, IncompatibleHistograms, Merged, ResetHint};

/// Buckets of one sign by ascending index.
pub(super) type Cells<C> = Vec<(i32, C)>;

/// The running result.
#[derive(Debug, Clone)]
pub(super) struct Tally<C> {
    reset_hint: ResetHint,
    pub schema: i32,
    pub zero_threshold: f64,
    pub zero_count: C,
    count: C,
    sum: C,
    pub positive: Cells<C>,
    pub negative: Cells<C>,
    custom_bounds: Vec<f64>,
}

impl<C: Cell> Tally<C> {
    pub fn new(first: &Histogram) -> Self {
        Self {
            reset_hint: first.reset_hint,
            schema: first.schema,
            zero_threshold: first.zero_threshold,
            zero_count: C::of(first.zero_count),
            count: C::of(first.count),
            sum: C::of(first.sum),
            positive: cells(&first.positive, 1.0),
            negative: cells(&first.negative, 1.0),
            custom_bounds: first.custom_bounds.clone(),
        }
    }

    /// Adds a histogram, or takes it away when `sign` is -1.
    ///
    /// Where the other's resolution is finer and the zero bucket of both ends within a bucket of the coarser
    /// one, what the zero bucket takes from the other is counted in that bucket, too. So it is in Prometheus
    /// 3.14, whose results have to be met; the counts of the buckets are then more than `count`.
    ///
    /// # Errors
    /// When one has exponential buckets and the other custom bounds. Nothing is added then.
    pub fn add(&mut self, other: &Histogram, sign: f64) -> Result<Merged, IncompatibleHistograms> {
        let custom = self.has_custom_bounds();
        if custom != other.has_custom_bounds() {
            return Err(IncompatibleHistograms);
        }
        let (hint, resets_collide) = self.reset_hint.combined(other.reset_hint);
        self.reset_hint = hint;
        if !custom {
            let zero_count = self.reconcile_zero_buckets(other);
            self.zero_count.absorb(signed(zero_count, sign));
        }
        self.count.add(sign * other.count);
        self.sum.add(sign * other.sum);
        let bounds_reconciled = custom && self.custom_bounds != other.custom_bounds;
        if bounds_reconciled {
            self.add_with_other_bounds(other, sign);
        } else {
            self.add_buckets(other, sign);
        }
        Ok(Merged {
            resets_collide,
            bounds_reconciled,
        })
    }

    fn has_custom_bounds(&self) -> bool {
        self.schema == super::CUSTOM_BUCKETS_SCHEMA
    }

    fn add_buckets(&mut self, other: &Histogram, sign: f64) {
        let mut positive = cells(&other.positive, sign);
        let mut negative = cells(&other.negative, sign);
        if other.schema < self.schema {
            let steps = self.schema.abs_diff(other.schema);
            reduce(&mut self.positive, steps);
            reduce(&mut self.negative, steps);
            self.schema = other.schema;
        } else if other.schema > self.schema {
            let steps = other.schema.abs_diff(self.schema);
            reduce(&mut positive, steps);
            reduce(&mut negative, steps);
        }
        if !self.has_custom_bounds() {
            // What lies within the zero bucket was added to it already.
            drop_within(&mut positive, self.schema, self.zero_threshold);
            drop_within(&mut negative, self.schema, self.zero_threshold);
        }
        merge(&mut self.positive, positive);
        merge(&mut self.negative, negative);
    }

    /// Both get the bounds that they have in common; buckets in between are added up.
    fn add_with_other_bounds(&mut self, other: &Histogram, sign: f64) {
        let common: Vec<f64> = self
            .custom_bounds
            .iter()
            .copied()
            .filter(|bound| {
                let order = |each: &f64| each.total_cmp(bound);
                other.custom_bounds.binary_search_by(order).is_ok()
            })
            .collect();
        let mut sums = vec![C::default(); common.len() + 1];
        let own = std::mem::take(&mut self.positive);
        add_by_bound(&mut sums, &common, own, &self.custom_bounds);
        let others = cells(&other.positive, sign);
        add_by_bound(&mut sums, &common, others, &other.custom_bounds);
        self.positive = sums
            .into_iter()
            .enumerate()
            .filter(|(_, sum)| !sum.is_empty())
            .map(|(place, sum)| (place as i32, sum))
            .collect();
        self.custom_bounds = common;
    }

    /// Every count and the sum.
    fn each(&mut self, change: impl Fn(&mut C)) {
        let buckets = self.positive.iter_mut().chain(&mut self.negative);
        buckets.for_each(|(_, cell)| change(cell));
        [&mut self.zero_count, &mut self.count, &mut self.sum]
            .into_iter()
            .for_each(change);
    }

    pub fn scale(&mut self, factor: f64) {
        self.each(|cell| cell.scale(factor));
    }

    pub fn divide(&mut self, divisor: f64) {
        self.each(|cell| cell.divide(divisor));
    }

    /// Whether something has become too large to be a number.
    pub fn overflows(&self) -> bool {
        let buckets = self.positive.iter().chain(&self.negative);
        buckets
            .map(|(_, cell)| *cell)
            .chain([self.zero_count, self.count, self.sum])
            .any(|cell| cell.sum().is_infinite())
    }

    pub fn finish(self) -> Histogram {
        let buckets = |cells: Cells<C>| {
            Buckets::from_indexed(cells.into_iter().map(|(at, cell)| (at, cell.total())))
        };
        Histogram {
            reset_hint: self.reset_hint,
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: self.zero_count.total(),
            count: self.count.total(),
            sum: self.sum.total(),
            positive: buckets(self.positive),
            negative: buckets(self.negative),
            custom_bounds: self.custom_bounds,
        }
    }
}

fn signed<C: Cell>(mut cell: C, sign: f64) -> C {
    cell.scale(sign);
    cell
}

/// Buckets as cells, each multiplied by a sign.
pub(super) fn cells<C: Cell>(buckets: &Buckets, sign: f64) -> Cells<C> {
    buckets
        .iter()
        .map(|(index, count)| (index, C::of(sign * count)))
        .collect()
}

/// Takes out the buckets that end within a zero bucket.
pub(super) fn drop_within<C: Cell>(buckets: &mut Cells<C>, schema: i32, threshold: f64) {
    if threshold > 0.0 {
        let within = |(index, _): &(i32, C)| exponential_bound(*index, schema) <= threshold;
        let count = buckets.iter().take_while(|each| within(each)).count();
        buckets.drain(..count);
    }
}

/// Makes buckets coarser by some steps.
pub(super) fn reduce<C: Cell>(buckets: &mut Cells<C>, steps: u32) {
    let mut kept: usize = 0;
    for place in 0..buckets.len() {
        let (index, cell) = buckets[place];
        let index = coarser(index, steps);
        match kept.checked_sub(1).map(|last| &mut buckets[last]) {
            Some((last, sum)) if *last == index => sum.absorb(cell),
            _ => {
                buckets[kept] = (index, cell);
                kept += 1;
            }
        }
    }
    buckets.truncate(kept);
}

/// Adds buckets of the same schema.
fn merge<C: Cell>(into: &mut Cells<C>, from: Cells<C>) {
    let same =
        into.len() == from.len() && into.iter().zip(&from).all(|(one, other)| one.0 == other.0);
    if same {
        for ((_, sum), (_, cell)) in into.iter_mut().zip(from) {
            sum.absorb(cell);
        }
        return;
    }
    let own = std::mem::replace(into, Vec::with_capacity(into.len() + from.len()));
    let mut own = own.into_iter().peekable();
    for (index, cell) in from {
        while let Some(before) = own.next_if(|(other, _)| *other < index) {
            into.push(before);
        }
        match own.next_if(|(other, _)| *other == index) {
            Some((_, mut sum)) => {
                sum.absorb(cell);
                into.push((index, sum));
            }
            None => into.push((index, cell)),
        }
    }
    into.extend(own);
}

/// Adds each bucket to the first of `sums` whose bound is not below its own.
fn add_by_bound<C: Cell>(sums: &mut [C], common: &[f64], from: Cells<C>, bounds: &[f64]) {
    for (index, cell) in from {
        let bound = upper_bound(index, super::CUSTOM_BUCKETS_SCHEMA, bounds);
        let place = common.partition_point(|each| *each < bound);
        sums[place].absorb(cell);
    }
}
