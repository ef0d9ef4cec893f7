//! The store's handle: the door that `MetricStore` is.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use swarmscope_files::Lock;
use swarmscope_model::metrics::{
    Append, AppendOutcome, BlockStatistics, Durability, Matcher, MetricError, MetricStore,
    Queryable, Refusal, Selection, Series, SeriesExemplars, StoreStatistics,
};

use crate::appending;
use crate::chunk::TimeRange;
use crate::compaction::{backfill, checkpointing, deletion, snapshot, threads};
use crate::error::OpenError;
use crate::open::{Opened, open};
use crate::options::Options;
use crate::query::{labels, select, statistics};
use crate::shared::{Shared, milliseconds};
use crate::stats::Stats;

/// Metrics in a folder of this machine.
#[derive(Debug)]
pub struct EmbeddedMetrics {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held until the handle goes.
    _lock: Box<dyn Lock>,
}

impl EmbeddedMetrics {
    /// Opens the folder, recovers what the log holds, and starts the threads. Blocks meanwhile.
    ///
    /// # Errors
    /// When the folder is in use, of another format, or cannot be read.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let Opened { shared, lock } = open(options)?;
        let shared = Arc::new(shared);
        let (for_syncer, for_maintainer) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            spawn("metrics-syncer", move || threads::syncer(&for_syncer))?,
            spawn("metrics-maintainer", move || {
                threads::maintainer(&for_maintainer);
            })?,
        ];
        Ok(Self {
            shared,
            threads: Mutex::new(threads),
            _lock: lock,
        })
    }

    /// Writes what is in memory as a checkpoint, from which the next start is fast, and stops. Blocks
    /// meanwhile. Writes fail afterwards, reads still find everything; the folder is free when the handle
    /// is dropped.
    pub fn close(&self) {
        self.stop();
        let _alone = self.shared.maintenance();
        let written = match self.shared.syncing.failed() {
            // What could not be synced may still be saved whole.
            Some(_) => checkpointing::begin_anew(&self.shared),
            None if self.shared.log_bytes() > 0 => checkpointing::checkpoint(&self.shared),
            None => Ok(()),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "no checkpoint was written; the next start reads the log instead");
        }
    }

    /// Changes how late samples may be that are older than the newest of their series, see
    /// [`Options::out_of_order_window`].
    pub fn set_out_of_order_window(&self, window: Duration) {
        self.shared
            .out_of_order_window
            .store(milliseconds(window), Ordering::Relaxed);
    }

    /// Writes samples of the past, in any order, as blocks. Gives positions and reasons of those that are
    /// not taken. Whoever imports much does so in parts of some million samples, by time. Exemplars are
    /// left out. Blocks meanwhile.
    ///
    /// # Errors
    /// When a block cannot be written; then nothing was taken.
    pub fn backfill(&self, samples: &[Append]) -> Result<Vec<(usize, Refusal)>, MetricError> {
        backfill::backfill(&self.shared, samples)
    }

    /// Does now what the maintainer does now and then: blocks, retention, compaction. Blocks meanwhile.
    pub fn maintain(&self) {
        threads::work(&self.shared);
    }

    fn stop(&self) {
        self.shared.begin_closing();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the metric store has panicked");
            }
        }
        drop(threads);
        // After the turn of whoever was writing.
        drop(self.shared.writer());
        if let Err(error) = self.shared.syncing.wait_for_all() {
            tracing::error!(%error, "the log could not be synced; the samples of the last second may be lost");
        }
    }

    /// The store as it stands.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }
}

impl Drop for EmbeddedMetrics {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(OpenError::Thread)
}

impl Queryable for EmbeddedMetrics {
    fn select(&self, selection: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        select::select(&self.shared, selection)
    }

    fn label_names(&self, selection: &Selection) -> Result<Vec<String>, MetricError> {
        labels::names(&self.shared, selection)
    }

    fn label_values(&self, name: &str, selection: &Selection) -> Result<Vec<String>, MetricError> {
        labels::values(&self.shared, name, selection)
    }

    fn exemplars(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Ok(self.shared.head.exemplars().select(start, end, any_of))
    }
}

impl MetricStore for EmbeddedMetrics {
    fn append(
        &self,
        batch: &[Append],
        durability: Durability,
    ) -> Result<AppendOutcome, MetricError> {
        if self.shared.closing.load(Ordering::Relaxed) {
            return Err(MetricError::ReadOnly {
                reason: "it is closed".to_owned(),
            });
        }
        appending::append(&self.shared, batch, durability)
    }

    fn delete_series(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<(), MetricError> {
        deletion::delete(&self.shared, TimeRange { start, end }, any_of)
    }

    fn clean_tombstones(&self) -> Result<(), MetricError> {
        deletion::clean(&self.shared)
    }

    fn snapshot(&self, skip_head: bool) -> Result<String, MetricError> {
        snapshot::snapshot(&self.shared, skip_head)
    }

    fn statistics(&self, limit: usize) -> StoreStatistics {
        statistics::statistics(&self.shared.head, limit)
    }

    fn blocks(&self) -> Vec<BlockStatistics> {
        statistics::blocks(&self.shared.view())
    }
}
