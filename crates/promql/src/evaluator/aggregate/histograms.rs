//! Native histograms among what is aggregated: kept apart from floats, because nearly no group has any.

use std::collections::HashMap;

use swarmscope_model::metrics::{Histogram, ResetHint};

use super::Notes;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::hashing::FastMap;

/// Running values of histograms, by group and step.
pub(super) struct Mixture<T> {
    steps: usize,
    values: FastMap<usize, T>,
}

impl<T> Mixture<T> {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            values: HashMap::default(),
        }
    }

    pub fn get_mut(&mut self, group: usize, step: usize) -> Option<&mut T> {
        self.values.get_mut(&(group * self.steps + step))
    }

    pub fn insert(&mut self, group: usize, step: usize, value: T) {
        self.values.insert(group * self.steps + step, value);
    }

    pub fn take(&mut self, group: usize, step: usize) -> Option<T> {
        if self.values.is_empty() {
            return None;
        }
        self.values.remove(&(group * self.steps + step))
    }
}

/// What the histograms of a group say about counter resets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResetHints {
    reset: bool,
    no_reset: bool,
}

impl ResetHints {
    pub fn of(histogram: &Histogram) -> Self {
        let mut hints = Self::default();
        hints.note(histogram);
        hints
    }

    pub fn note(&mut self, histogram: &Histogram) {
        self.reset |= histogram.reset_hint == ResetHint::Reset;
        self.no_reset |= histogram.reset_hint == ResetHint::NotReset;
    }

    /// Whether they contradict each other.
    pub fn collide(self) -> bool {
        self.reset && self.no_reset
    }

    pub fn tell(self, notes: &mut Notes<'_, '_>) {
        if self.collide() {
            let operation = HistogramOperation::Aggregation;
            notes.add(&Finding::HistogramCounterResetCollision(operation));
        }
    }
}
