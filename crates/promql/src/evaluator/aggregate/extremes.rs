//! `min` and `max`; any number is preferred to NaN.

use super::{Accumulator, Notes};
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{ABSENT, Row, RowBuffer, is_present};

/// `min` or `max`.
pub(super) struct Extreme {
    steps: usize,
    is_min: bool,
    values: Vec<f64>,
}

impl Extreme {
    pub fn min(steps: usize) -> Self {
        Self {
            steps,
            is_min: true,
            values: Vec::new(),
        }
    }

    pub fn max(steps: usize) -> Self {
        Self {
            steps,
            is_min: false,
            values: Vec::new(),
        }
    }

    fn add_floats(&mut self, group: usize, floats: &[f64], better: impl Fn(f64, f64) -> bool) {
        let bests = &mut self.values[group * self.steps..][..self.steps];
        for (best, value) in bests.iter_mut().zip(floats) {
            // What is absent is NaN, too.
            if is_present(*value) && (best.is_nan() || better(*value, *best)) {
                *best = *value;
            }
        }
    }
}

impl Accumulator for Extreme {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        let end = (group + 1) * self.steps;
        if self.values.len() < end {
            self.values.resize(end, ABSENT);
        }
        if self.is_min {
            self.add_floats(group, row.floats, |value, best| value < best);
        } else {
            self.add_floats(group, row.floats, |value, best| value > best);
        }
        if !row.histograms.is_empty() {
            let aggregation = if self.is_min { "min" } else { "max" };
            notes.add(&Finding::HistogramIgnoredInAggregation { aggregation });
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, _: &mut Notes<'_, '_>) {
        row.floats
            .copy_from_slice(&self.values[group * self.steps..][..self.steps]);
    }
}
