//! `nested` and `reverse_nested`: the objects of arrays as documents of their own, and back to what they stand in.
//!
//! The objects of some documents at a time become a block in memory, over which the aggregations within run as over
//! any other part.

use std::collections::HashSet;
use std::convert::Infallible;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use swarmscope_query::aggregate::{AggregationResult, Slot};
use swarmscope_query::document::objects_at;
use swarmscope_query::store::StoreError;

use super::selection::Picked;
use super::{BucketBudget, Collector, Level, Selection, by_bucket};
use crate::block::Block;
use crate::block::builder::BlockBuilder;
use crate::block::learner::Learner;
use crate::rows::RowSet;
use crate::search::at_once::AtOnce;
use crate::search::budget::Deadline;
use crate::search::error::SearchError;
use crate::search::part::{Around, Data, Part};

/// One bucket, with its count by parent bucket and what is collected within.
struct Single {
    counts: Vec<u64>,
    within: Level,
}

impl Single {
    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (count, parent) in other.counts.iter().zip(parents) {
            by_bucket(&mut self.counts, parent + 1)[*parent as usize] += count;
        }
        self.within.merge(other.within, parents)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        budget.spend(1)?;
        let count = self.counts.get(bucket as usize).copied().unwrap_or(0);
        let within = self.within.finish(bucket, budget)?;
        Ok(AggregationResult::Slots(vec![Slot { count, within }]))
    }
}

/// Collects the objects at a path.
pub struct NestedCollector {
    path: String,
    single: Single,
}

impl NestedCollector {
    pub(super) fn new(path: &str, within: Level) -> Self {
        let counts = Vec::new();
        Self {
            path: path.to_owned(),
            single: Single { counts, within },
        }
    }
}

impl Collector for NestedCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let mut chosen = Vec::new();
        selection.each(|row, bucket| chosen.push((row, bucket)));
        let around = Arc::new(selection.part.clone());
        let (mut left, mut at_once) = (chosen.as_slice(), AtOnce::default());
        while !left.is_empty() {
            let chosen;
            (chosen, left) = left.split_at(whole(&around, left, at_once.of(left.len())));
            let deadline = &selection.deadline;
            let objects = Objects::of(&around, &self.path, chosen, &mut at_once, deadline)?;
            let counts = by_bucket(&mut self.single.counts, selection.buckets);
            let mut picked = Picked::default();
            for (row, bucket) in chosen {
                let own = objects.of_row(*row);
                counts[*bucket as usize] += own.len() as u64;
                own.for_each(|object| picked.push_row(object, *bucket));
            }
            let part = objects.part;
            let inner = Selection {
                part: &part,
                within: &RowSet::all(part.rows()),
                scores: None,
                ..*selection
            };
            let within = &mut self.single.within;
            within.collect_within(&inner, &mut picked, selection.buckets)?;
        }
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        self.single.merge(other.single, parents)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        self.single.finish(bucket, budget)
    }
}

/// So many of the rows, and those after them that are of the same document: what its objects stand in is counted once.
fn whole(part: &Part, rows: &[(u32, u32)], least: usize) -> usize {
    let document = |at: usize| {
        let (mut part, mut row) = (part, rows[at].0);
        while let Some(around) = &part.around {
            row = around.rows[row as usize];
            part = &around.part;
        }
        row
    };
    let mut end = least;
    while end > 0 && end < rows.len() && document(end) == document(end - 1) {
        end += 1;
    }
    end
}

/// The objects of some documents, as a part.
struct Objects {
    part: Part,
    /// The documents' rows, which rise, each with the rows of its objects.
    by_row: Vec<(u32, Range<u32>)>,
}

impl Objects {
    fn of(
        around: &Arc<Part>,
        path: &str,
        chosen: &[(u32, u32)],
        at_once: &mut AtOnce,
        deadline: &Deadline,
    ) -> Result<Self, SearchError> {
        let mut rows: Vec<u32> = chosen.iter().map(|(row, _)| *row).collect();
        rows.dedup();
        let (mut builder, mut learner) = (BlockBuilder::default(), Learner::default());
        let (mut by_row, mut of_objects) = (Vec::with_capacity(rows.len()), Vec::new());
        let (mut sequences, mut versions) = (Vec::new(), Vec::new());
        let sources = around.sources(&rows)?;
        let bytes = sources.iter().map(String::len).sum();
        for (row, source) in rows.iter().zip(sources) {
            deadline.check()?;
            let (time, sequence, version) = around.numbers_of(*row)?;
            let id = around.id(*row, sequence as u64)?;
            let first = builder.len();
            let _: ControlFlow<Infallible> = objects_at(&source, path, |object| {
                // An object of a document is one that can be read.
                if builder
                    .push(&mut learner, Some(&id), object.source(), time)
                    .is_ok()
                {
                    of_objects.push(*row);
                    sequences.push(sequence);
                    versions.push(version);
                }
                ControlFlow::Continue(())
            });
            by_row.push((*row, first..builder.len()));
        }
        at_once.learn(rows.len(), bytes, of_objects.len());
        let block = Block {
            sequences: Arc::new(sequences),
            versions: Arc::new(versions),
            ..builder.finish()
        };
        let part = Part {
            index: Arc::clone(&around.index),
            salt: around.salt,
            time_range: block.time_range().unwrap_or(around.time_range),
            deleted: Arc::new(RowSet::none(block.rows)),
            data: Data::Memory(Arc::new(block)),
            views: around.views.clone(),
            around: Some(Arc::new(Around {
                path: path.to_owned(),
                part: Arc::clone(around),
                rows: of_objects,
            })),
        };
        Ok(Self { part, by_row })
    }

    fn of_row(&self, row: u32) -> Range<u32> {
        let found = self.by_row.binary_search_by_key(&row, |(own, _)| *own);
        found.map_or(0..0, |place| self.by_row[place].1.clone())
    }
}

/// Collects what objects stand in: documents, or the objects at a path.
pub struct ReverseCollector {
    path: Option<String>,
    single: Single,
}

impl ReverseCollector {
    pub(super) fn new(path: Option<&str>, within: Level) -> Self {
        let counts = Vec::new();
        Self {
            path: path.map(str::to_owned),
            single: Single { counts, within },
        }
    }

    /// Whether these are what is asked for.
    fn is_wanted(&self, part: &Part) -> bool {
        let own = part.around.as_ref().map(|around| around.path.as_str());
        own == self.path.as_deref()
    }
}

impl Collector for ReverseCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let mut chosen = HashSet::new();
        selection.each(|row, bucket| {
            chosen.insert((row, bucket));
        });
        let mut part = selection.part;
        while !self.is_wanted(part) {
            let Some(around) = &part.around else {
                return Ok(());
            };
            let outer = |(row, bucket): (u32, u32)| (around.rows[row as usize], bucket);
            chosen = chosen.into_iter().map(outer).collect();
            part = &around.part;
        }
        let mut chosen: Vec<(u32, u32)> = chosen.into_iter().collect();
        chosen.sort_unstable();
        let counts = by_bucket(&mut self.single.counts, selection.buckets);
        let (mut picked, mut rows) = (Picked::default(), RowSet::none(part.rows()));
        for (row, bucket) in chosen {
            counts[bucket as usize] += 1;
            picked.push_row(row, bucket);
            rows.insert(row);
        }
        let outer = Selection {
            part,
            within: &rows,
            scores: None,
            ..*selection
        };
        let within = &mut self.single.within;
        within.collect_within(&outer, &mut picked, selection.buckets)
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        self.single.merge(other.single, parents)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        self.single.finish(bucket, budget)
    }
}
