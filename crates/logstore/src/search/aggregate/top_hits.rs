//! `top_hits` and `top_metrics`: the first documents of each bucket.

use swarmscope_model::limits::MAX_KEPT_HITS;
use swarmscope_query::aggregate::{AggregationResult, TopHits, TopHitsAggregation};
use swarmscope_query::store::{Hit, SortKey, StoreError};

use super::{BucketBudget, Collector, Selection, by_bucket, too_many};
use crate::search::error::SearchError;
use crate::search::part::Part;
use crate::search::run::spelled;
use crate::search::sort::{Ranked, Top, candidates};

/// Collects documents.
pub struct TopHitsCollector {
    request: TopHitsAggregation,
    /// Those that kept documents are of.
    parts: Vec<Part>,
    buckets: Vec<Option<Kept>>,
    /// Documents that all buckets may keep.
    room: usize,
}

struct Kept {
    total: u64,
    top: Top,
}

impl TopHitsCollector {
    pub(super) fn new(request: &TopHitsAggregation) -> Self {
        Self {
            request: request.clone(),
            parts: Vec::new(),
            buckets: Vec::new(),
            room: MAX_KEPT_HITS,
        }
    }

    fn window(&self) -> usize {
        self.request.from.saturating_add(self.request.size)
    }

    /// The bucket, when all of them together may keep as many documents.
    fn kept(&mut self, bucket: u32) -> Result<&mut Kept, StoreError> {
        let window = self.window();
        let place = &mut by_bucket(&mut self.buckets, bucket + 1)[bucket as usize];
        if place.is_none() {
            self.room = self.room.checked_sub(window * 2 + 2).ok_or_else(too_many)?;
        }
        let sort = &self.request.sort;
        Ok(place.get_or_insert_with(|| Kept {
            total: 0,
            top: Top::of_bucket(sort, window),
        }))
    }

    fn hits(&self, found: &[Ranked]) -> Result<Vec<Hit>, StoreError> {
        let part_of = |place: usize| &self.parts[place];
        let hits = spelled(
            found,
            part_of,
            |count, work| (0..count).map(work).collect(),
            |_, error| Err(SearchError::Segment(error)),
        );
        let hits = hits.map_err(SearchError::into_store_error)?;
        Ok(hits.into_iter().flatten().collect())
    }
}

impl Collector for TopHitsCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let (mut rows, mut buckets) = (Vec::new(), Vec::new());
        selection.each(|row, bucket| {
            rows.push(row);
            buckets.push(bucket);
        });
        if rows.is_empty() {
            return Ok(());
        }
        let place = self.parts.len();
        self.parts.push(selection.part.clone());
        let keys: &[SortKey] = &self.request.sort.clone();
        let scores = match (self.request.needs_scores(), selection.scores) {
            (false, _) => None,
            (true, Some(scores)) => {
                let own = rows.iter().map(|row| scores[*row as usize]);
                Some(own.collect::<Vec<f32>>())
            }
            (true, None) if !self.request.is_by_score() => None,
            (true, None) => {
                // Beyond what is scored, documents count and have no rank.
                for bucket in buckets {
                    self.kept(bucket).map_err(SearchError::Store)?.total += 1;
                }
                return Ok(selection.deadline.check()?);
            }
        };
        let (part, within) = (selection.part, selection.within);
        let found = candidates(keys, place, part, &rows, within, scores.as_deref())?;
        for (candidate, bucket) in found.zip(buckets) {
            let kept = self.kept(bucket).map_err(SearchError::Store)?;
            kept.total += 1;
            kept.top.offer(candidate);
        }
        Ok(selection.deadline.check()?)
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        let before = self.parts.len();
        self.parts.extend(other.parts);
        for (found, parent) in other.buckets.into_iter().zip(parents) {
            if let Some(found) = found {
                let kept = self.kept(*parent)?;
                kept.total += found.total;
                kept.top.merge_moved(found.top, before);
            }
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let kept = self.buckets.get_mut(bucket as usize).and_then(Option::take);
        let Some(kept) = kept else {
            return Ok(AggregationResult::Hits(TopHits {
                total: 0,
                hits: Vec::new(),
            }));
        };
        let first = kept.top.finish(self.request.from);
        Ok(AggregationResult::Hits(TopHits {
            total: kept.total,
            hits: self.hits(&first)?,
        }))
    }
}
