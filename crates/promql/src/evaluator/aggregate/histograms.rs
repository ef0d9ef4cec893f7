//! Native histograms among what is aggregated: kept apart from floats, because nearly no group has any.

use swarmscope_model::metrics::histogram::{
    HistogramMean, HistogramSum, IncompatibleHistograms, Merged,
};
use swarmscope_model::metrics::{Histogram, ResetHint};

use super::Notes;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::Row;
use crate::evaluator::hashing::FastMap;

/// Makes one histogram of many.
pub(super) trait Fold: Sized {
    fn new(first: &Histogram) -> Self;
    fn add(&mut self, next: &Histogram) -> Result<Merged, IncompatibleHistograms>;
    fn finish(self) -> Histogram;
}

impl Fold for HistogramSum {
    fn new(first: &Histogram) -> Self {
        Self::new(first)
    }

    fn add(&mut self, next: &Histogram) -> Result<Merged, IncompatibleHistograms> {
        self.add(next)
    }

    fn finish(self) -> Histogram {
        self.finish()
    }
}

impl Fold for HistogramMean {
    fn new(first: &Histogram) -> Self {
        Self::new(first)
    }

    fn add(&mut self, next: &Histogram) -> Result<Merged, IncompatibleHistograms> {
        self.add(next)
    }

    fn finish(self) -> Histogram {
        self.finish()
    }
}

/// The histograms of a group at one step.
enum State<F> {
    Folded {
        fold: F,
        hints: ResetHints,
    },
    /// A float came first, so there will be no result.
    BesideFloat,
    /// Exponential and custom buckets met, so there will be no result.
    Incompatible,
}

/// Histograms that are aggregated, by group and step.
pub(super) struct Histograms<F> {
    steps: usize,
    states: FastMap<usize, State<F>>,
}

impl<F: Fold> Histograms<F> {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            states: FastMap::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Whether nothing more is looked at there.
    pub fn is_settled(&self, group: usize, step: usize) -> bool {
        matches!(
            self.states.get(&(group * self.steps + step)),
            Some(State::Incompatible)
        )
    }

    /// Takes a row's histogram into a group. `beside_float` when the group has a float at that step.
    pub fn add(
        &mut self,
        group: usize,
        (step, histogram): (usize, &Histogram),
        beside_float: bool,
        row: Row<'_>,
        notes: &mut Notes<'_, '_>,
    ) {
        let state = self.states.entry(group * self.steps + step);
        let state = match state {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(if beside_float {
                    State::BesideFloat
                } else {
                    State::Folded {
                        fold: F::new(histogram),
                        hints: ResetHints::of(histogram),
                    }
                });
                return;
            }
        };
        let State::Folded { fold, hints } = state else {
            return;
        };
        hints.note(histogram);
        match fold.add(histogram) {
            Ok(done) if done.bounds_reconciled => {
                notes.add(&Finding::MismatchedCustomBuckets(
                    HistogramOperation::Aggregation,
                ));
            }
            Ok(_) => {}
            Err(_) => {
                let metric = row.key.labels.metric_name().unwrap_or_default();
                notes.add(&Finding::MixedExponentialCustomHistograms { metric });
                *state = State::Incompatible;
            }
        }
    }

    /// What became of a group's histograms at a step.
    pub fn finish(
        &mut self,
        group: usize,
        step: usize,
        has_float: bool,
        notes: &mut Notes<'_, '_>,
    ) -> Folded {
        if self.states.is_empty() {
            return Folded::None;
        }
        match self.states.remove(&(group * self.steps + step)) {
            None => Folded::None,
            Some(_) if has_float => {
                notes.add(&Finding::MixedFloatsHistogramsInAggregation);
                Folded::Refused
            }
            Some(State::Folded { fold, hints }) => {
                hints.tell(notes);
                let mut histogram = fold.finish();
                histogram.compact(0);
                Folded::Histogram(histogram)
            }
            Some(_) => Folded::Refused,
        }
    }
}

/// What became of histograms.
pub(super) enum Folded {
    /// There were none.
    None,
    Histogram(Histogram),
    /// There were some, and there is no result.
    Refused,
}

/// What histograms say about counter resets.
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

    fn tell(self, notes: &mut Notes<'_, '_>) {
        if self.collide() {
            let operation = HistogramOperation::Aggregation;
            notes.add(&Finding::HistogramCounterResetCollision(operation));
        }
    }
}
