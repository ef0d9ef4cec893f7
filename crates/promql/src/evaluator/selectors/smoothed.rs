//! Instant selectors that are `smoothed`: the value at a time lies between the samples around it.

use std::sync::Arc;

use swarmscope_model::metrics::ResetHint;

use super::{Reference, SampleSource};
use crate::ast::{TextRange, VectorSelector};
use crate::evaluator::annotations::Annotations;
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, RowBuffer, Sample, SeriesKey};
use crate::evaluator::grid::Grid;
use crate::evaluator::interpolation;
use crate::evaluator::rows::{self, RowSource, Worker};
use swarmscope_model::metrics::SeriesSamples;

/// The values of a smoothed selector at every time.
pub(super) fn smoothed_vector(
    evaluator: &mut Evaluator<'_>,
    selector: &VectorSelector,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let reference = Reference::new(evaluator, &selector.modifiers)?;
    let shared = evaluator.shared;
    let lookback = shared.lookback();
    let start = reference.time(grid.start).saturating_sub(lookback);
    let end = reference.time(grid.end()).saturating_add(lookback);
    let series = shared.select_by(selector, start, end)?;
    let source = SmoothedSelector {
        source: SampleSource::Stored(series),
        reference,
        grid,
        lookback,
        position: selector.range,
    };
    rows::collect(evaluator, &source, grid.count)
}

struct SmoothedSelector {
    source: SampleSource,
    reference: Reference,
    grid: Grid,
    lookback: i64,
    position: TextRange,
}

impl RowSource for SmoothedSelector {
    fn len(&self) -> usize {
        self.source.len()
    }

    fn key(&self, index: usize) -> SeriesKey {
        SeriesKey {
            labels: self.source.labels(index).clone(),
            drop_name: false,
        }
    }

    fn fill(
        &self,
        index: usize,
        worker: &mut Worker<'_>,
        row: &mut RowBuffer,
    ) -> Result<(), EvalError> {
        self.source.load(index, &mut worker.samples)?;
        let samples = &worker.samples;
        worker.shared.hold_briefly(samples.len())?;
        let metric = self.source.labels(index).metric_name().unwrap_or_default();
        let mut found = 0;
        for (step, time) in self.grid.times().enumerate() {
            let at = Around::new(self, samples, self.reference.time(time));
            let notes = &mut worker.annotations;
            if at.is_mixed() {
                notes.add(&Finding::MixedFloatsHistograms { metric }, self.position);
            } else if let Some(sample) = at.float().or_else(|| at.histogram(metric, notes)) {
                row.set(step, sample);
                found += 1;
            }
        }
        worker.shared.count_looked_at(found);
        Ok(())
    }
}

/// The samples around a time, within the lookback on either side.
struct Around<'a> {
    samples: &'a SeriesSamples,
    time: i64,
    /// First and end of the floats and of the histograms that are near enough.
    floats: (usize, usize),
    histograms: (usize, usize),
    position: TextRange,
}

impl<'a> Around<'a> {
    fn new(selector: &SmoothedSelector, samples: &'a SeriesSamples, time: i64) -> Self {
        let (after, until) = (time - selector.lookback, time + selector.lookback);
        let floats = (
            samples.times.partition_point(|time| *time <= after),
            samples.times.partition_point(|time| *time <= until),
        );
        let histograms = (
            samples
                .histograms
                .partition_point(|(time, _)| *time <= after),
            samples
                .histograms
                .partition_point(|(time, _)| *time <= until),
        );
        Self {
            samples,
            time,
            floats,
            histograms,
            position: selector.position,
        }
    }

    fn is_mixed(&self) -> bool {
        self.floats.0 < self.floats.1 && self.histograms.0 < self.histograms.1
    }

    fn float(&self) -> Option<Sample> {
        let times = &self.samples.times[self.floats.0..self.floats.1];
        let values = &self.samples.floats[self.floats.0..self.floats.1];
        let next = times.partition_point(|time| *time < self.time);
        if times.get(next) == Some(&self.time) {
            return Some(Sample::Float(values[next]));
        }
        let before = next.checked_sub(1)?;
        if next == times.len() {
            return Some(Sample::Float(values[before]));
        }
        let share = (self.time - times[before]) as f64;
        let span = (times[next] - times[before]) as f64;
        let change = values[next] - values[before];
        Some(Sample::Float(values[before] + change * share / span))
    }

    fn histogram(&self, metric: &str, notes: &mut Annotations) -> Option<Sample> {
        let points = &self.samples.histograms[self.histograms.0..self.histograms.1];
        let next = points.partition_point(|(time, _)| *time < self.time);
        if points.get(next).is_some_and(|(time, _)| *time == self.time) {
            return Some(Sample::Histogram(points[next].1.clone()));
        }
        let before = next.checked_sub(1)?;
        if next == points.len() {
            // The hint is about neighbours, and this is none.
            let mut last = (*points[before].1).clone();
            last.reset_hint = ResetHint::Unknown;
            return Some(Sample::Histogram(Arc::new(last)));
        }
        let pair = [&points[before], &points[next]];
        let is_counter = pair
            .iter()
            .any(|(_, each)| each.reset_hint != ResetHint::Gauge);
        let same_kind = pair[0].1.has_custom_bounds() == pair[1].1.has_custom_bounds();
        let result = same_kind.then(|| {
            interpolation::between(pair, self.time, is_counter, |operation| {
                notes.add(&Finding::MismatchedCustomBuckets(operation), self.position);
            })
        });
        match result {
            Some(Ok(histogram)) => Some(Sample::Histogram(Arc::new(histogram))),
            _ => {
                let finding = Finding::MixedExponentialCustomHistograms { metric };
                notes.add(&finding, self.position);
                None
            }
        }
    }
}
