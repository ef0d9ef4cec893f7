//! A store that also puts what it took into the queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use swarmscope_model::metrics::{
    Append, AppendOutcome, BlockStatistics, Durability, Matcher, MetricError, MetricStore,
    Queryable, Refusal, Selection, Series, SeriesExemplars, StoreStatistics,
};

use crate::queue::{Queue, QueuedSample};

/// Stands in front of a store. Samples are acknowledged after both, the store and the queue, have them;
/// what the store refuses is not sent either. A queue that cannot be written does not stop the store: the
/// samples are counted and reported.
pub struct Tee {
    store: Arc<dyn MetricStore>,
    queue: Queue,
    wanted: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
}

impl Tee {
    pub(crate) fn new(
        store: Arc<dyn MetricStore>,
        queue: Queue,
        wanted: Arc<AtomicBool>,
        lost: Arc<AtomicU64>,
    ) -> Self {
        Self {
            store,
            queue,
            wanted,
            lost,
        }
    }

    fn enqueue(&self, batch: &[Append], outcome: &AppendOutcome, durability: Durability) {
        let mut taken = vec![true; batch.len()];
        let mut exemplars = vec![true; batch.len()];
        for (position, refusal) in &outcome.refused {
            let list = match refusal {
                Refusal::OutOfOrderExemplar => &mut exemplars,
                _ => &mut taken,
            };
            if let Some(place) = list.get_mut(*position) {
                *place = false;
            }
        }
        let samples: Vec<QueuedSample> = batch
            .iter()
            .zip(taken.into_iter().zip(exemplars))
            .filter(|(_, (taken, _))| *taken)
            .map(|(append, (_, exemplar))| QueuedSample {
                labels: append.labels.clone(),
                timestamp: append.timestamp,
                value: append.value.clone(),
                exemplar: append.exemplar.clone().filter(|_| exemplar),
            })
            .collect();
        if samples.is_empty() {
            return;
        }
        if let Err(error) = self.queue.append(&samples, durability) {
            let count = samples.len();
            self.lost.fetch_add(count as u64, Ordering::Relaxed);
            tracing::error!(%error, count, "samples are stored here but will not be sent to other systems");
        }
    }
}

impl MetricStore for Tee {
    fn append(
        &self,
        batch: &[Append],
        durability: Durability,
    ) -> Result<AppendOutcome, MetricError> {
        let outcome = self.store.append(batch, durability)?;
        if self.wanted.load(Ordering::Relaxed) {
            self.enqueue(batch, &outcome, durability);
        }
        Ok(outcome)
    }

    fn delete_series(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<(), MetricError> {
        self.store.delete_series(start, end, any_of)
    }

    fn clean_tombstones(&self) -> Result<(), MetricError> {
        self.store.clean_tombstones()
    }

    fn snapshot(&self, skip_head: bool) -> Result<String, MetricError> {
        self.store.snapshot(skip_head)
    }

    fn statistics(&self, limit: usize) -> StoreStatistics {
        self.store.statistics(limit)
    }

    fn blocks(&self) -> Vec<BlockStatistics> {
        self.store.blocks()
    }
}

impl Queryable for Tee {
    fn select(&self, selection: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        self.store.select(selection)
    }

    fn label_names(&self, selection: &Selection) -> Result<Vec<String>, MetricError> {
        self.store.label_names(selection)
    }

    fn label_values(&self, name: &str, selection: &Selection) -> Result<Vec<String>, MetricError> {
        self.store.label_values(name, selection)
    }

    fn exemplars(
        &self,
        start: i64,
        end: i64,
        any_of: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        self.store.exemplars(start, end, any_of)
    }
}
