//! The scalar in front of the vector: `k`, a quantile, a ratio.

use swarmscope_model::metrics::float::general;

use crate::ast::{Aggregate, TextRange};
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::position;
use crate::evaluator::extremes::{larger, smaller};
use crate::evaluator::grid::Grid;

/// A parameter's value at every step.
pub(super) struct Parameter {
    pub values: Vec<f64>,
    /// Where it stands in the query.
    pub range: TextRange,
}

impl Parameter {
    pub fn of(
        evaluator: &mut Evaluator<'_>,
        aggregate: &Aggregate,
        grid: Grid,
    ) -> Result<Self, EvalError> {
        let Some(parameter) = &aggregate.parameter else {
            return Err(EvalError::UnexpectedType {
                what: "an aggregation without its parameter",
            });
        };
        let values = evaluator.scalar(parameter, grid)?;
        Ok(Self {
            values,
            range: position(parameter),
        })
    }

    pub fn max(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, larger)
    }

    pub fn min(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, smaller)
    }

    pub fn has_nan(&self) -> bool {
        self.values.iter().any(|value| value.is_nan())
    }

    /// How many series of a group are wanted at every step; `None` when it is none at any.
    pub fn counts(&self) -> Result<Option<Vec<usize>>, EvalError> {
        if self.max() < 1.0 {
            return Ok(None);
        }
        if self.has_nan() {
            return Err(EvalError::ParameterNan);
        }
        let (min, max) = (self.min(), self.max());
        if min <= i64::MIN as f64 {
            return Err(EvalError::ParameterUnderflow {
                value: general(min),
            });
        }
        if max >= i64::MAX as f64 {
            return Err(EvalError::ParameterOverflow {
                value: general(max),
            });
        }
        Ok(Some(
            self.values
                .iter()
                .map(|value| value.max(0.0) as usize)
                .collect(),
        ))
    }
}
