//! Buckets that the request names: what `filter`, `filters`, `missing` and the ranges have in common.

use swarmscope_query::aggregate::{AggregationResult, Slot};
use swarmscope_query::store::StoreError;

use super::selection::Picked;
use super::{BucketBudget, Collector, Level, Selection, by_bucket};
use crate::rows::RowSet;
use crate::search::error::SearchError;

/// Tells which rows are in which of its slots.
pub trait Chooser: Send {
    /// How many slots there are.
    fn slots(&self) -> usize;
    /// The selected rows that are in each slot, in order; a row may be in several.
    fn choose(&self, selection: &Selection<'_>) -> Result<Vec<RowSet>, SearchError>;
}

/// Collects rows in slots.
pub struct SlotsCollector<C> {
    chooser: C,
    /// Each with its count by parent bucket, and what is collected within.
    slots: Vec<(Vec<u64>, Level)>,
}

impl<C: Chooser> SlotsCollector<C> {
    /// Around what chooses. `within` makes the collectors of one slot.
    pub(super) fn new(
        chooser: C,
        mut within: impl FnMut() -> Result<Level, SearchError>,
    ) -> Result<Self, SearchError> {
        let slots = (0..chooser.slots()).map(|_| Ok((Vec::new(), within()?)));
        Ok(Self {
            slots: slots.collect::<Result<_, SearchError>>()?,
            chooser,
        })
    }
}

impl<C: Chooser + 'static> Collector for SlotsCollector<C> {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let chosen = self.chooser.choose(selection)?;
        for (rows, (counts, within)) in chosen.iter().zip(&mut self.slots) {
            selection.deadline.check()?;
            let counts = by_bucket(counts, selection.buckets);
            let mut picked = Picked::default();
            let keep_rows = !within.is_empty();
            selection.each(|row, bucket| {
                if rows.contains(row) {
                    counts[bucket as usize] += 1;
                    if keep_rows {
                        picked.push_row(row, bucket);
                    }
                }
            });
            if keep_rows {
                let inner = Selection {
                    within: rows,
                    ..*selection
                };
                within.collect_within(&inner, &mut picked, selection.buckets)?;
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for ((counts, within), (other_counts, other_within)) in
            self.slots.iter_mut().zip(other.slots)
        {
            for (count, parent) in other_counts.iter().zip(parents) {
                by_bucket(counts, parent + 1)[*parent as usize] += count;
            }
            within.merge(other_within, parents)?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        budget.spend(self.slots.len())?;
        let slots = self.slots.iter_mut().map(|(counts, within)| {
            Ok(Slot {
                count: counts.get(bucket as usize).copied().unwrap_or(0),
                within: within.finish(bucket, budget)?,
            })
        });
        Ok(AggregationResult::Slots(
            slots.collect::<Result<_, StoreError>>()?,
        ))
    }
}
