//! `filter`: one bucket of the documents that match.

use swarmscope_query::aggregate::AggregationResult;
use swarmscope_query::ast::Query;
use swarmscope_query::evaluate::{Matcher, compile};
use swarmscope_query::store::StoreError;

use super::{BucketBudget, Collector, Level, Selection};
use crate::search::clause::Clauses;
use crate::search::error::SearchError;

/// Collects what matches a query.
pub struct FilterCollector {
    matcher: Matcher,
    counts: Vec<u64>,
    within: Level,
}

impl FilterCollector {
    pub(super) fn new(query: &Query, within: Level) -> Result<Self, SearchError> {
        Ok(Self {
            matcher: compile(query)?,
            counts: Vec::new(),
            within,
        })
    }
}

impl Collector for FilterCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let clauses = Clauses {
            part: selection.part,
            deadline: selection.deadline,
        };
        let matching = clauses.rows(&self.matcher, selection.within)?;
        let (mut rows, mut buckets) = (Vec::new(), Vec::new());
        for (row, bucket) in selection.rows.iter().zip(selection.buckets) {
            if matching.contains(*row) {
                let place = *bucket as usize;
                if self.counts.len() <= place {
                    self.counts.resize(place + 1, 0);
                }
                self.counts[place] += 1;
                rows.push(*row);
                buckets.push(*bucket);
            }
        }
        self.within.collect(&Selection {
            within: &matching,
            rows: &rows,
            buckets: &buckets,
            ..*selection
        })
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        Ok(AggregationResult::Filter {
            count: self.counts.get(bucket as usize).copied().unwrap_or(0),
            within: self.within.finish(bucket, budget)?,
        })
    }
}
