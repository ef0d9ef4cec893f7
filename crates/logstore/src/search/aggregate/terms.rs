//! `terms`: the most frequent values of a field.

use std::cmp::Ordering;
use std::collections::HashSet;

use swarmscope_query::aggregate::{
    AggregationResult, AggregationResults, Bucket, Direction, TermsAggregation, TermsOrder,
};
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::order::compare;
use swarmscope_query::store::StoreError;

use super::buckets::{Buckets, Pairs};
use super::keys::{Keys, as_value};
use super::{BucketBudget, Collector, Level, Selection};
use crate::block::column::{Column, Values};
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Entries of the table that finds a bucket by parent and dictionary place.
const MAX_TABLE: usize = 1 << 20;

/// Collects the values of a field.
pub struct TermsCollector {
    request: TermsAggregation,
    keys: Keys,
    buckets: Buckets,
    within: Level,
}

impl TermsCollector {
    pub(super) fn new(request: &TermsAggregation, within: Level) -> Self {
        Self {
            request: request.clone(),
            keys: Keys::default(),
            buckets: Buckets::default(),
            within,
        }
    }

    /// Counts the values of a page.
    fn page(
        &mut self,
        page: &Column,
        of_dates: bool,
        selection: &Selection<'_>,
        out: &mut Found,
    ) -> Result<(), StoreError> {
        let parents = selection
            .buckets
            .iter()
            .max()
            .map_or(0, |max| *max as usize + 1);
        let mut table = Table::new(page, parents);
        let mut failure = None;
        page.visit_selected(selection.rows, |place, at| {
            let (row, parent) = (selection.rows[place], selection.buckets[place]);
            let value = page.value(at);
            if failure.is_some() || !is_seen_whole(value) {
                return;
            }
            let slot = table.slot(page, parent, at);
            let bucket = match slot {
                Some(known) if *known != u32::MAX => *known,
                slot => {
                    let value = self.keys.number(value, of_dates);
                    match self.buckets.number(parent, value) {
                        Ok(bucket) => {
                            if let Some(slot) = slot {
                                *slot = bucket;
                            }
                            bucket
                        }
                        Err(error) => {
                            failure = Some(error);
                            return;
                        }
                    }
                }
            };
            out.add(place, row, bucket, &mut self.buckets);
        });
        failure.map_or(Ok(()), Err)
    }

    fn missing(&mut self, selection: &Selection<'_>, out: &mut Found) -> Result<(), StoreError> {
        let Some(missing) = self.request.missing.clone() else {
            return Ok(());
        };
        let value = self.keys.number(ValueRef::of(&missing), false);
        for place in 0..selection.rows.len() {
            if !out.with_value[place] {
                let bucket = self.buckets.number(selection.buckets[place], value)?;
                let row = selection.rows[place];
                if self.buckets.count(bucket, row) {
                    out.pairs.push(row, bucket);
                }
            }
        }
        Ok(())
    }

    fn order(&self, a: &Candidate, b: &Candidate) -> Ordering {
        for (order, direction) in &self.request.order {
            let ordering = match order {
                TermsOrder::Count => a.count.cmp(&b.count),
                TermsOrder::Key => self.by_key(a, b),
                TermsOrder::Metric(name) => by_metric(name, a, b, *direction),
            };
            let ordering = match (direction, order) {
                (Direction::Descending, TermsOrder::Count | TermsOrder::Key) => ordering.reverse(),
                _ => ordering,
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        if self.request.order.is_empty() {
            return b.count.cmp(&a.count).then_with(|| self.by_key(a, b));
        }
        self.by_key(a, b)
    }

    fn by_key(&self, a: &Candidate, b: &Candidate) -> Ordering {
        compare(
            as_value(self.keys.key(a.value)),
            as_value(self.keys.key(b.value)),
        )
    }
}

impl Collector for TermsCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        self.buckets.next_part();
        let columns = FieldColumns::new(selection.part, &self.request.field)?;
        let mut found = Found::new(selection, &columns, &self.request, !self.within.is_empty());
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            Ok(self.page(page, columns.of_dates, selection, &mut found)?)
        })?;
        self.missing(selection, &mut found)?;
        if !self.within.is_empty() {
            found.pairs.sort();
            self.within.collect(&Selection {
                rows: &found.pairs.rows,
                buckets: &found.pairs.buckets,
                ..*selection
            })?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let by_metric =
            |(order, _): &(TermsOrder, Direction)| matches!(order, TermsOrder::Metric(_));
        let needs_metrics = self.request.order.iter().any(by_metric);
        let mut candidates = Vec::new();
        for (number, value) in self.buckets.within(bucket) {
            let count = self.buckets.counts[number as usize];
            if count < self.request.min_doc_count {
                continue;
            }
            let within = if needs_metrics {
                // The buckets of these are paid for when they are chosen.
                Some(self.within.finish(number, &mut BucketBudget::default())?)
            } else {
                None
            };
            candidates.push(Candidate {
                number,
                value,
                count,
                within,
            });
        }
        candidates.sort_by(|a, b| self.order(a, b));
        let rest = candidates.split_off(self.request.size.min(candidates.len()));
        budget.spend(candidates.len())?;
        let mut buckets = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            buckets.push(Bucket {
                key: self.keys.key(candidate.value).clone(),
                count: candidate.count,
                within: match candidate.within {
                    Some(within) => within,
                    None => self.within.finish(candidate.number, budget)?,
                },
            });
        }
        Ok(AggregationResult::Terms {
            buckets,
            other_count: rest.iter().map(|candidate| candidate.count).sum(),
        })
    }
}

