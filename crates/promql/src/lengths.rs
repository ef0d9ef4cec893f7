//! Duration expressions become plain lengths once the range and the step of a query are known.
//!
//! The parser cannot do it, because the same expression is evaluated over many ranges; the evaluator never
//! sees one. It never changes an expression in place: what was written is still to be printed.

use std::borrow::Cow;

use crate::ast::{BinaryOperator, Expr, Length, LengthExpr, LengthKind, Modifiers, TextRange};

/// The range and the step of a query, in milliseconds; both are 0 for a query at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLengths {
    pub range: i64,
    pub step: i64,
}

/// A duration expression without a usable value. Shown as Prometheus shows it, with the place in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: {problem}", .place.start, .place.end)]
pub struct InvalidLength {
    /// Where the expression stands.
    pub place: TextRange,
    pub problem: LengthProblem,
}

/// What is wrong with a duration expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LengthProblem {
    #[error("duration is NaN or infinite")]
    NotFinite,
    #[error("duration must be greater than 0")]
    NotPositive,
    #[error("duration is out of range")]
    OutOfRange,
    #[error("division by zero")]
    DivisionByZero,
    #[error("modulo by zero")]
    ModuloByZero,
}

/// The expression with all its lengths known. The same one when they are already.
///
/// # Errors
/// When a duration expression divides by zero, or has a value that is too large, no number, or not above
/// zero where only offsets may be.
pub fn resolve(expr: &Expr, query: QueryLengths) -> Result<Cow<'_, Expr>, InvalidLength> {
    if !has_computed(expr) {
        return Ok(Cow::Borrowed(expr));
    }
    let mut resolved = expr.clone();
    query.resolve_in(&mut resolved)?;
    Ok(Cow::Owned(resolved))
}

fn has_computed(expr: &Expr) -> bool {
    let is_computed = |length: &Length| matches!(length, Length::Computed(_));
    let offset = |modifiers: &Modifiers| modifiers.offset.as_ref().is_some_and(is_computed);
    match expr {
        Expr::Number(_) | Expr::String(_) => false,
        Expr::Vector(selector) => offset(&selector.modifiers),
        Expr::Matrix(matrix) => is_computed(&matrix.length) || offset(&matrix.selector.modifiers),
        Expr::Subquery(subquery) => {
            is_computed(&subquery.length)
                || subquery.step.as_ref().is_some_and(is_computed)
                || offset(&subquery.modifiers)
                || has_computed(&subquery.inner)
        }
        Expr::Call(call) => call.arguments.iter().any(has_computed),
        Expr::Aggregate(aggregate) => {
            has_computed(&aggregate.inner)
                || aggregate.parameter.as_deref().is_some_and(has_computed)
        }
        Expr::Binary(binary) => has_computed(&binary.left) || has_computed(&binary.right),
        Expr::Unary(unary) => has_computed(&unary.inner),
        Expr::Paren(paren) => has_computed(&paren.inner),
    }
}

impl QueryLengths {
    fn resolve_in(self, expr: &mut Expr) -> Result<(), InvalidLength> {
        match expr {
            Expr::Number(_) | Expr::String(_) => Ok(()),
            Expr::Vector(selector) => self.resolve_offset(&mut selector.modifiers),
            Expr::Matrix(matrix) => {
                self.resolve_length(&mut matrix.length, false)?;
                self.resolve_offset(&mut matrix.selector.modifiers)
            }
            Expr::Subquery(subquery) => {
                self.resolve_offset(&mut subquery.modifiers)?;
                if let Some(step) = &mut subquery.step {
                    self.resolve_length(step, false)?;
                }
                self.resolve_length(&mut subquery.length, false)?;
                self.resolve_in(&mut subquery.inner)
            }
            Expr::Call(call) => call
                .arguments
                .iter_mut()
                .try_for_each(|argument| self.resolve_in(argument)),
            Expr::Aggregate(aggregate) => {
                self.resolve_in(&mut aggregate.inner)?;
                match &mut aggregate.parameter {
                    Some(parameter) => self.resolve_in(parameter),
                    None => Ok(()),
                }
            }
            Expr::Binary(binary) => {
                self.resolve_in(&mut binary.left)?;
                self.resolve_in(&mut binary.right)
            }
            Expr::Unary(unary) => self.resolve_in(&mut unary.inner),
            Expr::Paren(paren) => self.resolve_in(&mut paren.inner),
        }
    }

    fn resolve_offset(self, modifiers: &mut Modifiers) -> Result<(), InvalidLength> {
        match &mut modifiers.offset {
            Some(offset) => self.resolve_length(offset, true),
            None => Ok(()),
        }
    }

