//! `terms`: the most frequent values of a field.

use std::cmp::Ordering;

use swarmscope_query::aggregate::{
    AggregationResult, Bucket, BucketKey, Choice, ChosenTerms, Direction, TermsAggregation,
    TermsOrder,
};
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::order::compare;
use swarmscope_query::store::StoreError;

use super::buckets::Buckets;
use super::dictionary::Table;
use super::keys::{Keys, as_value};
use super::ranking::{Candidate, Ranking};
use super::selection::Picked;
use super::{BucketBudget, Collector, Level, Selection};
use crate::block::codes::Codes;
use crate::block::column::{Column, Values};
use crate::rows::RowSet;
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Collects the values of a field.
pub struct TermsCollector {
    request: TermsAggregation,
    /// Values that get a bucket; all when there is none.
    choice: Option<Choice>,
    max_doc_count: u64,
    /// Whether the value of each key gets a bucket, of those that were asked for.
    taken: Vec<Option<bool>>,
    keys: Keys,
    buckets: Buckets<u32>,
    within: Level,
}

/// What is known of a dictionary's entry within a parent bucket.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Rows that are not counted in the bucket yet.
    rows: u32,
    /// The bucket, once there is one.
    bucket: u32,
}

impl Entry {
    const NEW: Self = Self {
        rows: 0,
        bucket: u32::MAX,
    };
}

impl TermsCollector {
    pub(super) fn new(request: &TermsAggregation, within: Level) -> Self {
        Self {
            request: request.clone(),
            choice: None,
            max_doc_count: u64::MAX,
            taken: Vec::new(),
            keys: Keys::default(),
            buckets: Buckets::default(),
            within,
        }
    }

    pub(super) fn chosen(request: &ChosenTerms, within: Level) -> Self {
        let choice = Some(request.choice.clone()).filter(|choice| !choice.is_everything());
        Self {
            choice,
            max_doc_count: request.max_doc_count.unwrap_or(u64::MAX),
            ..Self::new(&request.terms, within)
        }
    }

    /// The buckets within a parent that have so many documents.
    ///
    /// # Errors
    /// When there are too many buckets within.
    pub(super) fn candidates(
        &mut self,
        parent: u32,
        least: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        let found = self.buckets.within(parent);
        Ranking { order: &[] }.candidates(&found, &self.buckets, least, &mut self.within)
    }

    /// The bucket of a candidate.
    ///
    /// # Errors
    /// When there are too many buckets within.
    pub(super) fn bucket(
        &mut self,
        candidate: Candidate,
        budget: &mut BucketBudget,
    ) -> Result<Bucket, StoreError> {
        Ok(Bucket {
            key: self.keys.key(candidate.value).clone(),
            count: candidate.count,
            within: match candidate.within {
                Some(within) => within,
                None => self.within.finish(candidate.number, budget)?,
            },
        })
    }

    /// The number of a key, whether it is met or not.
    pub(super) fn number_of(&mut self, key: &BucketKey) -> u32 {
        self.keys.number_of(key)
    }

    /// The order of two candidates by their keys.
    pub(super) fn by_key(&self, a: &Candidate, b: &Candidate) -> Ordering {
        compare(
            as_value(self.keys.key(a.value)),
            as_value(self.keys.key(b.value)),
        )
    }

    /// The number of a value, when it gets a bucket.
    fn key(&mut self, value: ValueRef<'_>, of_dates: bool) -> Option<u32> {
        let key = self.keys.number(value, of_dates);
        let Some(choice) = &self.choice else {
            return Some(key);
        };
        let place = key as usize;
        if self.taken.len() <= place {
            self.taken.resize(place + 1, None);
        }
        let taken = self.taken[place].get_or_insert_with(|| match value {
            ValueRef::Integer(instant) if of_dates => choice.takes_instant(instant),
            value => choice.takes(value),
        });
        taken.then_some(key)
    }

