//! `sum`.

use swarmscope_model::metrics::Histogram;
use swarmscope_model::metrics::histogram::HistogramSum;

use super::histograms::{Mixture, ResetHints};
use super::{Accumulator, Notes};
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::{ABSENT, Row, RowBuffer, Sample, is_present};
use crate::evaluator::kahan::KahanSum;

/// `sum`: floats by Kahan's method, histograms apart.
pub(super) struct Sum {
    steps: usize,
    floats: Vec<KahanSum>,
    histograms: Mixture<RunningSum>,
}

struct RunningSum {
    sum: HistogramSum,
    hints: ResetHints,
    incompatible: bool,
}

impl Sum {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            floats: Vec::new(),
            histograms: Mixture::new(steps),
        }
    }
}

/// No value came yet.
const NONE: KahanSum = KahanSum {
    sum: ABSENT,
    compensation: 0.0,
};

impl Accumulator for Sum {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        let end = (group + 1) * self.steps;
        if self.floats.len() < end {
            self.floats.resize(end, NONE);
        }
        for (sum, value) in self.floats[group * self.steps..end]
            .iter_mut()
            .zip(row.floats)
        {
            if !is_present(*value) {
                continue;
            }
            if is_present(sum.sum) {
                sum.add(*value);
            } else {
                sum.sum = *value;
            }
        }
        for (step, histogram) in row.histograms {
            match self.histograms.get_mut(group, *step) {
                None => self
                    .histograms
                    .insert(group, *step, RunningSum::new(histogram)),
                Some(sum) if sum.incompatible => {}
                Some(sum) => sum.add(histogram, row, notes),
            }
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>) {
        let floats = &self.floats[group * self.steps..][..self.steps];
        for (step, sum) in floats.iter().enumerate() {
            let has_float = is_present(sum.sum);
            match self.histograms.take(group, step) {
                Some(_) if has_float => {
                    notes.add(&Finding::MixedFloatsHistogramsInAggregation);
                }
                Some(histogram) => {
                    if let Some(sum) = histogram.finish(notes) {
                        row.set(step, Sample::Histogram(sum.into()));
                    }
                }
                None if has_float => row.floats[step] = sum.total(),
                None => {}
            }
        }
    }
}

impl RunningSum {
    fn new(first: &Histogram) -> Self {
        Self {
            sum: HistogramSum::new(first),
            hints: ResetHints::of(first),
            incompatible: false,
        }
    }

    fn add(&mut self, histogram: &Histogram, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        self.hints.note(histogram);
        match self.sum.add(histogram) {
            Ok(done) if done.bounds_reconciled => {
                notes.add(&Finding::MismatchedCustomBuckets(
                    HistogramOperation::Aggregation,
                ));
            }
            Ok(_) => {}
            Err(_) => {
                let metric = row.key.labels.metric_name().unwrap_or_default();
                notes.add(&Finding::MixedExponentialCustomHistograms { metric });
                self.incompatible = true;
            }
        }
    }

    fn finish(self, notes: &mut Notes<'_, '_>) -> Option<Histogram> {
        if self.incompatible {
            return None;
        }
        self.hints.tell(notes);
        let mut sum = self.sum.finish();
        sum.compact(0);
        Some(sum)
    }
}
