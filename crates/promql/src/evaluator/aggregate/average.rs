//! `avg`: the sum divided, or the mean carried on where the sum would be too large.

use swarmscope_model::metrics::histogram::HistogramMean;

use super::histograms::{Folded, Histograms};
use super::{Accumulator, Notes};
use crate::evaluator::frame::{Row, RowBuffer, Sample, is_present};
use crate::evaluator::kahan::KahanMean;

/// `avg`.
pub(super) struct Average {
    steps: usize,
    floats: Vec<Option<KahanMean>>,
    histograms: Histograms<HistogramMean>,
}

impl Average {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            floats: Vec::new(),
            histograms: Histograms::new(steps),
        }
    }
}

impl Accumulator for Average {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        let end = (group + 1) * self.steps;
        if self.floats.len() < end {
            self.floats.resize(end, None);
        }
        let floats = &mut self.floats[group * self.steps..end];
        let check = !self.histograms.is_empty();
        for (step, (mean, value)) in floats.iter_mut().zip(row.floats).enumerate() {
            if !is_present(*value) || (check && self.histograms.is_settled(group, step)) {
                continue;
            }
            match mean {
                Some(mean) => mean.add(*value),
                None => *mean = Some(KahanMean::new(*value)),
            }
        }
        for (step, histogram) in row.histograms {
            let beside_float = floats[*step].is_some();
            self.histograms
                .add(group, (*step, histogram), beside_float, row, notes);
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>) {
        let floats = &self.floats[group * self.steps..][..self.steps];
        for (step, mean) in floats.iter().enumerate() {
            let folded = self.histograms.finish(group, step, mean.is_some(), notes);
            match (folded, mean) {
                (Folded::Histogram(mean), _) => row.set(step, Sample::Histogram(mean.into())),
                (Folded::None, Some(mean)) => row.floats[step] = mean.mean(),
                (Folded::None, None) | (Folded::Refused, _) => {}
            }
        }
    }
}
