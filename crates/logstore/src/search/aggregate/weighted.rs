//! `weighted_avg`: the mean of a field's numbers, each with the weight that its document has in another field.

use swarmscope_query::aggregate::{AggregationResult, WeightedAverage};
use swarmscope_query::store::StoreError;

use super::selection::{Chosen, NO_BUCKET};
use super::{BucketBudget, Collector, Selection, by_bucket, numbers};
use crate::search::error::SearchError;

/// Collects numbers and weights.
pub struct WeightedCollector {
    request: WeightedAverage,
    buckets: Vec<Weighed>,
}

/// What is known of a bucket.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    sum: f64,
    weights: f64,
}

/// The numbers of one row.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    sum: f64,
    count: u32,
}

impl WeightedCollector {
    pub(super) fn new(request: &WeightedAverage) -> Self {
        Self {
            request: request.clone(),
            buckets: Vec::new(),
        }
    }
}

/// The selected rows, each as a bucket of its own.
fn places(selection: &Selection<'_>) -> Vec<u32> {
    let mut places = vec![NO_BUCKET; selection.part.rows() as usize];
    selection.each(|row, _| places[row as usize] = row);
    places
}

impl Collector for WeightedCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let places = places(selection);
        let by_row = Selection {
            chosen: Chosen::ByRow(&places),
            buckets: selection.part.rows(),
            ..*selection
        };
        let mut weights: Vec<Option<f64>> = vec![None; places.len()];
        let mut is_ambiguous = false;
        let source = &self.request.weight;
        numbers::visit(&by_row, &source.field, source.missing, |row, weight, _| {
            is_ambiguous |= weights[row as usize].replace(weight).is_some();
        })?;
        if is_ambiguous {
            return Err(SearchError::Store(StoreError::InvalidRequest {
                reason: "Encountered more than one weight for a single document. Use a script to combine multiple weights-per-doc into a single value."
                    .to_owned(),
            }));
        }
        let mut rows = vec![Row::default(); places.len()];
        let source = &self.request.value;
        numbers::visit(&by_row, &source.field, source.missing, |row, value, _| {
            let row = &mut rows[row as usize];
            row.sum += value;
            row.count += 1;
        })?;
        let buckets = by_bucket(&mut self.buckets, selection.buckets);
        selection.each(|row, bucket| {
            let Row { sum, count } = rows[row as usize];
            if let (Some(weight), 1..) = (weights[row as usize], count) {
                let bucket = &mut buckets[bucket as usize];
                bucket.sum += weight * sum;
                bucket.weights += weight * f64::from(count);
            }
        });
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (found, parent) in other.buckets.iter().zip(parents) {
            let own = &mut by_bucket(&mut self.buckets, parent + 1)[*parent as usize];
            own.sum += found.sum;
            own.weights += found.weights;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.buckets.get(bucket as usize);
        let found = found.filter(|found| found.weights != 0.0);
        Ok(AggregationResult::Metric {
            value: found.map(|found| found.sum / found.weights),
            of_dates: false,
        })
    }
}
