//! `stddev` and `stdvar`, by Welford's method.

use super::{Accumulator, Notes};
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Row, RowBuffer, is_present};

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

/// `stdvar`, or its root.
pub(super) struct Variance {
    steps: usize,
    is_deviation: bool,
    moments: Vec<Moments>,
}

impl Variance {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            is_deviation: false,
            moments: Vec::new(),
        }
    }

    pub fn deviation(steps: usize) -> Self {
        Self {
            is_deviation: true,
            ..Self::new(steps)
        }
    }
}

impl Accumulator for Variance {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        let end = (group + 1) * self.steps;
        if self.moments.len() < end {
            self.moments.resize(end, Moments::default());
        }
        let moments = &mut self.moments[group * self.steps..end];
        for (moments, value) in moments.iter_mut().zip(row.floats) {
            if !is_present(*value) {
                continue;
            }
            moments.count += 1.0;
            if moments.count == 1.0 {
                moments.mean = *value;
                moments.squares = if value.is_finite() { 0.0 } else { f64::NAN };
                continue;
            }
            let delta = value - moments.mean;
            moments.mean += delta / moments.count;
            moments.squares += delta * (value - moments.mean);
        }
        if !row.histograms.is_empty() {
            let aggregation = if self.is_deviation {
                "stddev"
            } else {
                "stdvar"
            };
            notes.add(&Finding::HistogramIgnoredInAggregation { aggregation });
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, _: &mut Notes<'_, '_>) {
        let moments = &self.moments[group * self.steps..][..self.steps];
        for (value, moments) in row.floats.iter_mut().zip(moments) {
            if moments.count > 0.0 {
                let variance = moments.squares / moments.count;
                *value = if self.is_deviation {
                    variance.sqrt()
                } else {
                    variance
                };
            }
        }
    }
}
