//! `timestamp` and `start_timestamp`: when samples were taken, and since when they count.

use super::nameless;
use crate::ast::{Call, Expr};
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::unwrapped;
use crate::evaluator::frame::{Frame, RowBuffer};
use crate::evaluator::grid::Grid;
use crate::evaluator::selectors::{self, Take};

/// Of a selector's samples, when they were taken; of anything else the evaluation time.
pub(super) fn timestamp(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = match unwrapped(&call.arguments[0]) {
        Expr::Vector(selector) => selectors::selected(evaluator, selector, grid, Take::Time)?
            .map_floats(|milliseconds| milliseconds / 1_000.0),
        argument => {
            let input = evaluator.vector(argument, grid)?;
            let mut frame = Frame::with_capacity(grid.count, input.len());
            let mut buffer = RowBuffer::default();
            for row in input.rows() {
                buffer.reset(grid.count);
                for (step, _) in row.iter() {
                    buffer.floats[step] = grid.time(step) as f64 / 1_000.0;
                }
                frame.push(row.key.clone(), &mut buffer);
            }
            frame
        }
    };
    nameless(evaluator, frame).map(Evaluated::Vector)
}

/// Of a selector's samples, since when they count; of anything else nothing.
pub(super) fn start_timestamp(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let frame = match unwrapped(&call.arguments[0]) {
        Expr::Vector(selector) if evaluator.options().start_timestamps => {
            selectors::selected(evaluator, selector, grid, Take::StartTime)?
                .map_floats(|milliseconds| milliseconds / 1_000.0)
        }
        argument => {
            evaluator.vector(argument, grid)?;
            Frame::new(grid.count)
        }
    };
    nameless(evaluator, frame).map(Evaluated::Vector)
}
