//! `deriv` and `predict_linear`: the line that fits the samples best.

use super::Arguments;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Sample;
use crate::evaluator::kahan::KahanSum;
use crate::evaluator::selectors::Window;

pub(super) fn deriv(
    window: &Window<'_>,
    arguments: &Arguments<'_>,
    notes: &mut Annotations,
) -> Result<Option<Sample>, EvalError> {
    if !enough(window, arguments, notes) {
        return Ok(None);
    }
    // Near the samples, so that the sums keep their precision.
    let (slope, _) = line(window, window.times[0]);
    Ok(Some(Sample::Float(slope)))
}

pub(super) fn predict_linear(
    window: &Window<'_>,
    arguments: &Arguments<'_>,
    notes: &mut Annotations,
) -> Result<Option<Sample>, EvalError> {
    if !enough(window, arguments, notes) {
        return Ok(None);
    }
    let (slope, intercept) = line(window, window.evaluation);
    Ok(Some(Sample::Float(
        slope * arguments.scalars[0] + intercept,
    )))
}

/// Whether there are two floats; histograms beside floats are noted.
fn enough(window: &Window<'_>, arguments: &Arguments<'_>, notes: &mut Annotations) -> bool {
    if window.is_mixed() {
        let finding = Finding::HistogramIgnoredInMixedRange {
            metric: window.metric(),
        };
        notes.add(&finding, arguments.first);
    }
    window.floats.len() >= 2
}

/// Slope per second, and the value at a time, by least squares.
fn line(window: &Window<'_>, at: i64) -> (f64, f64) {
    let initial = window.floats[0];
    if window.floats.iter().all(|value| *value == initial) {
        return if initial.is_infinite() {
            (f64::NAN, f64::NAN)
        } else {
            (0.0, initial)
        };
    }
    let mut sums = [KahanSum::default(); 4];
    for (time, y) in window.times.iter().zip(window.floats) {
        let x = (time - at) as f64 / 1_000.0;
        for (sum, value) in sums.iter_mut().zip([x, *y, x * y, x * x]) {
            sum.add(value);
        }
    }
    let count = window.floats.len() as f64;
    let [x, y, xy, xx] = sums.map(KahanSum::total);
    let covariance = xy - x * y / count;
    let variance = xx - x * x / count;
    let slope = covariance / variance;
    (slope, y / count - slope * x / count)
}