    fn resolve_length(self, length: &mut Length, signed: bool) -> Result<(), InvalidLength> {
        if let Length::Computed(expr) = length {
            *length = Length::Fixed(self.milliseconds(expr, signed)?);
        }
        Ok(())
    }

    fn milliseconds(self, expr: &LengthExpr, signed: bool) -> Result<i64, InvalidLength> {
        /// Nanoseconds that fit into the clock of Prometheus, in seconds.
        const LONGEST_SECONDS: f64 = 9_223_372_036.854_776;
        let seconds = self.seconds(expr)?;
        let problem = if !seconds.is_finite() {
            LengthProblem::NotFinite
        } else if seconds <= 0.0 && !signed {
            LengthProblem::NotPositive
        } else if seconds.abs() > LONGEST_SECONDS {
            LengthProblem::OutOfRange
        } else {
            return Ok((seconds * 1e3) as i64);
        };
        Err(InvalidLength {
            place: expr.range,
            problem,
        })
    }

    fn seconds(self, expr: &LengthExpr) -> Result<f64, InvalidLength> {
        match &expr.kind {
            LengthKind::Number { seconds, .. } => Ok(*seconds),
            LengthKind::Step => Ok(self.step as f64 / 1e3),
            LengthKind::Range => Ok(self.range as f64 / 1e3),
            LengthKind::Min(left, right) => Ok(smaller(self.seconds(left)?, self.seconds(right)?)),
            LengthKind::Max(left, right) => {
                Ok(-smaller(-self.seconds(left)?, -self.seconds(right)?))
            }
            LengthKind::Unary { negative, of } => {
                let seconds = self.seconds(of)?;
                Ok(if *negative { -seconds } else { seconds })
            }
            LengthKind::Paren(inner) => self.seconds(inner),
            LengthKind::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.seconds(left)?, self.seconds(right)?);
                calculated(*operator, left, right).map_err(|problem| InvalidLength {
                    place: expr.range,
                    problem,
                })
            }
        }
    }
}

/// No number wins, as in Go.
fn smaller(left: f64, right: f64) -> f64 {
    if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.min(right)
    }
}

fn calculated(operator: BinaryOperator, left: f64, right: f64) -> Result<f64, LengthProblem> {
    match operator {
        BinaryOperator::Add => Ok(left + right),
        BinaryOperator::Subtract => Ok(left - right),
        BinaryOperator::Multiply => Ok(left * right),
        BinaryOperator::Divide if right == 0.0 => Err(LengthProblem::DivisionByZero),
        BinaryOperator::Divide => Ok(left / right),
        BinaryOperator::Modulo if right == 0.0 => Err(LengthProblem::ModuloByZero),
        BinaryOperator::Modulo => Ok(left % right),
        BinaryOperator::Power => Ok(left.powf(right)),
        // The parser lets no other operator stand in a duration expression.
        _ => Err(LengthProblem::NotFinite),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::{Options, parse};

    const QUERY: QueryLengths = QueryLengths {
        range: 3_600_000,
        step: 15_000,
    };

    fn resolved(text: &str) -> Result<String, String> {
        let expr = parse(text, Options::ALL).expect(text);
        match resolve(&expr, QUERY) {
            Ok(resolved) => Ok(resolved.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn lengths_are_calculated() {
        for (text, wanted) in [
            ("rate(foo[5m + step() * 2])", "rate(foo[5m30s])"),
            ("foo[5m + range():min_of(step(), 1m)]", "foo[1h5m:15s]"),
            ("foo offset -(range() / 2)", "foo offset -30m"),
            ("foo offset (max_of(1m, 2m) - 5m)", "foo offset -3m"),
            (
                "topk(1, (rate(foo[2 ^ 10 % 1000])))",
                "topk(1, (rate(foo[24s])))",
            ),
            ("a + (b offset -step())", "a + (b offset -15s)"),
        ] {
            assert_eq!(resolved(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn plain_queries_are_not_copied() {
        let expr = parse("rate(foo[5m] offset 1m)", Options::ALL).expect("a query");
        assert!(matches!(resolve(&expr, QUERY), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn lengths_without_a_value_are_refused() {
        for (text, wanted) in [
            ("foo[step() - 1m]", "4:15: duration must be greater than 0"),
            ("foo[5m / (step() - 15)]", "4:21: division by zero"),
            ("foo offset (5m % (step() - 15s))", "12:30: modulo by zero"),
            (
                "foo[(-8) ^ 0.5 + step()]",
                "5:23: duration is NaN or infinite",
            ),
            ("foo offset (1e9 * 1e9)", "12:21: duration is out of range"),
        ] {
            assert_eq!(resolved(text), Err(wanted.to_owned()), "{text}");
        }
    }
}
