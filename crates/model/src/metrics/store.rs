//! The doors to whatever keeps metrics: read series, append samples.
//!
//! Calls block; whoever is asynchronous moves them to a thread for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exemplar, Labels, Matcher, SampleValue, SeriesSamples};

/// Lets somebody else end a query.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Ends the query at its next look.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the query is to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// When the query is to end.
    pub fn check(&self) -> Result<(), MetricError> {
        if self.is_cancelled() {
            return Err(MetricError::Cancelled);
        }
        Ok(())
    }
}

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    #[error("the query was cancelled")]
    Cancelled,
    #[error("the query took longer than {limit:?}")]
    TimedOut { limit: std::time::Duration },
    #[error(
        "the query would read more than {limit} {what}; select fewer series or a shorter range"
    )]
    TooMuch { what: &'static str, limit: usize },
    #[error("{what} is full; nothing was written, send it again later")]
    Overloaded { what: &'static str },
    #[error("the metric store is read-only: {reason}")]
    ReadOnly { reason: String },
    #[error("{path}: damaged data at byte {offset}: {reason}")]
    Damaged {
        path: String,
        offset: u64,
        reason: String,
    },
    #[error("{operation} {path}")]
    Io {
        operation: &'static str,
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("this store does not {what}")]
    Unsupported { what: &'static str },
}

/// Which series of which time. Both ends are inside.
#[derive(Debug, Clone)]
pub struct Selection {
    pub start: i64,
    pub end: i64,
    /// All have to pass.
    pub matchers: Vec<Matcher>,
    /// At most so many series or values; the rest is left out.
    pub limit: Option<usize>,
    pub cancellation: Cancellation,
}

impl Selection {
    /// Everything in the span.
    pub fn new(start: i64, end: i64, matchers: Vec<Matcher>) -> Self {
        Self {
            start,
            end,
            matchers,
            limit: None,
            cancellation: Cancellation::default(),
        }
    }
}

/// One series of a selection. Its samples are decoded when they are asked for, so that a query holds
/// those of one series at a time.
pub trait Series: Send + Sync {
    fn labels(&self) -> &Labels;

    /// Replaces what is in `into` by the samples in the selection's span, by time.
    ///
    /// # Errors
    /// When a chunk is damaged or cannot be read.
    fn read(&self, into: &mut SeriesSamples) -> Result<(), MetricError>;
}

/// Exemplars of one series, by time.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesExemplars {
    pub labels: Labels,
    pub exemplars: Vec<Exemplar>,
}

/// What can be asked for series.
pub trait Queryable: Send + Sync {
    /// The series with at least one chunk in the span, by labels.
    ///
    /// # Errors
    /// When the store cannot be read, or the query is over its limits or cancelled.
    fn select(&self, selection: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError>;

    /// The names of labels of the series that match, sorted, each once.
    ///
    /// # Errors
    /// As for [`Queryable::select`].
    fn label_names(&self, selection: &Selection) -> Result<Vec<String>, MetricError>;

    /// The values of a label of the series that match, sorted, each once.
    ///
    /// # Errors
    /// As for [`Queryable::select`].
    fn label_values(&self, name: &str, selection: &Selection) -> Result<Vec<String>, MetricError>;

    /// The exemplars in the span of the series that match any of the lists, by labels.
    ///
    /// # Errors
    /// As for [`Queryable::select`].
    fn exemplars(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError>;
}

/// A store's own short name of a series, for as long as the store is open. Spares the look-up by labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesId(pub u64);

/// One sample to write.
#[derive(Debug, Clone)]
pub struct Append {
    pub labels: Labels,
    /// What the store said of this series before, if it did. A stale one is looked up by labels.
    pub series: Option<SeriesId>,
    pub timestamp: i64,
    pub value: SampleValue,
    pub exemplar: Option<Exemplar>,
}

/// When a batch is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// After it is synced to disk: for whoever answers 2xx to a sender.
    Synced,
    /// When it is in the log's buffer, which is synced within a second: for scrapes and rules, where the
    /// next sample is seconds away.
    Buffered,
}

/// Why one sample was not taken. The others of its batch were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("out of order sample")]
    OutOfOrder,
    #[error("too old sample")]
    TooOld,
    #[error("duplicate sample for timestamp")]
    DuplicateTimestamp,
    #[error("the time is too far in the future")]
    TooFarAhead,
    #[error("labels are missing a metric name, or are invalid: {reason}")]
    InvalidLabels { reason: String },
    #[error("invalid native histogram: {reason}")]
    InvalidHistogram { reason: String },
    #[error("out of order exemplar")]
    OutOfOrderExemplar,
    #[error(
        "the {budget} has {limit} series already; a label with too many values is the usual cause"
    )]
    TooManySeries { budget: String, limit: usize },
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct AppendOutcome {
    /// For each sample of the batch, in order, the series that it went to; `None` when it was refused
    /// before its series was known.
    pub series: Vec<Option<SeriesId>>,
    /// Position in the batch and reason of each sample, or exemplar, that was not taken.
    pub refused: Vec<(usize, Refusal)>,
}

/// A count and what it counts, such as a metric name and its series.
pub type Ranked = Vec<(String, u64)>;

/// What a store tells of itself: Prometheus's `status/tsdb`.
#[derive(Debug, Clone, Default)]
pub struct StoreStatistics {
    /// Series with samples in memory.
    pub series: u64,
    pub label_pairs: u64,
    pub chunks: u64,
    /// Earliest and latest sample in memory.
    pub min_time: i64,
    pub max_time: i64,
    pub series_by_metric: Ranked,
    pub values_by_label: Ranked,
    pub bytes_by_label: Ranked,
    /// `label=value` and the series that have it.
    pub series_by_pair: Ranked,
}

/// One block on disk: Prometheus's `status/tsdb/blocks`.
#[derive(Debug, Clone, Default)]
pub struct BlockStatistics {
    pub ulid: String,
    pub min_time: i64,
    pub max_time: i64,
    pub samples: u64,
    pub series: u64,
    pub chunks: u64,
    pub bytes: u64,
    pub level: u32,
}

/// What keeps metrics.
pub trait MetricStore: Queryable {
    /// Writes a batch. What is taken of it becomes visible together.
    ///
    /// # Errors
    /// When nothing of the batch was taken, because the disk or a budget is full.
    fn append(
        &self,
        batch: &[Append],
        durability: Durability,
    ) -> Result<AppendOutcome, MetricError>;

    /// Hides the samples in the span of the series that match any of the lists; the bytes go at the next
    /// compaction or with [`MetricStore::clean_tombstones`].
    ///
    /// # Errors
    /// When that cannot be written down.
    fn delete_series(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<(), MetricError>;

    /// Removes the bytes of deleted samples.
    ///
    /// # Errors
    /// When a block cannot be rewritten.
    fn clean_tombstones(&self) -> Result<(), MetricError>;

    /// A consistent copy in a folder of the store, whose name is returned.
    ///
    /// # Errors
    /// When it cannot be written.
    fn snapshot(&self, skip_head: bool) -> Result<String, MetricError>;

    /// Figures about the series in memory, the largest `limit` of each ranking.
    fn statistics(&self, limit: usize) -> StoreStatistics;

    /// The blocks on disk, by time.
    fn blocks(&self) -> Vec<BlockStatistics>;
}
