//! `irate` and `idelta`: the change between the last two samples of a window.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, ResetHint};

use super::{Arguments, starts};
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

pub(super) fn irate(
    window: &Window<'_>,
    _: &Arguments<'_>,
    notes: &mut Annotations,
) -> Result<Option<Sample>, EvalError> {
    Ok(change(window, true, notes))
}

pub(super) fn idelta(
    window: &Window<'_>,
    _: &Arguments<'_>,
    notes: &mut Annotations,
) -> Result<Option<Sample>, EvalError> {
    Ok(change(window, false, notes))
}

/// A sample with its time, and since when it counts.
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

/// The last two samples of either kind, by time.
fn last_two<'a>(window: &Window<'a>) -> Option<(Point<'a>, Point<'a>)> {
    let start = |starts: &[i64], index: usize| starts.get(index).copied().unwrap_or(0);
    let floats = (window.times.len().saturating_sub(2)..window.times.len()).map(|index| Point {
        time: window.times[index],
        start: start(window.start_times, index),
        value: Value::Float(window.floats[index]),
    });
    let count = window.histograms.len();
    let histograms = (count.saturating_sub(2)..count).map(|index| Point {
        time: window.histograms[index].0,
        start: start(window.histogram_start_times, index),
        value: Value::Histogram(&window.histograms[index].1),
    });
    let mut points: Vec<Point<'_>> = floats.chain(histograms).collect();
    points.sort_by_key(|point| point.time);
    match points.as_slice() {
        [.., before, last] => Some((*before, *last)),
        _ => None,
    }
}

fn change(window: &Window<'_>, is_rate: bool, notes: &mut Annotations) -> Option<Sample> {
    let (before, last) = last_two(window)?;
    if last.time == before.time {
        return None;
    }
    let seconds = (last.time - before.time) as f64 / 1_000.0;
    let began_anew = starts::is_reset(before.start, before.time, last.start, last.time);
    match (before.value, last.value) {
        (Value::Float(from), Value::Float(to)) => {
            let reset = is_rate && (to < from || began_anew);
            let change = if reset { to } else { to - from };
            Some(Sample::Float(if is_rate {
                change / seconds
            } else {
                change
            }))
        }
        (Value::Histogram(from), Value::Histogram(to)) => {
            let mut change = histogram_change(window, from, to, is_rate, began_anew, notes)?;
            if is_rate {
                change.divide(seconds);
            }
            Some(Sample::Histogram(Arc::new(change)))
        }
        _ => {
            let finding = Finding::MixedFloatsHistograms {
                metric: window.metric(),
            };
            notes.add(&finding, window.position);
            None
        }
    }
}

fn histogram_change(
    window: &Window<'_>,
    from: &Histogram,
    to: &Histogram,
    is_rate: bool,
    began_anew: bool,
    notes: &mut Annotations,
) -> Option<Histogram> {
    let metric = window.metric();
    let any_gauge = [from, to]
        .iter()
        .any(|each| each.reset_hint == ResetHint::Gauge);
    let both_gauges = [from, to]
        .iter()
        .all(|each| each.reset_hint == ResetHint::Gauge);
    if is_rate && any_gauge {
        notes.add(
            &Finding::NativeHistogramNotCounter { metric },
            window.position,
        );
    }
    if !is_rate && !both_gauges {
        notes.add(
            &Finding::NativeHistogramNotGauge { metric },
            window.position,
        );
    }
    let mut change = to.clone();
    if !is_rate || (!began_anew && !to.is_reset_since(from)) {
        match change.subtract(from) {
            Err(_) => {
                let finding = Finding::MixedExponentialCustomHistograms { metric };
                notes.add(&finding, window.position);
                return None;
            }
            Ok(done) if done.bounds_reconciled => notes.add(
                &Finding::MismatchedCustomBuckets(HistogramOperation::Subtraction),
                window.position,
            ),
            Ok(_) => {}
        }
    }
    change.reset_hint = ResetHint::Gauge;
    change.compact(0);
    Some(change)
}
