//! The current value of each series at each time: the newest sample within the lookback.

use swarmscope_model::metrics::{SampleValue, Series, SeriesSamples, is_stale};

use super::Reference;
use crate::ast::VectorSelector;
use crate::evaluator::context::Shared;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{RowBuffer, Sample, SeriesKey};
use crate::evaluator::grid::Grid;
use crate::evaluator::rows::{RowSource, Worker};

/// What is taken of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    Value,
    /// Milliseconds since the epoch.
    Time,
    /// Milliseconds since the epoch; 0 where it is unknown.
    StartTime,
    /// The time, of floats only: histograms are an error.
    InfoTime,
}

/// An instant selector over a grid.
pub(crate) struct InstantSelector {
    series: Vec<Box<dyn Series>>,
    reference: Reference,
    grid: Grid,
    lookback: i64,
    take: Take,
}

impl InstantSelector {
    pub fn new(
        shared: &Shared<'_>,
        selector: &VectorSelector,
        reference: Reference,
        grid: Grid,
        take: Take,
    ) -> Result<Self, EvalError> {
        let lookback = shared.lookback();
        let start = reference.time(grid.start).saturating_sub(lookback);
        let series = shared.select_by(selector, start, reference.time(grid.end()))?;
        Ok(Self {
            series,
            reference,
            grid,
            lookback,
            take,
        })
    }

    /// Series that were selected otherwise, seen from the times of the grid.
    pub fn of_series(
        shared: &Shared<'_>,
        series: Vec<Box<dyn Series>>,
        grid: Grid,
        take: Take,
    ) -> Self {
        let reference = Reference {
            offset: 0,
            at: None,
        };
        Self {
            series,
            reference,
            grid,
            lookback: shared.lookback(),
            take,
        }
    }

    fn floats(&self, samples: &SeriesSamples, row: &mut RowBuffer) -> usize {
        let (mut next, mut found) = (0, 0);
        for (step, time) in self.grid.times().enumerate() {
            let reference = self.reference.time(time);
            while next < samples.times.len() && samples.times[next] <= reference {
                next += 1;
            }
            if next == 0 || samples.times[next - 1] <= reference - self.lookback {
                continue;
            }
            let value = samples.floats[next - 1];
            if !is_stale(value) {
                row.floats[step] = match self.take {
                    Take::Value => value,
                    Take::Time | Take::InfoTime => samples.times[next - 1] as f64,
                    Take::StartTime => start_time(&samples.start_times, next - 1),
                };
                found += 1;
            }
        }
        found
    }

    /// For the rare series that have histograms.
    fn mixed(&self, samples: &SeriesSamples, row: &mut RowBuffer) -> usize {
        let mut found = 0;
        for (step, time) in self.grid.times().enumerate() {
            let reference = self.reference.time(time);
            let float = samples
                .times
                .partition_point(|time| *time <= reference)
                .checked_sub(1);
            let histogram = samples
                .histograms
                .partition_point(|(time, _)| *time <= reference)
                .checked_sub(1);
            let float_time = float.map(|index| samples.times[index]);
            let histogram_time = histogram.map(|index| samples.histograms[index].0);
            let newest = float_time.max(histogram_time);
            let Some(newest) = newest.filter(|time| *time > reference - self.lookback) else {
                continue;
            };
            let (value, start) = match (float, histogram) {
                (Some(index), _) if float_time == Some(newest) => (
                    SampleValue::Float(samples.floats[index]),
                    start_time(&samples.start_times, index),
                ),
                (_, Some(index)) => (
                    SampleValue::Histogram(samples.histograms[index].1.clone()),
                    start_time(&samples.histogram_start_times, index),
                ),
                _ => continue,
            };
            let sample = match value {
                SampleValue::Float(value) if is_stale(value) => continue,
                SampleValue::Histogram(histogram) if is_stale(histogram.sum) => continue,
                SampleValue::Float(value) => Sample::Float(value),
                SampleValue::Histogram(histogram) => Sample::Histogram(histogram),
            };
            found += 1;
            row.set(
                step,
                match self.take {
                    Take::Value => sample,
                    Take::Time | Take::InfoTime => Sample::Float(newest as f64),
                    Take::StartTime => Sample::Float(start),
                },
            );
        }
        found
    }
}

fn start_time(times: &[i64], index: usize) -> f64 {
    times.get(index).copied().unwrap_or(0) as f64
}

impl RowSource for InstantSelector {
    fn len(&self) -> usize {
        self.series.len()
    }

    fn key(&self, index: usize) -> SeriesKey {
        SeriesKey {
            labels: self.series[index].labels().clone(),
            drop_name: false,
        }
    }

    fn fill(
        &self,
        index: usize,
        worker: &mut Worker<'_>,
        row: &mut RowBuffer,
    ) -> Result<(), EvalError> {
        let samples = &mut worker.samples;
        self.series[index].read(samples)?;
        worker.shared.hold_briefly(samples.len())?;
        let found = if samples.histograms.is_empty() {
            self.floats(samples, row)
        } else if self.take == Take::InfoTime {
            let series = format!("{:?}", self.series[index].labels());
            return Err(EvalError::HistogramInfo { series });
        } else {
            self.mixed(samples, row)
        };
        worker.shared.count_looked_at(found);
        Ok(())
    }
}
