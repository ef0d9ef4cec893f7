//! `clamp`, `clamp_min`, `clamp_max` and `round`: numbers kept within bounds, or brought to a grid.

use super::nameless;
use crate::ast::Call;
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::extremes::{larger, smaller};
use crate::evaluator::frame::{ABSENT, Frame, is_present};
use crate::evaluator::grid::Grid;

pub(super) fn clamp(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = evaluator.vector(&call.arguments[0], grid)?;
    let min = evaluator.scalar(&call.arguments[1], grid)?;
    let max = evaluator.scalar(&call.arguments[2], grid)?;
    bounded(evaluator, frame, &min, &max)
}

pub(super) fn clamp_min(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = evaluator.vector(&call.arguments[0], grid)?;
    let min = evaluator.scalar(&call.arguments[1], grid)?;
    bounded(evaluator, frame, &min, &vec![f64::INFINITY; grid.count])
}

pub(super) fn clamp_max(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = evaluator.vector(&call.arguments[0], grid)?;
    let max = evaluator.scalar(&call.arguments[1], grid)?;
    bounded(evaluator, frame, &vec![f64::NEG_INFINITY; grid.count], &max)
}

fn bounded(
    evaluator: &Evaluator<'_>,
    frame: Frame,
    min: &[f64],
    max: &[f64],
) -> Result<Evaluated, EvalError> {
    let frame = by_step(frame, |step, value| {
        // Bounds in the wrong order leave nothing.
        (max[step] >= min[step] || min[step].is_nan() || max[step].is_nan())
            .then(|| larger(min[step], smaller(max[step], value)))
    });
    nameless(evaluator, frame).map(Evaluated::Vector)
}

pub(super) fn round(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = evaluator.vector(&call.arguments[0], grid)?;
    let nearest = match call.arguments.get(1) {
        Some(argument) => evaluator.scalar(argument, grid)?,
        None => vec![1.0; grid.count],
    };
    let frame = by_step(frame, |step, value| {
        // The inverse loses less. Halves go up.
        let inverse = 1.0 / nearest[step];
        Some((value * inverse + 0.5).floor() / inverse)
    });
    nameless(evaluator, frame).map(Evaluated::Vector)
}

/// Replaces floats by what a function makes of them and their step; histograms go.
fn by_step(mut frame: Frame, function: impl Fn(usize, f64) -> Option<f64>) -> Frame {
    for index in 0..frame.len() {
        let (floats, histograms) = frame.row_parts_mut(index);
        for (step, value) in floats.iter_mut().enumerate() {
            if is_present(*value) {
                *value = function(step, *value).unwrap_or(ABSENT);
            }
        }
        if let Some(histograms) = histograms {
            histograms.clear();
        }
    }
    frame.without_empty()
}
