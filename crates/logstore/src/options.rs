//! What an embedded store can be told when it is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_files::{Disk, FileSystem};
use swarmscope_model::accounting::Ledger;
use swarmscope_model::limits;
use swarmscope_model::retention::RetentionRule;

/// Settings of an embedded store; the defaults are the limits of the model.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one folder that holds everything.
    pub directory: PathBuf,
    /// Documents that arrived longer ago are removed, segment by segment.
    pub retention_age: Option<Duration>,
    /// Beyond this size on disk the oldest segments are removed.
    pub retention_bytes: Option<u64>,
    /// What holds for some indices instead; the first rule that matches one.
    pub retention: Vec<RetentionRule>,
    /// Rows that the memtable holds before it is written as segments.
    pub memtable_rows: usize,
    /// Bytes of documents that the memtable holds before it is written as segments.
    pub memtable_bytes: usize,
    /// The memtable is written as segments when nothing was added for so long.
    pub memtable_idle: Duration,
    /// And when its first document is this old, however busy the store is.
    pub memtable_age: Duration,
    /// Bytes of writes that may wait for the disk.
    pub write_queue_bytes: usize,
    /// Memory for decoded columns.
    pub cache_bytes: usize,
    /// Of these, what nobody has asked for in so long is forgotten.
    pub cache_idle: Duration,
    /// Neighbouring segments of about one size that are joined.
    pub merge_fan_in: usize,
    /// Merging copies groups with so many rows as they are, and encodes smaller ones together.
    pub small_group_rows: u32,
    /// How often merging and retention look for work.
    pub maintenance_interval: Duration,
    pub search_timeout: Duration,
    /// A search that took so long and is not at its end gets the threads that are spare.
    pub search_patience: Duration,
    pub max_concurrent_searches: usize,
    pub max_waiting_searches: usize,
    /// Matches that a search by score ranks.
    pub max_scored_documents: u64,
    /// Rows of an index that are looked at for what scores have to know of all documents.
    pub max_counted_rows: u64,
    /// Where every document is accounted for.
    pub ledger: Arc<Ledger>,
    /// Where files are; tests put a failing disk here.
    pub files: Arc<dyn FileSystem>,
}

impl Options {
    /// The defaults, in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            retention_age: Some(limits::RETENTION_AGE),
            retention_bytes: Some(limits::RETENTION_BYTES),
            retention: Vec::new(),
            memtable_rows: limits::MEMTABLE_ROWS,
            memtable_bytes: limits::MEMTABLE_BYTES,
            // The log makes writes durable, so there is no haste to make small segments.
            memtable_idle: Duration::from_secs(60),
            memtable_age: Duration::from_secs(15 * 60),
            write_queue_bytes: limits::WRITE_QUEUE_BYTES,
            // The scanned columns of some ten million events.
            cache_bytes: 256 * 1024 * 1024,
            // Longer than between two looks at a page that somebody works with.
            cache_idle: Duration::from_secs(5 * 60),
            merge_fan_in: 8,
            small_group_rows: 48 * 1024,
            maintenance_interval: Duration::from_secs(10),
            search_timeout: limits::SEARCH_TIMEOUT,
            search_patience: limits::SEARCH_PATIENCE,
            max_concurrent_searches: limits::MAX_CONCURRENT_SEARCHES,
            max_waiting_searches: limits::MAX_WAITING_SEARCHES,
            max_scored_documents: limits::MAX_SCORED_DOCUMENTS,
            max_counted_rows: limits::MAX_COUNTED_ROWS,
            ledger: Arc::default(),
            files: Arc::new(Disk),
        }
    }
}
