//! `cardinality`: distinct values; exact up to the threshold, estimated beyond it.

use swarmscope_query::aggregate::{AggregationResult, DistinctValues, HyperLogLog};
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::ValueRef;
use swarmscope_query::store::StoreError;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::absent::Absent;
use super::dictionary::Table;
use super::hashes::Hashes;
use super::{BucketBudget, Collector, Selection, by_bucket, too_many};
use crate::block::codes::Codes;
use crate::block::column::{Column, Values};
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};
use crate::segment::Unique;
use crate::segment::codec::text::parse_lower_uuid;

/// Distinct values of a bucket that are counted exactly.
const EXACT: usize = 40_000;
/// Values of all buckets together beyond which new ones are estimated early.
const EXACT_IN_ALL: usize = 4_000_000;
/// The exact values of a bucket then.
const EXACT_WHEN_FULL: usize = 1_000;
/// Numbers that the values of all buckets are told as: some 100 MB.
const TOLD_IN_ALL: usize = 8_000_000;

#[derive(Debug)]
enum Distinct {
    Exact(Hashes),
    Estimated(Box<HyperLogLog>),
}

impl Default for Distinct {
    fn default() -> Self {
        Distinct::Exact(Hashes::default())
    }
}

/// Collects a field's distinct values.
pub struct CardinalityCollector {
    field: String,
    /// The value of rows without one.
    missing: Option<Scalar>,
    buckets: Vec<Distinct>,
    exact_in_all: usize,
    /// Whether the values are told, not only their number.
    tells_values: bool,
    /// Numbers that the values may still be told as.
    room: usize,
}

impl CardinalityCollector {
    pub(super) fn new(field: &str, missing: Option<Scalar>) -> Self {
        Self {
            field: field.to_owned(),
            missing,
            buckets: Vec::new(),
            exact_in_all: 0,
            tells_values: false,
            room: TOLD_IN_ALL,
        }
    }

    /// Tells the values, so that they can be united.
    pub(super) fn telling_values(self) -> Self {
        Self {
            tells_values: true,
            ..self
        }
    }

    /// The values of a bucket.
    fn told(&mut self, bucket: u32) -> Result<DistinctValues, StoreError> {
        let values = match self.buckets.get_mut(bucket as usize) {
            None => DistinctValues::default(),
            Some(Distinct::Exact(values)) => {
                DistinctValues::Exact(values.iter().copied().collect())
            }
            Some(Distinct::Estimated(sketch)) => DistinctValues::Estimated(sketch.clone()),
        };
        self.room = self.room.checked_sub(values.size()).ok_or_else(too_many)?;
        Ok(values)
    }

    fn add(&mut self, bucket: u32, hash: u64) {
        let distinct = &mut self.buckets[bucket as usize];
        match distinct {
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
                    *distinct = Distinct::Estimated(sketch);
                }
            }
        }
    }

    /// Notes which entries of its dictionary a page has.
    fn mark(page: &Column, codes: &Codes, seen: &mut Table<bool>, selection: &Selection<'_>) {
        selection.spans(page, |bucket, span| {
            let seen = seen.of_parent(bucket);
            codes.each(span, |code| seen[code] = true);
        });
    }

    /// Adds the entries that were noted.
    fn add_marked(&mut self, mut seen: Table<bool>) {
        let dictionary = seen.dictionary().clone();
        for bucket in 0..seen.parents() {
            for (code, seen) in seen.of_parent(bucket).iter().enumerate() {
                let value = ValueRef::Text(dictionary.get(code));
                if *seen && is_seen_whole(value) {
                    self.add(bucket, hash(value));
                }
            }
        }
    }
}

/// A hash that tells types apart.
fn hash(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Text(text) => match parse_lower_uuid(text) {
            Some(uuid) => hash_of_uuid(uuid),
            None => xxh3_64(text.as_bytes()),
        },
        ValueRef::Integer(number) => xxh3_64_with_seed(&number.to_le_bytes(), 1),
        ValueRef::Float(number) => xxh3_64_with_seed(&number.to_bits().to_le_bytes(), 2),
        ValueRef::Boolean(flag) => xxh3_64_with_seed(&[u8::from(flag)], 3),
    }
}

/// That of a UUID in lower case: pages of them are not spelled to count them.
fn hash_of_uuid(uuid: [u8; 16]) -> u64 {
    xxh3_64_with_seed(&uuid, 4)
}

impl Collector for CardinalityCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        by_bucket(&mut self.buckets, selection.buckets);
        let columns = FieldColumns::new(selection.part, &self.field)?;
        let mut absent = Absent::new(selection, self.missing.is_some());
        let mut marked: Option<Table<bool>> = None;
        let is_one = selection.buckets == 1 && self.missing.is_none();
        let mut visit = |unique: Unique<'_>| {
            selection.deadline.check()?;
            let page = match unique {
                Unique::Page(page) => page,
                Unique::Uuids(uuids) => {
                    for uuid in uuids {
                        self.add(0, hash_of_uuid(*uuid));
                    }
                    return Ok(());
                }
            };
            absent.note(page);
            if let Values::Coded { codes, .. } = &page.values {
                if let Some(other) = marked.take_if(|table| !table.is_of(page)) {
                    self.add_marked(other);
                }
                marked = marked
                    .take()
                    .or_else(|| Table::new(page, selection.buckets, page.len(), false));
                if let Some(table) = &mut marked {
                    Self::mark(page, codes, table, selection);
                    return Ok(());
                }
            }
            selection.spans(page, |bucket, span| {
                for at in span {
                    let value = page.value(at);
                    if is_seen_whole(value) {
                        self.add(bucket, hash(value));
                    }
                }
            });
            Ok(())
        };
        let (part, within) = (selection.part, selection.within);
        match columns.as_they_are().filter(|_| is_one) {
            Some(columns) => {
                for column in columns {
                    part.visit_distinct(column, within, &mut visit)?;
                }
            }
            None => columns.visit(part, within, &mut |page| visit(Unique::Page(page)))?,
        }
        if let Some(seen) = marked {
            self.add_marked(seen);
        }
        if let Some(missing) = self.missing.clone() {
            let hash = hash(ValueRef::of(&missing));
            absent.each(selection, |_, bucket| self.add(bucket, hash));
        }
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (distinct, parent) in other.buckets.into_iter().zip(parents) {
            by_bucket(&mut self.buckets, parent + 1);
            match distinct {
                Distinct::Exact(values) => {
                    for value in values {
                        self.add(*parent, value);
                    }
                }
                Distinct::Estimated(mut sketch) => {
                    let own = &mut self.buckets[*parent as usize];
                    match own {
                        Distinct::Exact(values) => {
                            self.exact_in_all -= values.len();
                            for value in values.drain() {
                                sketch.add(value);
                            }
                            *own = Distinct::Estimated(sketch);
                        }
                        Distinct::Estimated(own) => own.merge(&sketch),
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        if self.tells_values {
            return Ok(AggregationResult::Distinct(self.told(bucket)?));
        }
        Ok(AggregationResult::Count(
            match self.buckets.get(bucket as usize) {
                None => 0,
                Some(Distinct::Exact(values)) => values.len() as u64,
                Some(Distinct::Estimated(sketch)) => sketch.estimate(),
            },
        ))
    }
}
