//! The scalar in front of the vector: `k`, a quantile, a ratio.

use swarmscope_model::metrics::float::general;

use crate::ast::{Aggregate, At, Expr, Modifiers, TextRange};
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
        let mut floating = Expr::clone(parameter);
        forget_ends(&mut floating);
        let values = evaluator.scalar(&floating, grid)?;
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

/// Takes `@ start()` and `@ end()` away: Prometheus 3.14 looks for them in what is aggregated alone, so that
/// in a parameter they mean nothing.
fn forget_ends(expr: &mut Expr) {
    let forget = |modifiers: &mut Modifiers| {
        if matches!(modifiers.at, Some(At::Start | At::End)) {
            modifiers.at = None;
        }
    };
    match expr {
        Expr::Vector(selector) => forget(&mut selector.modifiers),
        Expr::Matrix(selector) => forget(&mut selector.selector.modifiers),
        Expr::Subquery(subquery) => {
            forget(&mut subquery.modifiers);
            forget_ends(&mut subquery.inner);
        }
        Expr::Call(call) => call.arguments.iter_mut().for_each(forget_ends),
        Expr::Aggregate(aggregate) => {
            forget_ends(&mut aggregate.inner);
            if let Some(parameter) = &mut aggregate.parameter {
                forget_ends(parameter);
            }
        }
        Expr::Binary(binary) => {
            forget_ends(&mut binary.left);
            forget_ends(&mut binary.right);
        }
        Expr::Unary(unary) => forget_ends(&mut unary.inner),
        Expr::Paren(paren) => forget_ends(&mut paren.inner),
        Expr::Number(_) | Expr::String(_) => {}
    }
}
