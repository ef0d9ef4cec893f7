//! Counters of what the store does and holds.

use std::sync::atomic::{AtomicU64, Ordering};

/// The store as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    pub indices: u64,
    /// Not deleted.
    pub documents: u64,
    pub segments: u64,
    /// Segments on disk.
    pub segment_bytes: u64,
    pub memtable_documents: u64,
    pub memtable_bytes: u64,
    /// The write-ahead log on disk.
    pub wal_bytes: u64,
    /// Writes that wait for the disk.
    pub queued_bytes: u64,
    pub cache_bytes: u64,
    /// Since the start:
    pub writes: u64,
    pub fsyncs: u64,
    pub flushes: u64,
    pub merges: u64,
    pub searches: u64,
    /// Segments removed by retention.
    pub expired: u64,
    /// Segments and log frames that could not be read.
    pub damaged: u64,
    /// Whether a failed write to the log has stopped the store from taking more.
    pub read_only: bool,
    /// Whether documents are refused because the disk has too little room.
    pub disk_full: bool,
}

/// Events since the start.
#[derive(Debug, Default)]
pub struct Counters {
    pub writes: AtomicU64,
    pub fsyncs: AtomicU64,
    pub flushes: AtomicU64,
    pub merges: AtomicU64,
    pub searches: AtomicU64,
    pub expired: AtomicU64,
    pub damaged: AtomicU64,
    pub wal_bytes: AtomicU64,
}

/// One more.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
