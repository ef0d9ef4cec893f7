//! `avg`.

use swarmscope_model::metrics::Histogram;
use swarmscope_model::metrics::histogram::HistogramMean;

use super::histograms::{Mixture, ResetHints};
use super::{Accumulator, Notes};
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::{Row, RowBuffer, Sample, is_present};
use crate::evaluator::kahan::KahanMean;

/// `avg`.
pub(super) struct Average {
    steps: usize,
    floats: Vec<Option<KahanMean>>,
    histograms: Mixture<HistogramAverage>,
}

struct HistogramAverage {
    mean: HistogramMean,
    hints: ResetHints,
    incompatible: bool,
}

impl Average {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            floats: Vec::new(),
            histograms: Mixture::new(steps),
        }
    }
}

impl Accumulator for Average {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        let end = (group + 1) * self.steps;
        if self.floats.len() < end {
            self.floats.resize(end, None);
        }
        for (mean, value) in self.floats[group * self.steps..end]
            .iter_mut()
            .zip(row.floats)
        {
            if !is_present(*value) {
                continue;
            }
            match mean {
                Some(mean) => mean.add(*value),
                None => *mean = Some(KahanMean::new(*value)),
            }
        }
        for (step, histogram) in row.histograms {
            match self.histograms.get_mut(group, *step) {
                None => self
                    .histograms
                    .insert(group, *step, HistogramAverage::new(histogram)),
                Some(average) if average.incompatible => {}
                Some(average) => average.add(histogram, row, notes),
            }
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>) {
        let floats = &self.floats[group * self.steps..][..self.steps];
        for (step, mean) in floats.iter().enumerate() {
            match (mean, self.histograms.take(group, step)) {
                (Some(_), Some(_)) => {
                    notes.add(&Finding::MixedFloatsHistogramsInAggregation);
                }
                (None, Some(average)) if !average.incompatible => {
                    average.hints.tell(notes);
                    let mut mean = average.mean.finish();
                    mean.compact(0);
                    row.set(step, Sample::Histogram(mean.into()));
                }
                (Some(mean), None) => row.floats[step] = mean.mean(),
                (None, _) => {}
            }
        }
    }
}

impl HistogramAverage {
    fn new(first: &Histogram) -> Self {
        Self {
            mean: HistogramMean::new(first),
            hints: ResetHints::of(first),
            incompatible: false,
        }
    }

    fn add(&mut self, histogram: &Histogram, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        self.hints.note(histogram);
        match self.mean.add(histogram) {
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
}
