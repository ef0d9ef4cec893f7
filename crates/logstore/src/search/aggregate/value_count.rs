//! `value_count`: how many values, of any type.

use swarmscope_query::aggregate::AggregationResult;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::{BucketBudget, Collector, Selection, by_bucket};
use crate::block::column::Values;
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Counts a field's values.
pub struct ValueCountCollector {
    field: String,
    /// Whether rows without a value count as one.
    counts_missing: bool,
    buckets: Vec<u64>,
}

impl ValueCountCollector {
    pub(super) fn new(field: &str, counts_missing: bool) -> Self {
        Self {
            field: field.to_owned(),
            counts_missing,
            buckets: Vec::new(),
        }
    }
}

impl Collector for ValueCountCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let buckets = by_bucket(&mut self.buckets, selection.buckets);
        let mut absent = Absent::new(selection, self.counts_missing);
        let columns = FieldColumns::new(selection.part, &self.field)?;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            absent.note(page);
            let is_text = matches!(&page.values, Values::Text(_) | Values::Coded { .. });
            selection.spans(page, |bucket, span| {
                let seen = if is_text {
                    span.filter(|at| is_seen_whole(page.value(*at))).count()
                } else {
                    span.len()
                };
                buckets[bucket as usize] += seen as u64;
            });
            Ok(())
        })?;
        absent.each(selection, |_, bucket| buckets[bucket as usize] += 1);
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (count, parent) in other.buckets.iter().zip(parents) {
            by_bucket(&mut self.buckets, parent + 1)[*parent as usize] += count;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.buckets.get(bucket as usize);
        Ok(AggregationResult::Count(found.copied().unwrap_or(0)))
    }
}
