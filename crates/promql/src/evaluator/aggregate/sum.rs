//! `sum`: floats by Kahan's method, histograms apart.

use swarmscope_model::metrics::histogram::HistogramSum;

use super::histograms::{Folded, Histograms};
use super::{Accumulator, Notes};
use crate::evaluator::frame::{ABSENT, Row, RowBuffer, Sample, is_present};
use crate::evaluator::kahan::KahanSum;

/// `sum`.
pub(super) struct Sum {
    steps: usize,
    floats: Vec<KahanSum>,
    histograms: Histograms<HistogramSum>,
}

impl Sum {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            floats: Vec::new(),
            histograms: Histograms::new(steps),
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
        let floats = &mut self.floats[group * self.steps..end];
        let check = !self.histograms.is_empty();
        for (step, (sum, value)) in floats.iter_mut().zip(row.floats).enumerate() {
            if !is_present(*value) || (check && self.histograms.is_settled(group, step)) {
                continue;
            }
            if is_present(sum.sum) {
                sum.add(*value);
            } else {
                sum.sum = *value;
            }
        }
        for (step, histogram) in row.histograms {
            let beside_float = is_present(floats[*step].sum);
            self.histograms
                .add(group, (*step, histogram), beside_float, row, notes);
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>) {
        let floats = &self.floats[group * self.steps..][..self.steps];
        for (step, sum) in floats.iter().enumerate() {
            let has_float = is_present(sum.sum);
            match self.histograms.finish(group, step, has_float, notes) {
                Folded::Histogram(sum) => row.set(step, Sample::Histogram(sum.into())),
                Folded::None if has_float => row.floats[step] = sum.total(),
                Folded::None | Folded::Refused => {}
            }
        }
    }
}
