//! Selectors: from the store's series to rows of a frame, or to windows of samples.

mod instant;
mod smoothed;
mod source;
mod statistics;
mod subquery;
mod window;

use super::context::Evaluator;
use super::error::EvalError;
use super::frame::Frame;
use super::grid::Grid;
use super::value::MatrixSeries;
use crate::ast::{At, Extension, Length, MatrixSelector, Modifiers, Subquery, VectorSelector};

pub(crate) use instant::{InstantSelector, Take};
pub(crate) use source::SampleSource;
pub(crate) use statistics::{HistogramStatistics, without_buckets};
use subquery::subquery_source;
pub(crate) use subquery::subquery_value;
pub(crate) use window::{Window, WindowTimes, Windows, modifier};

/// Where on the time line a selector looks from an evaluation time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    /// Milliseconds.
    offset: i64,
    at: Option<i64>,
}

impl Reference {
    pub fn new(evaluator: &Evaluator<'_>, modifiers: &Modifiers) -> Result<Self, EvalError> {
        let times = evaluator.shared.times;
        let at = modifiers.at.map(|at| match at {
            At::Time(time) => time,
            At::Start => times.start,
            At::End => times.end,
        });
        let offset = modifiers.offset.as_ref().map_or(Ok(0), length)?;
        Ok(Self { offset, at })
    }

    /// The time that is looked at from an evaluation time.
    pub fn time(&self, evaluation: i64) -> i64 {
        self.at.unwrap_or(evaluation).saturating_sub(self.offset)
    }
}

/// A length in milliseconds. Computed ones are resolved before the evaluation.
pub(crate) fn length(length: &Length) -> Result<i64, EvalError> {
    match length {
        Length::Fixed(milliseconds) => Ok(*milliseconds),
        Length::Computed(_) => Err(EvalError::UnexpectedType {
            what: "a duration expression that was not resolved",
        }),
    }
}

/// The instant vector of a selector at every time.
pub(crate) fn instant_vector(
    evaluator: &mut Evaluator<'_>,
    selector: &VectorSelector,
    grid: Grid,
) -> Result<Frame, EvalError> {
    if selector.extension == Extension::Smoothed {
        return smoothed::smoothed_vector(evaluator, selector, grid);
    }
    selected(evaluator, selector, grid, Take::Value)
}

/// What a selector finds of its series at every time: the values, or when they were taken.
pub(crate) fn selected(
    evaluator: &mut Evaluator<'_>,
    selector: &VectorSelector,
    grid: Grid,
    take: Take,
) -> Result<Frame, EvalError> {
    let reference = Reference::new(evaluator, &selector.modifiers)?;
    let source = InstantSelector::new(evaluator.shared, selector, reference, grid, take)?;
    super::rows::collect(evaluator, &source, grid.count)
}

/// The values of a selector as rows that can be computed one by one.
pub(crate) fn instant_source(
    evaluator: &Evaluator<'_>,
    selector: &VectorSelector,
    grid: Grid,
) -> Result<InstantSelector, EvalError> {
    let reference = Reference::new(evaluator, &selector.modifiers)?;
    InstantSelector::new(evaluator.shared, selector, reference, grid, Take::Value)
}

/// The raw samples of a range selector at one time.
pub(crate) fn range_vector(
    evaluator: &mut Evaluator<'_>,
    selector: &MatrixSelector,
    grid: Grid,
) -> Result<Vec<MatrixSeries>, EvalError> {
    let times = WindowTimes::of_selector(evaluator, selector, grid.first())?;
    let source = SampleSource::stored(evaluator.shared, &selector.selector, &times)?;
    window::raw_samples(evaluator, &source, &times)
}

/// The source of samples and the windows of a range selector or subquery.
pub(crate) fn windows_of(
    evaluator: &mut Evaluator<'_>,
    argument: &crate::ast::Expr,
    grid: Grid,
) -> Result<(SampleSource, WindowTimes), EvalError> {
    match argument {
        crate::ast::Expr::Matrix(selector) => {
            let times = WindowTimes::of_selector(evaluator, selector, grid)?;
            let source = SampleSource::stored(evaluator.shared, &selector.selector, &times)?;
            Ok((source, times))
        }
        crate::ast::Expr::Subquery(subquery) => subquery_windows(evaluator, subquery, grid),
        _ => Err(EvalError::UnexpectedType {
            what: "something that is no range vector",
        }),
    }
}

fn subquery_windows(
    evaluator: &mut Evaluator<'_>,
    subquery: &Subquery,
    grid: Grid,
) -> Result<(SampleSource, WindowTimes), EvalError> {
    let times = WindowTimes::of_subquery(evaluator, subquery, grid)?;
    let source = subquery_source(evaluator, subquery, grid)?;
    Ok((source, times))
}
