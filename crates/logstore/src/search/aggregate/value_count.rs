//! `value_count`: how many values, of any type; a text counts once a document.

use swarmscope_query::aggregate::AggregationResult;
use swarmscope_query::document::ValueRef;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::{BucketBudget, Collector, Selection, by_bucket};
use crate::block::column::{Column, Values};
use crate::search::error::SearchError;
use crate::search::repeated::Repeated;
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

/// Which texts of a page count: each once a row, as in Elasticsearch, and none that is too long.
fn counted(page: &Column) -> Vec<bool> {
    let mut repeated = Repeated::default();
    let is_counted = |at| match page.value(at) {
        value @ ValueRef::Text(text) => {
            is_seen_whole(value) && (page.is_dense() || repeated.is_first(page.row(at), text))
        }
        _ => false,
    };
    (0..page.len()).map(is_counted).collect()
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
            let counts = is_text.then(|| counted(page));
            selection.spans(page, |bucket, span| {
                let seen = match &counts {
                    Some(counts) => counts[span].iter().filter(|counts| **counts).count(),
                    None => span.len(),
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
