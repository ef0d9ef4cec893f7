//! Functions that pick one sample of a window, or its time: `first_over_time`, `ts_of_max_over_time` and
//! their kin.

use super::Arguments;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

type Computed = Result<Option<Sample>, EvalError>;

pub(super) fn first(window: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    let float = window.times.first().zip(window.floats.first());
    let histogram = window.histograms.first();
    Ok(Some(match (float, histogram) {
        (Some((time, value)), Some((histogram_time, _))) if time < histogram_time => {
            Sample::Float(*value)
        }
        (_, Some((_, histogram))) => Sample::Histogram(histogram.clone()),
        (Some((_, value)), None) => Sample::Float(*value),
        (None, None) => return Ok(None),
    }))
}

pub(super) fn last(window: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    let float = window.times.last().zip(window.floats.last());
    let histogram = window.histograms.last();
    Ok(Some(match (float, histogram) {
        (Some((time, value)), Some((histogram_time, _))) if time > histogram_time => {
            Sample::Float(*value)
        }
        (_, Some((_, histogram))) => Sample::Histogram(histogram.clone()),
        (Some((_, value)), None) => Sample::Float(*value),
        (None, None) => return Ok(None),
    }))
}

pub(super) fn time_of_first(
    window: &Window<'_>,
    _: &Arguments<'_>,
    _: &mut Annotations,
) -> Computed {
    let histogram = window.histograms.first().map(|(time, _)| *time);
    let time = window
        .times
        .first()
        .copied()
        .into_iter()
        .chain(histogram)
        .min();
    Ok(time.map(seconds))
}

pub(super) fn time_of_last(
    window: &Window<'_>,
    _: &Arguments<'_>,
    _: &mut Annotations,
) -> Computed {
    // Without histograms, or without floats, Prometheus 3.14 takes the epoch for the time of the last one.
    let float = window.times.last().copied().unwrap_or(0);
    let histogram = window.histograms.last().map_or(0, |(time, _)| *time);
    Ok(Some(seconds(float.max(histogram))))
}

fn seconds(milliseconds: i64) -> Sample {
    Sample::Float(milliseconds as f64 / 1_000.0)
}

pub(super) fn max(window: &Window<'_>, all: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    Ok(best(window, all, notes, |value, best| value > best).map(|(value, _)| Sample::Float(value)))
}

pub(super) fn min(window: &Window<'_>, all: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    Ok(best(window, all, notes, |value, best| value < best).map(|(value, _)| Sample::Float(value)))
}

pub(super) fn time_of_max(
    window: &Window<'_>,
    all: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    Ok(best(window, all, notes, |value, best| value >= best).map(|(_, time)| seconds(time)))
}

pub(super) fn time_of_min(
    window: &Window<'_>,
    all: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    Ok(best(window, all, notes, |value, best| value <= best).map(|(_, time)| seconds(time)))
}

/// The best float and its time; any number is better than NaN.
fn best(
    window: &Window<'_>,
    arguments: &Arguments<'_>,
    notes: &mut Annotations,
    better: impl Fn(f64, f64) -> bool,
) -> Option<(f64, i64)> {
    note_ignored_histograms(window, arguments, notes);
    let mut best = *window.floats.first()?;
    let mut time = window.times[0];
    for (value, at) in window.floats.iter().zip(window.times) {
        if better(*value, best) || best.is_nan() {
            (best, time) = (*value, *at);
        }
    }
    Some((best, time))
}

/// Histograms beside floats are noted, histograms alone are not.
pub(super) fn note_ignored_histograms(
    window: &Window<'_>,
    arguments: &Arguments<'_>,
    notes: &mut Annotations,
) {
    if window.is_mixed() {
        let finding = Finding::HistogramIgnoredInMixedRange {
            metric: window.metric(),
        };
        notes.add(&finding, arguments.first);
    }
}
