//! `cardinality`: distinct values; exact up to the threshold, estimated beyond it.

use std::collections::HashSet;

use swarmscope_query::aggregate::AggregationResult;
use swarmscope_query::document::ValueRef;
use swarmscope_query::store::StoreError;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::hyperloglog::HyperLogLog;
use super::{BucketBudget, Collector, Selection};
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Distinct values of a bucket that are counted exactly.
const EXACT: usize = 40_000;
/// Values of all buckets together beyond which new ones are estimated early.
const EXACT_IN_ALL: usize = 4_000_000;
/// The exact values of a bucket then.
const EXACT_WHEN_FULL: usize = 1_000;

#[derive(Debug)]
enum Distinct {
    Exact(HashSet<u64>),
    Estimated(Box<HyperLogLog>),
}

/// Collects a field's distinct values.
pub struct CardinalityCollector {
    field: String,
    buckets: Vec<Distinct>,
    exact_in_all: usize,
}

impl CardinalityCollector {
    pub(super) fn new(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            buckets: Vec::new(),
            exact_in_all: 0,
        }
    }

    fn add(&mut self, bucket: usize, hash: u64) {
        match &mut self.buckets[bucket] {
            Distinct::Estimated(sketch) => sketch.add(hash),
            Distinct::Exact(values) => {
                if !values.insert(hash) {
                    return;
                }
                self.exact_in_all += 1;
                let full = self.exact_in_all > EXACT_IN_ALL && values.len() > EXACT_WHEN_FULL;
                if values.len() > EXACT || full {
                    let mut sketch = Box::<HyperLogLog>::default();
                    self.exact_in_all -= values.len();
                    for value in values.drain() {
                        sketch.add(value);
                    }
                    self.buckets[bucket] = Distinct::Estimated(sketch);
                }
            }
        }
    }
}

/// A hash that tells types apart.
fn hash(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Text(text) => xxh3_64(text.as_bytes()),
        ValueRef::Integer(number) => xxh3_64_with_seed(&number.to_le_bytes(), 1),
        ValueRef::Float(number) => xxh3_64_with_seed(&number.to_bits().to_le_bytes(), 2),
        ValueRef::Boolean(flag) => xxh3_64_with_seed(&[u8::from(flag)], 3),
    }
}

impl Collector for CardinalityCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let needed = selection
            .buckets
            .iter()
            .max()
            .map_or(0, |max| *max as usize + 1);
        while self.buckets.len() < needed {
            self.buckets.push(Distinct::Exact(HashSet::new()));
        }
        let columns = FieldColumns::new(selection.part, &self.field)?;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            page.visit_selected(selection.rows, |place, at| {
                let value = page.value(at);
                if is_seen_whole(value) {
                    self.add(selection.buckets[place] as usize, hash(value));
                }
            });
            Ok(())
        })
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        Ok(AggregationResult::Count(
            match self.buckets.get(bucket as usize) {
                None => 0,
                Some(Distinct::Exact(values)) => values.len() as u64,
                Some(Distinct::Estimated(sketch)) => sketch.estimate(),
            },
        ))
    }
}
