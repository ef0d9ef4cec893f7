//! The buckets of a result, whatever kind of aggregation gave it.

use crate::aggregate::{AggregationResult, AggregationResults, BucketKey};
use crate::elastic::Reported;

/// One bucket.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The place that its name has in the request, for buckets that the request names.
    pub place: usize,
    pub key: Option<&'a BucketKey>,
    /// Of a combination of values.
    pub tuple: Option<&'a [Option<BucketKey>]>,
    pub count: u64,
    pub within: &'a AggregationResults,
}

impl View<'_> {
    /// Its key as text.
    pub fn label(&self, reported: &Reported) -> String {
        match self.tuple {
            Some(tuple) => reported.tuple_label(tuple),
            None => reported.label(self.place, self.key),
        }
    }
}

/// How many buckets there are; none of a metric.
pub fn count(result: &AggregationResult) -> usize {
    match result {
        AggregationResult::Terms { buckets, .. }
        | AggregationResult::AutoHistogram { buckets, .. }
        | AggregationResult::Histogram { buckets } => buckets.len(),
        AggregationResult::Tuples { buckets, .. } => buckets.len(),
        AggregationResult::Significant { buckets, .. } => buckets.len(),
        AggregationResult::Slots(slots) => slots.len(),
        AggregationResult::ChosenSlots(slots) => slots.len(),
        AggregationResult::Patterns { patterns, .. } => patterns.len(),
        _ => 0,
    }
}

/// The bucket at a place below the count.
pub fn bucket(result: &AggregationResult, place: usize) -> Option<View<'_>> {
    Some(match result {
        AggregationResult::Terms { buckets, .. }
        | AggregationResult::AutoHistogram { buckets, .. }
        | AggregationResult::Histogram { buckets } => {
            let bucket = buckets.get(place)?;
            View {
                place,
                key: Some(&bucket.key),
                tuple: None,
                count: bucket.count,
                within: &bucket.within,
            }
        }
        AggregationResult::Significant { buckets, .. } => {
            let bucket = &buckets.get(place)?.bucket;
            View {
                place,
                key: Some(&bucket.key),
                tuple: None,
                count: bucket.count,
                within: &bucket.within,
            }
        }
        AggregationResult::Tuples { buckets, .. } => {
            let bucket = buckets.get(place)?;
            View {
                place,
                key: None,
                tuple: Some(&bucket.key),
                count: bucket.count,
                within: &bucket.within,
            }
        }
        AggregationResult::Slots(slots) => {
            let slot = slots.get(place)?;
            View {
                place,
                key: None,
                tuple: None,
                count: slot.count,
                within: &slot.within,
            }
        }
        AggregationResult::ChosenSlots(slots) => {
            let (own, slot) = slots.get(place)?;
            View {
                place: *own,
                key: None,
                tuple: None,
                count: slot.count,
                within: &slot.within,
            }
        }
        AggregationResult::Patterns { patterns, .. } => {
            let pattern = patterns.get(place)?;
            View {
                place,
                key: None,
                tuple: None,
                count: pattern.count,
                within: &pattern.within,
            }
        }
        _ => return None,
    })
}

/// The results within the bucket at a place below the count.
pub fn within_mut(result: &mut AggregationResult, place: usize) -> &mut AggregationResults {
    match result {
        AggregationResult::Terms { buckets, .. }
        | AggregationResult::AutoHistogram { buckets, .. }
        | AggregationResult::Histogram { buckets } => &mut buckets[place].within,
        AggregationResult::Tuples { buckets, .. } => &mut buckets[place].within,
        AggregationResult::Significant { buckets, .. } => &mut buckets[place].bucket.within,
        AggregationResult::Slots(slots) => &mut slots[place].within,
        AggregationResult::ChosenSlots(slots) => &mut slots[place].1.within,
        AggregationResult::Patterns { patterns, .. } => &mut patterns[place].within,
        _ => unreachable!("a result without buckets has no place below their count"),
    }
}

/// Keeps the buckets at these places, in this order.
pub fn keep(result: &mut AggregationResult, places: &[usize]) {
    match result {
        AggregationResult::Terms { buckets, .. }
        | AggregationResult::AutoHistogram { buckets, .. }
        | AggregationResult::Histogram { buckets } => {
            pick(buckets, places);
        }
        AggregationResult::Slots(slots) => {
            let mut chosen = std::mem::take(slots).into_iter().enumerate().collect();
            pick(&mut chosen, places);
            *result = AggregationResult::ChosenSlots(chosen);
        }
        AggregationResult::Tuples { buckets, .. } => pick(buckets, places),
        AggregationResult::Significant { buckets, .. } => pick(buckets, places),
        AggregationResult::ChosenSlots(slots) => pick(slots, places),
        AggregationResult::Patterns { patterns, .. } => pick(patterns, places),
        _ => {}
    }
}

fn pick<T>(items: &mut Vec<T>, places: &[usize]) {
    let mut all: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(places.iter().filter_map(|place| all[*place].take()));
}
