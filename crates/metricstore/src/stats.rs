//! Counters of what the store does and holds.

use std::sync::atomic::{AtomicU64, Ordering};

use swarmscope_model::metrics::{AppendOutcome, Refusal};

/// The store as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Series in memory.
    pub series: u64,
    pub exemplars: u64,
    pub blocks: u64,
    /// Blocks on disk.
    pub block_bytes: u64,
    /// The write-ahead log and its checkpoint on disk.
    pub wal_bytes: u64,
    pub cache_bytes: u64,
    /// Since the start:
    pub samples: u64,
    /// Of these, how many were out of order.
    pub out_of_order: u64,
    pub series_created: u64,
    pub series_removed: u64,
    /// Samples that were refused, by reason.
    pub refused_out_of_order: u64,
    pub refused_too_old: u64,
    pub refused_duplicate: u64,
    pub refused_too_far_ahead: u64,
    pub refused_invalid: u64,
    pub refused_too_many_series: u64,
    pub fsyncs: u64,
    pub flushes: u64,
    pub compactions: u64,
    pub checkpoints: u64,
    /// Blocks removed by retention.
    pub expired: u64,
    /// Blocks, pages and log records that could not be read.
    pub damaged: u64,
    /// Whether a failed write keeps the store from taking more for now.
    pub read_only: bool,
}

/// Events since the start.
#[derive(Debug, Default)]
pub struct Counters {
    pub samples: AtomicU64,
    pub out_of_order: AtomicU64,
    pub series_created: AtomicU64,
    pub series_removed: AtomicU64,
    pub refused_out_of_order: AtomicU64,
    pub refused_too_old: AtomicU64,
    pub refused_duplicate: AtomicU64,
    pub refused_too_far_ahead: AtomicU64,
    pub refused_invalid: AtomicU64,
    pub refused_too_many_series: AtomicU64,
    pub flushes: AtomicU64,
    pub compactions: AtomicU64,
    pub checkpoints: AtomicU64,
    pub expired: AtomicU64,
}

impl Counters {
    /// Counts what was refused of a batch.
    pub fn refused(&self, outcome: &AppendOutcome) {
        for (_, refusal) in &outcome.refused {
            count(match refusal {
                Refusal::OutOfOrder | Refusal::OutOfOrderExemplar => &self.refused_out_of_order,
                Refusal::TooOld => &self.refused_too_old,
                Refusal::DuplicateTimestamp => &self.refused_duplicate,
                Refusal::TooFarAhead => &self.refused_too_far_ahead,
                Refusal::InvalidLabels { .. } | Refusal::InvalidHistogram { .. } => {
                    &self.refused_invalid
                }
                Refusal::TooManySeries { .. } => &self.refused_too_many_series,
            });
        }
    }

    /// Copies the counters.
    pub fn to_stats(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            samples: read(&self.samples),
            out_of_order: read(&self.out_of_order),
            series_created: read(&self.series_created),
            series_removed: read(&self.series_removed),
            refused_out_of_order: read(&self.refused_out_of_order),
            refused_too_old: read(&self.refused_too_old),
            refused_duplicate: read(&self.refused_duplicate),
            refused_too_far_ahead: read(&self.refused_too_far_ahead),
            refused_invalid: read(&self.refused_invalid),
            refused_too_many_series: read(&self.refused_too_many_series),
            flushes: read(&self.flushes),
            compactions: read(&self.compactions),
            checkpoints: read(&self.checkpoints),
            expired: read(&self.expired),
            ..Stats::default()
        }
    }
}

/// One more.
pub fn count(counter: &AtomicU64) {
    add(counter, 1);
}

/// So many more.
pub fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
