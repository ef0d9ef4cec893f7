//! Windows: the samples of one series that a range function sees at one time.
//!
//! The windows of a series move forward together with the steps, so their bounds are found by moving two
//! positions, never by searching.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, Labels, SeriesSamples};

use super::source::SampleSource;
use super::{Reference, length};
use crate::ast::{Extension, MatrixSelector, Subquery, TextRange};
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::grid::Grid;
use crate::evaluator::value::MatrixSeries;

/// When the windows of a grid begin and end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowTimes {
    pub grid: Grid,
    reference: Reference,
    /// Milliseconds.
    pub range: i64,
    pub extension: Extension,
    lookback: i64,
    /// Where the selector stands in the query.
    pub position: TextRange,
}

impl WindowTimes {
    pub fn of_selector(
        evaluator: &Evaluator<'_>,
        selector: &MatrixSelector,
        grid: Grid,
    ) -> Result<Self, EvalError> {
        Ok(Self {
            grid,
            reference: Reference::new(evaluator, &selector.selector.modifiers)?,
            range: length(&selector.length)?,
            extension: selector.selector.extension,
            lookback: evaluator.shared.lookback(),
            position: selector.range,
        })
    }

    pub fn of_subquery(
        evaluator: &Evaluator<'_>,
        subquery: &Subquery,
        grid: Grid,
    ) -> Result<Self, EvalError> {
        Ok(Self {
            grid,
            reference: Reference::new(evaluator, &subquery.modifiers)?,
            range: length(&subquery.length)?,
            extension: Extension::None,
            lookback: evaluator.shared.lookback(),
            // Prometheus has no place for those.
            position: TextRange::default(),
        })
    }

    /// What the window of an evaluation time covers: after the start, up to and with the end.
    pub fn bounds(&self, evaluation: i64) -> Bounds {
        let end = self.reference.time(evaluation);
        let start = end.saturating_sub(self.range);
        let (before, beyond) = match self.extension {
            Extension::None => (0, 0),
            Extension::Anchored => (self.lookback, 0),
            Extension::Smoothed => (self.lookback, self.lookback),
        };
        Bounds {
            start,
            end,
            after: start - before,
            until: end + beyond,
        }
    }

    /// From after which to which time samples are needed for all windows.
    pub fn span(&self) -> (i64, i64) {
        (
            self.bounds(self.grid.start).after,
            self.bounds(self.grid.end()).until,
        )
    }
}

/// The bounds of a window, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The range as it was written: after `start`, up to and with `end`.
    pub start: i64,
    pub end: i64,
    /// The samples that are seen, which are more in extended ranges: after this,
    pub after: i64,
    /// up to and with this.
    pub until: i64,
}

/// What a range function sees at one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub times: &'a [i64],
    pub floats: &'a [f64],
    pub histograms: &'a [(i64, Arc<Histogram>)],
    /// As many as `times`, or empty when unknown.
    pub start_times: &'a [i64],
    /// As many as `histograms`, or empty when unknown.
    pub histogram_start_times: &'a [i64],
    /// Where among `floats` the counter fell or began anew; only for functions that ask.
    pub resets: &'a [usize],
    /// The position of the window's first float in its series, which `resets` count from.
    pub first: usize,
    pub bounds: Bounds,
    /// The evaluation time.
    pub evaluation: i64,
    pub labels: &'a Labels,
    pub position: TextRange,
    pub extension: Extension,
    /// Milliseconds.
    pub range: i64,
}

impl<'a> Window<'a> {
    /// The metric's name, for messages.
    pub fn metric(&self) -> &'a str {
        self.labels.metric_name().unwrap_or_default()
    }

    /// Whether it has floats and histograms.
    pub fn is_mixed(&self) -> bool {
        !self.floats.is_empty() && !self.histograms.is_empty()
    }
}

/// Walks over the windows of one series.
pub(crate) struct Windows<'a> {
    times: &'a WindowTimes,
    samples: &'a SeriesSamples,
    labels: &'a Labels,
    resets: &'a [usize],
    step: usize,
    floats: (usize, usize),
    histograms: (usize, usize),
    reset: (usize, usize),
}

