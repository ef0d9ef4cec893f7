//! Where a range function's samples come from: the store, or a subquery that was evaluated.

use swarmscope_model::metrics::{Labels, ResetHint, Series, SeriesSamples, is_stale};

use super::window::WindowTimes;
use crate::ast::VectorSelector;
use crate::evaluator::context::Shared;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{Frame, SampleRef};
use crate::evaluator::grid::Grid;

/// Samples of many series, loaded one series at a time.
pub(crate) enum SampleSource {
    Stored(Vec<Box<dyn Series>>),
    Computed { frame: Frame, grid: Grid },
}

impl SampleSource {
    /// No series at all.
    pub fn none() -> Self {
        Self::Computed {
            frame: Frame::new(1),
            grid: Grid::single(0),
        }
    }

    /// The series that match, with the samples that any window may need.
    pub fn stored(
        shared: &Shared<'_>,
        selector: &VectorSelector,
        times: &WindowTimes,
    ) -> Result<Self, EvalError> {
        let (after, until) = times.span();
        Ok(Self::Stored(shared.select_by(selector, after, until)?))
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Stored(series) => series.len(),
            Self::Computed { frame, .. } => frame.len(),
        }
    }

    pub fn labels(&self, index: usize) -> &Labels {
        match self {
            Self::Stored(series) => series[index].labels(),
            Self::Computed { frame, .. } => &frame.keys()[index].labels,
        }
    }

    /// Whether the series has a name that is to go.
    pub fn drops_name(&self, index: usize) -> bool {
        match self {
            Self::Stored(_) => false,
            Self::Computed { frame, .. } => frame.keys()[index].drop_name,
        }
    }

    /// Replaces what is in `into` by the samples of a series, without staleness markers.
    pub fn load(&self, index: usize, into: &mut SeriesSamples) -> Result<(), EvalError> {
        match self {
            Self::Stored(series) => {
                series[index].read(into)?;
                drop_stale(into);
            }
            Self::Computed { frame, grid } => {
                into.clear();
                for (step, sample) in frame.row(index).iter() {
                    match sample {
                        SampleRef::Float(value) => into.push(grid.time(step), value),
                        SampleRef::Histogram(histogram) => {
                            into.histograms.push((grid.time(step), histogram.clone()));
                        }
                    }
                }
                forget_resets(into);
            }
        }
        Ok(())
    }
}

/// What is known of counter resets holds between stored neighbours, not between those of a subquery.
fn forget_resets(samples: &mut SeriesSamples) {
    for (_, histogram) in &mut samples.histograms {
        if matches!(histogram.reset_hint, ResetHint::Reset | ResetHint::NotReset) {
            let mut unknown = (**histogram).clone();
            unknown.reset_hint = ResetHint::Unknown;
            *histogram = unknown.into();
        }
    }
}

fn drop_stale(samples: &mut SeriesSamples) {
    if samples.floats.iter().any(|value| is_stale(*value)) {
        let mut keep = samples.floats.iter().map(|value| !is_stale(*value));
        samples.times.retain(|_| keep.next().unwrap_or(true));
        let mut keep = samples.floats.iter().map(|value| !is_stale(*value));
        samples.start_times.retain(|_| keep.next().unwrap_or(true));
        samples.floats.retain(|value| !is_stale(*value));
    }
    if samples
        .histograms
        .iter()
        .any(|(_, histogram)| is_stale(histogram.sum))
    {
        let mut keep = samples
            .histograms
            .iter()
            .map(|(_, histogram)| !is_stale(histogram.sum));
        samples
            .histogram_start_times
            .retain(|_| keep.next().unwrap_or(true));
        samples
            .histograms
            .retain(|(_, histogram)| !is_stale(histogram.sum));
    }
}
