//! `changes` and `resets`: how often a series changed, or its counter began anew.

use swarmscope_model::metrics::Histogram;

use super::{Arguments, starts};
use crate::ast::Extension;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

type Computed = Result<Option<Sample>, EvalError>;

pub(super) fn changes(window: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    Ok(count(window, |before, after| {
        match (before.value, after.value) {
            (Value::Float(before), Value::Float(after)) => {
                before != after && !(before.is_nan() && after.is_nan())
            }
            (Value::Histogram(before), Value::Histogram(after)) => !after.equals(before),
            _ => true,
        }
    }))
}

pub(super) fn resets(window: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    Ok(count(window, |before, after| {
        let began_anew = starts::is_reset(before.start, before.time, after.start, after.time);
        match (before.value, after.value) {
            (Value::Float(before), Value::Float(after)) => after < before || began_anew,
            (Value::Histogram(before), Value::Histogram(after)) => {
                began_anew || after.is_reset_since(before)
            }
            _ => true,
        }
    }))
}

#[derive(Clone, Copy)]
struct Point<'a> {
    time: i64,
    start: i64,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Float(f64),
    Histogram(&'a Histogram),
}

/// Counts the pairs of neighbours of which something is true.
fn count(window: &Window<'_>, is_one: impl Fn(Point<'_>, Point<'_>) -> bool) -> Option<Sample> {
    let (mut float, mut histogram) = first_positions(window)?;
    let start = |starts: &[i64], index: usize| starts.get(index).copied().unwrap_or(0);
    let mut before: Option<Point<'_>> = None;
    let mut found = 0.0;
    loop {
        let float_time = window.times.get(float);
        let histogram_time = window.histograms.get(histogram).map(|(time, _)| time);
        let takes_float = match (float_time, histogram_time) {
            (None, None) => break,
            (Some(float), Some(histogram)) => float < histogram,
            (float, _) => float.is_some(),
        };
        let point = if takes_float {
            float += 1;
            Point {
                time: window.times[float - 1],
                start: start(window.start_times, float - 1),
                value: Value::Float(window.floats[float - 1]),
            }
        } else {
            histogram += 1;
            let (time, value) = &window.histograms[histogram - 1];
            Point {
                time: *time,
                start: start(window.histogram_start_times, histogram - 1),
                value: Value::Histogram(value),
            }
        };
        if before.is_some_and(|before| is_one(before, point)) {
            found += 1.0;
        }
        before = Some(point);
    }
    Some(Sample::Float(found))
}

/// Where to begin among floats and histograms: anchored ranges with the newest sample at or before their
/// start. `None` when nothing comes after it.
fn first_positions(window: &Window<'_>) -> Option<(usize, usize)> {
    if window.extension != Extension::Anchored {
        return Some((0, 0));
    }
    let start = window.bounds.start;
    let float = window.times.partition_point(|time| *time <= start);
    let histogram = window
        .histograms
        .partition_point(|(time, _)| *time <= start);
    if float == window.times.len() && histogram == window.histograms.len() {
        return None;
    }
    let float_time = float.checked_sub(1).map(|at| window.times[at]);
    let histogram_time = histogram.checked_sub(1).map(|at| window.histograms[at].0);
    Some(match (float_time, histogram_time) {
        (None, None) => (0, 0),
        (Some(_), None) => (float - 1, histogram),
        (Some(at), Some(other)) if at >= other => (float - 1, histogram),
        _ => (float, histogram - 1),
    })
}