impl<'a> Windows<'a> {
    pub fn new(
        times: &'a WindowTimes,
        samples: &'a SeriesSamples,
        labels: &'a Labels,
        resets: &'a [usize],
    ) -> Self {
        Self {
            times,
            samples,
            labels,
            resets,
            step: 0,
            floats: (0, 0),
            histograms: (0, 0),
            reset: (0, 0),
        }
    }
}

impl<'a> Iterator for Windows<'a> {
    type Item = Window<'a>;

    fn next(&mut self) -> Option<Window<'a>> {
        if self.step == self.times.grid.count {
            return None;
        }
        let evaluation = self.times.grid.time(self.step);
        self.step += 1;
        let bounds = self.times.bounds(evaluation);
        let samples = self.samples;
        slide(&mut self.floats, samples.times.len(), bounds, |index| {
            samples.times[index]
        });
        let count = samples.histograms.len();
        slide(&mut self.histograms, count, bounds, |index| {
            samples.histograms[index].0
        });
        // A reset at the first sample of the window lies between it and one outside.
        let (first, end) = self.floats;
        while self
            .resets
            .get(self.reset.0)
            .is_some_and(|reset| *reset <= first)
        {
            self.reset.0 += 1;
        }
        self.reset.1 = self.reset.1.max(self.reset.0);
        while self
            .resets
            .get(self.reset.1)
            .is_some_and(|reset| *reset < end)
        {
            self.reset.1 += 1;
        }
        let own = |times: &'a [i64], (first, end): (usize, usize)| times.get(first..end);
        Some(Window {
            times: &samples.times[first..end],
            floats: &samples.floats[first..end],
            histograms: &samples.histograms[self.histograms.0..self.histograms.1],
            start_times: own(&samples.start_times, self.floats).unwrap_or_default(),
            histogram_start_times: own(&samples.histogram_start_times, self.histograms)
                .unwrap_or_default(),
            resets: &self.resets[self.reset.0..self.reset.1],
            first,
            bounds,
            evaluation,
            labels: self.labels,
            position: self.times.position,
            extension: self.times.extension,
            range: self.times.range,
        })
    }
}

fn slide(window: &mut (usize, usize), count: usize, bounds: Bounds, time: impl Fn(usize) -> i64) {
    while window.0 < count && time(window.0) <= bounds.after {
        window.0 += 1;
    }
    window.1 = window.1.max(window.0);
    while window.1 < count && time(window.1) <= bounds.until {
        window.1 += 1;
    }
}

/// The samples of the first window, with those at its bounds made up in extended ranges.
pub(crate) fn raw_samples(
    evaluator: &mut Evaluator<'_>,
    source: &SampleSource,
    times: &WindowTimes,
) -> Result<Vec<MatrixSeries>, EvalError> {
    let mut result = Vec::new();
    let mut samples = SeriesSamples::default();
    for index in 0..source.len() {
        evaluator.shared.check()?;
        source.load(index, &mut samples)?;
        let labels = source.labels(index);
        let Some(window) = Windows::new(times, &samples, labels, &[]).next() else {
            continue;
        };
        let mut series = MatrixSeries {
            labels: labels.clone(),
            ..MatrixSeries::default()
        };
        series.histograms = window.histograms.to_vec();
        series.floats = match window.extension {
            Extension::None => window
                .times
                .iter()
                .copied()
                .zip(window.floats.iter().copied())
                .collect(),
            _ if !window.histograms.is_empty() => {
                return Err(EvalError::ModifierWithHistograms {
                    modifier: modifier(window.extension),
                });
            }
            _ => super::super::range_functions::extended_floats(&window),
        };
        let found = series.floats.len() + series.histograms.len();
        if found > 0 {
            evaluator.shared.hold(found)?;
            evaluator.shared.count_looked_at(found);
            result.push(series);
        }
    }
    Ok(result)
}

/// As it is written.
pub(crate) fn modifier(extension: Extension) -> &'static str {
    match extension {
        Extension::None => "",
        Extension::Anchored => "anchored",
        Extension::Smoothed => "smoothed",
    }
}
