//! Subqueries: an expression evaluated on a grid of its own, whose times are multiples of its step.

use super::source::SampleSource;
use super::{Reference, length};
use crate::ast::Subquery;
use crate::evaluator::context::{Evaluated, Evaluator, milliseconds};
use crate::evaluator::duplicates;
use crate::evaluator::engine::matrix_series;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{Frame, RowBuffer, SeriesKey};
use crate::evaluator::grid::Grid;
use crate::evaluator::value::MatrixSeries;

/// The samples of a subquery that the windows of a grid need.
pub(crate) fn subquery_source(
    evaluator: &mut Evaluator<'_>,
    subquery: &Subquery,
    outer: Grid,
) -> Result<SampleSource, EvalError> {
    let Some(grid) = inner_grid(evaluator, subquery, outer)? else {
        return Ok(SampleSource::none());
    };
    let frame = match evaluator.evaluate(&subquery.inner, grid)? {
        Evaluated::Vector(frame) => frame,
        Evaluated::Scalar(values) => {
            let mut row = RowBuffer {
                floats: values,
                ..RowBuffer::default()
            };
            let key = SeriesKey {
                labels: Default::default(),
                drop_name: false,
            };
            let mut frame = Frame::new(grid.count);
            frame.push(key, &mut row);
            frame
        }
        _ => {
            return Err(EvalError::UnexpectedType {
                what: "a subquery of a range vector",
            });
        }
    };
    Ok(SampleSource::Computed { frame, grid })
}

/// The value of a subquery that stands alone, in an instant query.
pub(crate) fn subquery_value(
    evaluator: &mut Evaluator<'_>,
    subquery: &Subquery,
    outer: Grid,
) -> Result<Vec<MatrixSeries>, EvalError> {
    let source = subquery_source(evaluator, subquery, outer.first())?;
    let SampleSource::Computed { mut frame, grid } = source else {
        return Ok(Vec::new());
    };
    if evaluator.keeps_names() {
        frame = duplicates::drop_names(frame)?;
    }
    Ok(frame.rows().map(|row| matrix_series(row, grid)).collect())
}

/// The times of the subquery that lie after the first window's start and not after the last one's end.
fn inner_grid(
    evaluator: &Evaluator<'_>,
    subquery: &Subquery,
    outer: Grid,
) -> Result<Option<Grid>, EvalError> {
    let reference = Reference::new(evaluator, &subquery.modifiers)?;
    let range = length(&subquery.length)?;
    let step = match &subquery.step {
        Some(step) => length(step)?,
        None => milliseconds(evaluator.options().subquery_interval),
    };
    let after = reference.time(outer.start).saturating_sub(range);
    let mut start = step * (after / step);
    if start <= after {
        start += step;
    }
    Ok(Grid::new(start, reference.time(outer.end()), step))
}
