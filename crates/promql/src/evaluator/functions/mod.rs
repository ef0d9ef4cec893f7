//! Functions by name: which there are beside those of range vectors, and what each computes.

mod absent;
mod arguments;
mod clamp;
mod dates;
mod info;
mod labels;
mod math;
mod scalars;
mod sorting;
mod timestamps;

use super::context::{Evaluated, Evaluator};
use super::duplicates;
use super::error::EvalError;
use super::frame::Frame;
use super::grid::Grid;
use super::{histograms, range_functions};
use crate::ast::Call;

pub(crate) use absent::absent_labels;

/// Computes a call at every time of a grid.
pub(crate) type Function = fn(&mut Evaluator<'_>, &Call, Grid) -> Result<Evaluated, EvalError>;

/// Functions that look at more than single numbers.
static FUNCTIONS: &[(&str, Function)] = &[
    ("absent", absent::absent),
    ("absent_over_time", range_functions::absent_over_time),
    ("clamp", clamp::clamp),
    ("clamp_max", clamp::clamp_max),
    ("clamp_min", clamp::clamp_min),
    ("end", scalars::end),
    ("histogram_fraction", histograms::histogram_fraction),
    ("histogram_quantile", histograms::histogram_quantile),
    ("histogram_quantiles", histograms::histogram_quantiles),
    ("info", info::info),
    ("label_join", labels::label_join),
    ("label_replace", labels::label_replace),
    ("max_of", scalars::max_of),
    ("min_of", scalars::min_of),
    ("pi", scalars::pi),
    ("range", scalars::range),
    ("round", clamp::round),
    ("scalar", scalars::scalar),
    ("sort", sorting::sort),
    ("sort_by_label", sorting::sort_by_label),
    ("sort_by_label_desc", sorting::sort_by_label_desc),
    ("sort_desc", sorting::sort_desc),
    ("start", scalars::start),
    ("start_timestamp", timestamps::start_timestamp),
    ("step", scalars::step),
    ("time", scalars::time),
    ("timestamp", timestamps::timestamp),
    ("vector", scalars::vector),
];

/// Computes a call.
pub(crate) fn call(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let name = call.function.name;
    if let Some((_, function)) = FUNCTIONS.iter().find(|(each, _)| *each == name) {
        return function(evaluator, call, grid);
    }
    if range_functions::is_plain(name) {
        return range_functions::call(evaluator, call, grid);
    }
    if let Some(function) = math::find(name) {
        let frame = evaluator.vector(&call.arguments[0], grid)?;
        return nameless(evaluator, frame.map_floats(function)).map(Evaluated::Vector);
    }
    if let Some(function) = dates::find(name) {
        return dates::call(evaluator, call, grid, function);
    }
    if let Some(function) = histograms::find(name) {
        let frame = evaluator.vector(&call.arguments[0], grid)?;
        let frame = histograms::map_histograms(&frame, function);
        return nameless(evaluator, frame).map(Evaluated::Vector);
    }
    Err(EvalError::UnexpectedType {
        what: "an unknown function",
    })
}

/// What is no longer that metric: names go now, or at the end of the evaluation.
pub(crate) fn nameless(evaluator: &Evaluator<'_>, mut frame: Frame) -> Result<Frame, EvalError> {
    if evaluator.keeps_names() {
        for key in frame.keys_mut() {
            key.drop_name = true;
        }
        return Ok(frame);
    }
    let mut changed = false;
    for key in frame.keys_mut() {
        let labels = duplicates::without_metadata(&key.labels);
        changed |= labels != key.labels;
        key.labels = labels;
        key.drop_name = true;
    }
    if changed {
        duplicates::merge(frame)
    } else {
        Ok(frame)
    }
}
