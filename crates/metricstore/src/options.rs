//! What an embedded store can be told when it is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::limits;

use swarmscope_files::{Disk, FileSystem};

/// How many series there may be in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesBudgets {
    /// Of all.
    pub all: usize,
    /// Of one metric name.
    pub per_metric: usize,
    /// Of one `job` and `instance`.
    pub per_target: usize,
}

impl Default for SeriesBudgets {
    fn default() -> Self {
        Self {
            all: limits::MAX_SERIES,
            per_metric: limits::MAX_METRIC_SERIES,
            per_target: limits::MAX_TARGET_SERIES,
        }
    }
}

/// Settings of an embedded store; the defaults are the limits of the model.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one folder that holds everything.
    pub directory: PathBuf,
    /// Samples older than the newest by more than this are removed, block by block.
    pub retention_age: Option<Duration>,
    /// Beyond this size on disk the oldest blocks are removed.
    pub retention_bytes: Option<u64>,
    /// Length of the shortest blocks.
    pub block_period: Duration,
    /// How much older than the newest sample of all a sample may be that is older than the newest of its
    /// series; zero takes none, as Prometheus does by default.
    pub out_of_order_window: Duration,
    /// How far ahead of the clock samples may be; `None` takes all.
    pub max_ahead: Option<Duration>,
    pub budgets: SeriesBudgets,
    /// Exemplars in memory; zero keeps none.
    pub max_exemplars: usize,
    /// Memory for decoded pages of blocks.
    pub cache_bytes: usize,
    /// How often buffered samples are synced.
    pub sync_interval: Duration,
    /// How often compaction and retention look for work.
    pub maintenance_interval: Duration,
    /// Where files are; tests put a failing disk here.
    pub files: Arc<dyn FileSystem>,
}

impl Options {
    /// The defaults, in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            retention_age: Some(limits::METRIC_RETENTION_AGE),
            retention_bytes: Some(limits::METRIC_RETENTION_BYTES),
            block_period: limits::BLOCK_PERIOD,
            out_of_order_window: Duration::ZERO,
            max_ahead: Some(limits::MAX_SAMPLE_AHEAD),
            budgets: SeriesBudgets::default(),
            max_exemplars: limits::MAX_EXEMPLARS,
            cache_bytes: limits::BLOCK_CACHE_BYTES,
            sync_interval: limits::SYNC_EVERY,
            maintenance_interval: Duration::from_secs(60),
            files: Arc::new(Disk),
        }
    }
}
