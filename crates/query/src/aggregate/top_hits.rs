//! The first documents of a bucket: `top_hits` and `top_metrics`.

use crate::store::{Hit, SortKey};

/// Which documents of a bucket are given.
#[derive(Debug, Clone, PartialEq)]
pub struct TopHitsAggregation {
    /// Ties fall to the time, newest first, then to the order of writes.
    pub sort: Vec<SortKey>,
    pub from: usize,
    pub size: usize,
    /// Whether the documents have scores though they are sorted by something else.
    pub scored: bool,
}

impl TopHitsAggregation {
    /// Whether the order of the documents depends on their scores.
    pub fn is_by_score(&self) -> bool {
        let by_score = |key: &SortKey| matches!(key, SortKey::Score(_));
        self.sort.iter().any(by_score)
    }

    /// Whether it needs to know how well documents match.
    pub fn needs_scores(&self) -> bool {
        self.scored || self.is_by_score()
    }
}

/// The documents that were asked for.
#[derive(Debug, Clone)]
pub struct TopHits {
    /// Documents in the bucket.
    pub total: u64,
    pub hits: Vec<Hit>,
}

impl PartialEq for TopHits {
    /// Documents are the same when they are in the same place.
    fn eq(&self, other: &Self) -> bool {
        let place = |hit: &Hit| (hit.index.clone(), hit.id.clone(), hit.sequence);
        self.total == other.total && self.hits.iter().map(place).eq(other.hits.iter().map(place))
    }
}
