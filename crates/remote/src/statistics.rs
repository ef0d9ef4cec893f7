//! What is counted of one receiver.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Counters since the start of this process.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub sent: AtomicU64,
    pub histograms: AtomicU64,
    pub exemplars: AtomicU64,
    pub metadata: AtomicU64,
    pub bytes: AtomicU64,
    pub retried: AtomicU64,
    pub failed: AtomicU64,
    pub dropped_by_rules: AtomicU64,
    pub dropped_too_old: AtomicU64,
    pub damaged: AtomicU64,
    pub overflowed: AtomicU64,
    pub shards: AtomicU64,
    pub newest: AtomicI64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReceiverSnapshot {
    /// Samples that the receiver took, histograms included.
    pub sent: u64,
    pub histograms: u64,
    pub exemplars: u64,
    /// Metric families whose metadata was sent.
    pub metadata: u64,
    /// Compressed bytes of requests that were answered well.
    pub bytes: u64,
    /// Samples of requests that were sent again.
    pub retried: u64,
    /// Samples that the receiver refused for good.
    pub failed: u64,
    /// Samples that relabelling dropped, or that the receiver is not to have.
    pub dropped_by_rules: u64,
    /// Samples older than `sample_age_limit`.
    pub dropped_too_old: u64,
    /// Records of the queue that could not be read.
    pub damaged: u64,
    /// Times that the queue was too large and lost its oldest segments.
    pub overflowed: u64,
    /// Requests at once, in the last round.
    pub shards: u64,
    /// The newest sample that was sent, in milliseconds since the epoch; 0 before the first.
    pub newest_sent: i64,
}

impl Statistics {
    pub(crate) fn snapshot(&self) -> ReceiverSnapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ReceiverSnapshot {
            sent: get(&self.sent),
            histograms: get(&self.histograms),
            exemplars: get(&self.exemplars),
            metadata: get(&self.metadata),
            bytes: get(&self.bytes),
            retried: get(&self.retried),
            failed: get(&self.failed),
            dropped_by_rules: get(&self.dropped_by_rules),
            dropped_too_old: get(&self.dropped_too_old),
            damaged: get(&self.damaged),
            overflowed: get(&self.overflowed),
            shards: get(&self.shards),
            newest_sent: self.newest.load(Ordering::Relaxed),
        }
    }
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}
