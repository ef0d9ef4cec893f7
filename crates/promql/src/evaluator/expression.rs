//! Expressions by their kind. What is the same at every step is evaluated once.

use super::context::{Evaluated, Evaluator};
use super::error::EvalError;
use super::frame::Frame;
use super::grid::Grid;
use super::{aggregate, binary, functions, invariance, selectors};
use crate::ast::{Expr, TextRange, Unary};

impl Evaluator<'_> {
    /// The value of an expression at every time of the grid.
    pub fn evaluate(&mut self, expr: &Expr, grid: Grid) -> Result<Evaluated, EvalError> {
        self.shared.check()?;
        let held = self.shared.held();
        let once = !grid.is_single() && invariance::is_step_invariant(expr);
        let evaluated = if once {
            repeated(self.evaluate_here(expr, grid.first())?, grid.count)
        } else {
            self.evaluate_here(expr, grid)?
        };
        // What the parts of the expression held is gone; its own value is held.
        self.shared.release_to(held);
        self.shared.hold(evaluated.samples())?;
        Ok(evaluated)
    }

    /// An expression that the parser knows to be an instant vector.
    pub fn vector(&mut self, expr: &Expr, grid: Grid) -> Result<Frame, EvalError> {
        match self.evaluate(expr, grid)? {
            Evaluated::Vector(frame) => Ok(frame),
            _ => Err(EvalError::UnexpectedType {
                what: "something that is no instant vector",
            }),
        }
    }

    /// An expression that the parser knows to be a scalar.
    pub fn scalar(&mut self, expr: &Expr, grid: Grid) -> Result<Vec<f64>, EvalError> {
        match self.evaluate(expr, grid)? {
            Evaluated::Scalar(values) => Ok(values),
            _ => Err(EvalError::UnexpectedType {
                what: "something that is no scalar",
            }),
        }
    }

    fn evaluate_here(&mut self, expr: &Expr, grid: Grid) -> Result<Evaluated, EvalError> {
        match expr {
            Expr::Number(number) => Ok(Evaluated::Scalar(vec![number.value; grid.count])),
            Expr::String(string) => Ok(Evaluated::String(string.value.clone())),
            Expr::Vector(selector) => Ok(Evaluated::Vector(selectors::instant_vector(
                self, selector, grid,
            )?)),
            Expr::Matrix(selector) => Ok(Evaluated::Matrix(selectors::range_vector(
                self, selector, grid,
            )?)),
            Expr::Subquery(subquery) => Ok(Evaluated::Matrix(selectors::subquery_value(
                self, subquery, grid,
            )?)),
            Expr::Call(call) => functions::call(self, call, grid),
            Expr::Aggregate(aggregate) => Ok(Evaluated::Vector(aggregate::aggregate(
                self, aggregate, grid,
            )?)),
            Expr::Binary(binary) => binary::evaluate(self, binary, grid),
            Expr::Unary(unary) => self.unary(unary, grid),
            Expr::Paren(paren) => self.evaluate_here(&paren.inner, grid),
        }
    }

    fn unary(&mut self, unary: &Unary, grid: Grid) -> Result<Evaluated, EvalError> {
        let value = self.evaluate(&unary.inner, grid)?;
        if !unary.negative {
            return Ok(value);
        }
        match value {
            Evaluated::Scalar(values) => Ok(Evaluated::Scalar(
                values.into_iter().map(|value| -value).collect(),
            )),
            Evaluated::Vector(frame) => Ok(Evaluated::Vector(binary::negated(
                frame,
                self.keeps_names(),
            )?)),
            _ => Err(EvalError::UnexpectedType {
                what: "the sign of a string or a range vector",
            }),
        }
    }
}

fn repeated(value: Evaluated, steps: usize) -> Evaluated {
    match value {
        Evaluated::Scalar(values) => Evaluated::Scalar(vec![values[0]; steps]),
        Evaluated::Vector(frame) => Evaluated::Vector(frame.repeated(steps)),
        other => other,
    }
}

/// Where the expression inside any parentheses stands in the query.
pub(crate) fn position(expr: &Expr) -> TextRange {
    unwrapped(expr).range()
}

/// The expression inside any parentheses.
pub(crate) fn unwrapped(mut expr: &Expr) -> &Expr {
    while let Expr::Paren(paren) = expr {
        expr = &paren.inner;
    }
    expr
}
