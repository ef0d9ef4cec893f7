//! Binary operators: between scalars, a vector and a scalar, or two vectors.

mod matching;
mod operation;
mod scalar;
mod sets;
mod vectors;

use super::context::{Evaluated, Evaluator};
use super::duplicates;
use super::error::EvalError;
use super::frame::Frame;
use super::grid::Grid;
use crate::ast::{Binary, ValueType};

pub(crate) use scalar::negated;

/// The value of a binary expression.
pub(crate) fn evaluate(
    evaluator: &mut Evaluator<'_>,
    binary: &Binary,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let types = (binary.left.value_type(), binary.right.value_type());
    match types {
        (ValueType::Scalar, ValueType::Scalar) => {
            let left = evaluator.scalar(&binary.left, grid)?;
            let right = evaluator.scalar(&binary.right, grid)?;
            let values = left.into_iter().zip(right);
            let values =
                values.map(|(left, right)| operation::of_scalars(binary.operator, left, right));
            Ok(Evaluated::Scalar(values.collect()))
        }
        (ValueType::Scalar, _) => {
            let scalars = evaluator.scalar(&binary.left, grid)?;
            let frame = evaluator.vector(&binary.right, grid)?;
            scalar::with_scalar(evaluator, binary, frame, &scalars, scalar::Side::Left)
                .map(Evaluated::Vector)
        }
        (_, ValueType::Scalar) => {
            let frame = evaluator.vector(&binary.left, grid)?;
            let scalars = evaluator.scalar(&binary.right, grid)?;
            scalar::with_scalar(evaluator, binary, frame, &scalars, scalar::Side::Right)
                .map(Evaluated::Vector)
        }
        _ => {
            let left = evaluator.vector(&binary.left, grid)?;
            let right = evaluator.vector(&binary.right, grid)?;
            let frame = if binary.operator.is_set() {
                sets::combine(binary, &left, &right)
            } else {
                vectors::combine(evaluator, binary, &left, &right)?
            };
            finished(evaluator, frame, grid).map(Evaluated::Vector)
        }
    }
}

/// Series that came to have the same labels are one, if they never meet. With names that go later, an
/// instant query finds out about them at its end.
fn finished(evaluator: &Evaluator<'_>, frame: Frame, grid: Grid) -> Result<Frame, EvalError> {
    if grid.is_instant() && evaluator.keeps_names() {
        return Ok(frame);
    }
    duplicates::merge(frame)
}