    /// Counts a page whose rows have one text each, and no value elsewhere, through its dictionary.
    fn coded(
        &mut self,
        page: &Column,
        codes: &Codes,
        table: &mut Table<Entry>,
        selection: &Selection<'_>,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        selection.spans(page, |parent, span| {
            let entries = table.of_parent(parent);
            codes.each(span, |code| entries[code].rows += 1);
        });
        let dictionary = table.dictionary().clone();
        for parent in 0..table.parents() {
            for (code, entry) in table.of_parent(parent).iter_mut().enumerate() {
                if entry.rows == 0 {
                    continue;
                }
                if entry.bucket == u32::MAX {
                    let value = ValueRef::Text(dictionary.get(code));
                    if !is_seen_whole(value) {
                        entry.rows = 0;
                        continue;
                    }
                    let Some(key) = self.key(value, false) else {
                        entry.rows = 0;
                        continue;
                    };
                    entry.bucket = self.buckets.number(parent, key)?;
                }
                self.buckets.add(entry.bucket, u64::from(entry.rows));
                entry.rows = 0;
            }
        }
        if !self.within.is_empty() {
            selection.spans(page, |parent, span| {
                let entries = table.of_parent(parent);
                for at in span {
                    let bucket = entries[codes.get(at)].bucket;
                    if bucket != u32::MAX {
                        let row = page.row(at);
                        picked.push_row(row, bucket);
                    }
                }
            });
        }
        Ok(())
    }

    /// Counts the values of any page.
    fn page(
        &mut self,
        page: &Column,
        of_dates: bool,
        selection: &Selection<'_>,
        found: &mut Found,
    ) -> Result<(), StoreError> {
        let mut table = Table::new(page, selection.buckets, page.len(), u32::MAX);
        let mut failure = None;
        selection.spans(page, |parent, span| {
            for at in span {
                let value = page.value(at);
                if failure.is_some() || !is_seen_whole(value) {
                    continue;
                }
                let slot = match (&mut table, &page.values) {
                    (Some(table), Values::Coded { codes, .. }) => {
                        Some(&mut table.of_parent(parent)[codes.get(at)])
                    }
                    _ => None,
                };
                let bucket = match slot {
                    Some(known) if *known != u32::MAX => *known,
                    slot => {
                        let Some(key) = self.key(value, of_dates) else {
                            found.has_value(page.row(at));
                            continue;
                        };
                        match self.buckets.number(parent, key) {
                            Ok(bucket) => {
                                if let Some(slot) = slot {
                                    *slot = bucket;
                                }
                                bucket
                            }
                            Err(error) => {
                                failure = Some(error);
                                continue;
                            }
                        }
                    }
                };
                found.add(page.row(at), bucket, &mut self.buckets);
            }
        });
        failure.map_or(Ok(()), Err)
    }

    fn missing(&mut self, selection: &Selection<'_>, found: &mut Found) -> Result<(), StoreError> {
        let missing = self.request.missing.clone();
        let (Some(missing), Some(with_value)) = (missing, &found.with_value) else {
            return Ok(());
        };
        let Some(key) = self.key(ValueRef::of(&missing), false) else {
            return Ok(());
        };
        let mut failure = None;
        selection.each(|row, parent| {
            if failure.is_some() || with_value.contains(row) {
                return;
            }
            match self.buckets.number(parent, key) {
                Ok(bucket) => {
                    self.buckets.add(bucket, 1);
                    if found.keep_rows {
                        found.picked.push_row(row, bucket);
                    }
                }
                Err(error) => failure = Some(error),
            }
        });
        failure.map_or(Ok(()), Err)
    }
}

impl Collector for TermsCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let columns = FieldColumns::new(selection.part, &self.request.field)?;
        self.buckets.next_part(!columns.may_repeat());
        let mut found = Found::new(selection, &self.request, !self.within.is_empty());
        if found.keep_rows && columns.is_one_each() && selection.is_distinct() {
            let rows = selection.part.rows();
            found.picked = Picked::of_distinct(selection.within.count(), rows);
        }
        let once = columns.is_one() && self.request.missing.is_none();
        let mut table: Option<Table<Entry>> = None;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            if let (true, true, Values::Coded { codes, .. }) = (once, page.is_dense(), &page.values)
            {
                table = table
                    .take()
                    .filter(|table| table.is_of(page))
                    .or_else(|| Table::new(page, selection.buckets, page.len(), Entry::NEW));
                if let Some(table) = &mut table {
                    return Ok(self.coded(page, codes, table, selection, &mut found.picked)?);
                }
            }
            Ok(self.page(page, columns.of_dates, selection, &mut found)?)
        })?;
        self.missing(selection, &mut found)?;
        self.within
            .collect_within(selection, &mut found.picked, self.buckets.len())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        let keys = &mut self.keys;
        let numbers = self.buckets.merge(other.buckets, parents, |key| {
            keys.number_of(other.keys.key(key))
        })?;
        self.within.merge(other.within, &numbers)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.buckets.within(bucket);
        let order = match self.request.order.as_slice() {
            [] => &[(TermsOrder::Count, Direction::Descending)],
            order => order,
        };
        let ranking = Ranking { order };
        let least = self.request.min_doc_count;
        let mut candidates = ranking.candidates(&found, &self.buckets, least, &mut self.within)?;
        candidates.retain(|candidate| candidate.count <= self.max_doc_count);
        ranking.sort(&mut candidates, |a, b| self.by_key(a, b));
        let rest = candidates.split_off(self.request.size.min(candidates.len()));
        budget.spend(candidates.len())?;
        let mut buckets = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            buckets.push(self.bucket(candidate, budget)?);
        }
        Ok(AggregationResult::Terms {
            buckets,
            other_count: rest.iter().map(|candidate| candidate.count).sum(),
        })
    }
}

/// What a part's rows were found in.
struct Found {
    picked: Picked,
    keep_rows: bool,
    /// Rows with a value; `None` when nobody asks.
    with_value: Option<RowSet>,
}

impl Found {
    fn new(selection: &Selection<'_>, request: &TermsAggregation, keep_rows: bool) -> Self {
        let asks = request.missing.is_some();
        Self {
            picked: Picked::default(),
            keep_rows,
            with_value: asks.then(|| RowSet::none(selection.part.rows())),
        }
    }

    /// The row has a value, whether it gets a bucket or not.
    fn has_value(&mut self, row: u32) {
        if let Some(with_value) = &mut self.with_value {
            with_value.insert(row);
        }
    }

    fn add(&mut self, row: u32, bucket: u32, buckets: &mut Buckets<u32>) {
        self.has_value(row);
        if buckets.add_once(bucket, row) && self.keep_rows {
            self.picked.push_row(row, bucket);
        }
    }
}
