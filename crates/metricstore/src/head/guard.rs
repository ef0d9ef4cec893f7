//! Budgets of series, so that a label with too many values cannot take all memory.

use hashbrown::HashMap;
use swarmscope_model::metrics::{Labels, Refusal};
use xxhash_rust::xxh3::{Xxh3Default, Xxh3DefaultBuilder};

use super::index::HeadIndex;
use crate::options::SeriesBudgets;

/// Counts the series of every target; those of a metric are counted by the index.
#[derive(Debug, Default)]
pub struct Guard {
    /// By the hash of job and instance.
    targets: HashMap<u64, u32, Xxh3DefaultBuilder>,
}

impl Guard {
    /// # Errors
    /// When a budget has no room for one more series with these labels. `pending` series are on their way
    /// into the index.
    pub fn check(
        &self,
        budgets: &SeriesBudgets,
        index: &HeadIndex,
        pending: &Pending,
        labels: &Labels,
    ) -> Result<(), Refusal> {
        let full = |budget: String, limit: usize| Err(Refusal::TooManySeries { budget, limit });
        if index.len() + pending.all >= budgets.all {
            return full("whole store".to_owned(), budgets.all);
        }
        let name = labels.metric_name().unwrap_or_default();
        let coming = pending.metrics.get(name).copied().unwrap_or_default();
        if index.count(swarmscope_model::metrics::labels::METRIC_NAME, name) as usize + coming
            >= budgets.per_metric
        {
            return full(format!("metric {name}"), budgets.per_metric);
        }
        if let Some((job, instance, hash)) = target(labels) {
            let coming = pending.targets.get(&hash).copied().unwrap_or_default();
            let now = self.targets.get(&hash).copied().unwrap_or_default();
            if now as usize + coming >= budgets.per_target {
                return full(format!("target {job} {instance}"), budgets.per_target);
            }
        }
        Ok(())
    }

    /// Counts a new series.
    pub fn add(&mut self, labels: &Labels) {
        if let Some((_, _, hash)) = target(labels) {
            *self.targets.entry(hash).or_default() += 1;
        }
    }

    /// Counts a series that is gone.
    pub fn remove(&mut self, labels: &Labels) {
        let Some((_, _, hash)) = target(labels) else {
            return;
        };
        if let Some(count) = self.targets.get_mut(&hash) {
            *count -= 1;
            if *count == 0 {
                self.targets.remove(&hash);
            }
        }
    }
}

/// Series of a batch that are not in the index yet.
#[derive(Debug, Default)]
pub struct Pending {
    all: usize,
    metrics: HashMap<String, usize>,
    targets: HashMap<u64, usize>,
}

impl Pending {
    /// One more.
    pub fn add(&mut self, labels: &Labels) {
        self.all += 1;
        let name = labels.metric_name().unwrap_or_default();
        *self.metrics.entry_ref(name).or_default() += 1;
        if let Some((_, _, hash)) = target(labels) {
            *self.targets.entry(hash).or_default() += 1;
        }
    }
}

/// Job, instance and the hash of both, of series that have either.
fn target(labels: &Labels) -> Option<(&str, &str, u64)> {
    let (job, instance) = (
        labels.get("job").unwrap_or_default(),
        labels.get("instance").unwrap_or_default(),
    );
    if job.is_empty() && instance.is_empty() {
        return None;
    }
    let mut hasher = Xxh3Default::new();
    hasher.update(job.as_bytes());
    hasher.update(&[0xff]);
    hasher.update(instance.as_bytes());
    Some((job, instance, hasher.digest()))
}