/// A bucket that may come into the reply.
struct Candidate {
    number: u32,
    value: u32,
    count: u64,
    within: Option<AggregationResults>,
}

/// By a metric within; buckets without a value come last either way.
fn by_metric(name: &str, a: &Candidate, b: &Candidate, direction: Direction) -> Ordering {
    let metric = |candidate: &Candidate| {
        let within = candidate.within.as_ref()?;
        let (_, result) = within.iter().find(|(own, _)| own == name)?;
        match result {
            AggregationResult::Metric { value, .. } => *value,
            AggregationResult::Count(count) => Some(*count as f64),
            AggregationResult::Filter { count, .. } => Some(*count as f64),
            _ => None,
        }
    };
    match (metric(a), metric(b)) {
        (Some(a), Some(b)) => match direction {
            Direction::Ascending => a.total_cmp(&b),
            Direction::Descending => b.total_cmp(&a),
        },
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// What a part's rows were found in.
struct Found {
    pairs: Pairs,
    keep_pairs: bool,
    /// By place in the selection; empty when nobody asks.
    with_value: Vec<bool>,
    /// When several columns may hold the same value, rows are told apart exactly.
    seen: Option<HashSet<(u32, u32)>>,
}

impl Found {
    fn new(
        selection: &Selection<'_>,
        columns: &FieldColumns,
        request: &TermsAggregation,
        keep_pairs: bool,
    ) -> Self {
        let asks = request.missing.is_some();
        let kinds: HashSet<_> = columns.columns.iter().map(|column| column.kind).collect();
        Self {
            pairs: Pairs::new(),
            keep_pairs,
            with_value: if asks {
                vec![false; selection.rows.len()]
            } else {
                Vec::new()
            },
            seen: (kinds.len() < columns.columns.len()).then(HashSet::new),
        }
    }

    fn add(&mut self, place: usize, row: u32, bucket: u32, buckets: &mut Buckets) {
        if let Some(with_value) = self.with_value.get_mut(place) {
            *with_value = true;
        }
        if self
            .seen
            .as_mut()
            .is_some_and(|seen| !seen.insert((row, bucket)))
        {
            return;
        }
        if buckets.count(bucket, row) && self.keep_pairs {
            self.pairs.push(row, bucket);
        }
    }
}

/// Finds buckets by parent and place in a page's dictionary without hashing.
struct Table {
    entries: usize,
    slots: Vec<u32>,
}

impl Table {
    fn new(page: &Column, parents: usize) -> Self {
        let entries = match &page.values {
            Values::Coded { dictionary, .. } => dictionary.len(),
            _ => 0,
        };
        let size = entries.saturating_mul(parents);
        let size = if size <= MAX_TABLE { size } else { 0 };
        Self {
            entries,
            slots: vec![u32::MAX; size],
        }
    }

    fn slot(&mut self, page: &Column, parent: u32, at: usize) -> Option<&mut u32> {
        let Values::Coded { codes, .. } = &page.values else {
            return None;
        };
        let place = parent as usize * self.entries + codes[at] as usize;
        self.slots.get_mut(place)
    }
}
