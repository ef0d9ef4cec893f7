//! `cumulative_cardinality`: the distinct values of a bucket and of all before it.

use super::over_buckets::PerBucket;
use super::{Path, PipelineError, Run, view};
use crate::aggregate::{AggregationResult, AggregationResults, DistinctValues, PipelineResult};

/// Values that are united exactly; more are estimated.
const EXACT: usize = 40_000;

impl Run {
    pub(super) fn cumulative_cardinality(
        &mut self,
        result: &AggregationResult,
        path: &Path,
    ) -> Result<PerBucket, PipelineError> {
        let mut all = DistinctValues::default();
        let mut found = Vec::with_capacity(view::count(result));
        for place in 0..view::count(result) {
            let bucket = view::bucket(result, place);
            let own = bucket.and_then(|bucket| values(bucket.within, path));
            if let Some(own) = own {
                self.take(own.size())?;
                all.unite(own, EXACT);
            }
            found.push(Some(PipelineResult::Count(all.count())));
        }
        Ok(found)
    }
}

/// The values that a path leads to, through single buckets.
fn values<'a>(within: &'a AggregationResults, path: &Path) -> Option<&'a DistinctValues> {
    let mut level = within;
    for name in path.names() {
        let (_, result) = level.iter().find(|(own, _)| own == name)?;
        match result {
            AggregationResult::Distinct(values) => return Some(values),
            AggregationResult::Slots(slots) => level = &slots.first()?.within,
            _ => return None,
        }
    }
    None
}
