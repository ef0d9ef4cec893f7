//! `string_stats`: how long a field's texts are, and which letters they have.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use swarmscope_query::aggregate::{AggregationResult, StringStatistics};
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::ValueRef;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::{BucketBudget, Collector, Selection, by_bucket, too_many};
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Letters that all buckets together tell apart: some 20 MB.
const MAX_LETTERS: usize = 1_000_000;

/// Collects a field's texts.
pub struct StringStatsCollector {
    field: String,
    /// The text of rows without one.
    missing: Option<String>,
    buckets: Vec<Texts>,
}

/// What is known of a bucket's texts.
#[derive(Debug, Default)]
struct Texts {
    count: u64,
    min: u64,
    max: u64,
    total: u64,
    units: HashMap<u16, u64, RandomState>,
}

impl Texts {
    fn add(&mut self, text: &str) {
        let mut length = 0;
        for unit in text.encode_utf16() {
            length += 1;
            *self.units.entry(unit).or_default() += 1;
        }
        self.min = if self.count == 0 {
            length
        } else {
            self.min.min(length)
        };
        self.max = self.max.max(length);
        self.total += length;
        self.count += 1;
    }

    fn merge(&mut self, other: Texts) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 {
            other.min
        } else {
            self.min.min(other.min)
        };
        self.max = self.max.max(other.max);
        self.total += other.total;
        self.count += other.count;
        for (unit, count) in other.units {
            *self.units.entry(unit).or_default() += count;
        }
    }
}

impl StringStatsCollector {
    pub(super) fn new(field: &str, missing: Option<Scalar>) -> Self {
        Self {
            field: field.to_owned(),
            missing: missing.and_then(|missing| match missing {
                Scalar::Text(text) => Some(text),
                _ => None,
            }),
            buckets: Vec::new(),
        }
    }

    fn check_budget(&self) -> Result<(), StoreError> {
        let letters: usize = self.buckets.iter().map(|texts| texts.units.len()).sum();
        match letters <= MAX_LETTERS {
            true => Ok(()),
            false => Err(too_many()),
        }
    }
}

impl Collector for StringStatsCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let buckets = by_bucket(&mut self.buckets, selection.buckets);
        let mut absent = Absent::new(selection, self.missing.is_some());
        let columns = FieldColumns::new(selection.part, &self.field)?;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            absent.note(page);
            selection.spans(page, |bucket, span| {
                for at in span {
                    let value = page.value(at);
                    if let (ValueRef::Text(text), true) = (value, is_seen_whole(value)) {
                        buckets[bucket as usize].add(text);
                    }
                }
            });
            Ok(())
        })?;
        if let Some(missing) = &self.missing {
            absent.each(selection, |_, bucket| buckets[bucket as usize].add(missing));
        }
        Ok(self.check_budget()?)
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (texts, parent) in other.buckets.into_iter().zip(parents) {
            by_bucket(&mut self.buckets, parent + 1)[*parent as usize].merge(texts);
        }
        self.check_budget()
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let none = Texts::default();
        let found = self.buckets.get(bucket as usize).unwrap_or(&none);
        let mut units: Vec<(u16, u64)> = found
            .units
            .iter()
            .map(|(unit, count)| (*unit, *count))
            .collect();
        units.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(AggregationResult::StringStats(StringStatistics {
            count: found.count,
            min_length: found.min,
            max_length: found.max,
            total_length: found.total,
            units,
        }))
    }
}
