//! `min`, `max`, `avg`, `sum` and `stats`: a field's numbers summed up.

use swarmscope_query::aggregate::{AggregationResult, Statistics};
use swarmscope_query::store::StoreError;

use super::{BucketBudget, Collector, Selection, by_bucket, numbers};
use crate::search::error::SearchError;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Min,
    Max,
    Avg,
    Sum,
    Stats,
}

/// Collects a field's numbers.
pub struct MetricCollector {
    kind: MetricKind,
    field: String,
    missing: Option<f64>,
    buckets: Vec<Statistics>,
}

impl MetricCollector {
    pub(super) fn new(kind: MetricKind, field: &str, missing: Option<f64>) -> Self {
        Self {
            kind,
            field: field.to_owned(),
            missing,
            buckets: Vec::new(),
        }
    }
}

impl Collector for MetricCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let buckets = by_bucket(&mut self.buckets, selection.buckets);
        numbers::visit(
            selection,
            &self.field,
            self.missing,
            |bucket, number, of_dates| {
                buckets[bucket as usize].add(number, of_dates);
            },
        )
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (statistics, parent) in other.buckets.iter().zip(parents) {
            by_bucket(&mut self.buckets, parent + 1)[*parent as usize].merge(statistics);
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.buckets.get(bucket as usize);
        let found = found.copied().unwrap_or_default();
        let some = found.count > 0;
        let value = match self.kind {
            MetricKind::Min => some.then_some(found.min),
            MetricKind::Max => some.then_some(found.max),
            MetricKind::Avg => found.average(),
            MetricKind::Sum => some.then_some(found.sum),
            MetricKind::Stats => {
                return Ok(AggregationResult::Stats(Statistics {
                    of_dates: some && found.of_dates,
                    ..found
                }));
            }
        };
        Ok(AggregationResult::Metric {
            value,
            of_dates: some && found.of_dates,
        })
    }
}
