//! Lengths of time: what stands in brackets and after `offset`, duration expressions included.

use swarmscope_model::limits::MAX_EXPRESSION_DEPTH;

use super::Parser;
use super::error::{Fault, Parsed};
use super::expression::{SIGN, arithmetic_precedence};
use super::number;
use super::token::{Constant, Kind};
use crate::ast::{BinaryOperator as Op, Length, LengthExpr, LengthKind, TextRange};

/// A duration expression and how many levels it has.
struct Tree {
    expr: LengthExpr,
    height: usize,
}

impl Tree {
    fn new(kind: LengthKind, range: TextRange, height: usize) -> Parsed<Self> {
        if height > MAX_EXPRESSION_DEPTH {
            return Err(Fault::new(
                range.start,
                format!("the duration is nested more than {MAX_EXPRESSION_DEPTH} levels deep"),
            ));
        }
        Ok(Self {
            expr: LengthExpr { kind, range },
            height,
        })
    }

    fn start(&self) -> usize {
        self.expr.range.start
    }

    fn seconds(&self) -> Option<f64> {
        match self.expr.kind {
            LengthKind::Number { seconds, .. } => Some(seconds),
            _ => None,
        }
    }
}

impl Parser<'_> {
    /// The length in brackets.
    pub(super) fn positive_length(&mut self) -> Parsed<Length> {
        let tree = self.length(0)?;
        if tree.seconds().is_some_and(|seconds| seconds <= 0.0) {
            return Err(Fault::new(tree.start(), "duration must be greater than 0"));
        }
        Ok(finished(tree))
    }

    /// The length after `offset`. Arithmetic follows in parentheses only: what stands behind a plain
    /// length belongs to the query.
    pub(super) fn offset_length(&mut self) -> Parsed<Length> {
        let token = self.peek()?;
        let tree = match token.kind {
            Kind::Operator(sign @ (Op::Add | Op::Subtract)) => {
                self.take()?;
                self.signed_offset(sign == Op::Subtract, token.start)?
            }
            Kind::LeftParen => self.length(0)?,
            _ => self.length_operand()?,
        };
        Ok(finished(tree))
    }

    /// The length after `offset` and a sign.
    fn signed_offset(&mut self, negative: bool, start: usize) -> Parsed<Tree> {
        match self.peek()?.kind {
            Kind::Operator(_) => {
                let inner = self.length(SIGN)?;
                let tree = signed(negative, start, inner)?;
                self.length_after(tree, 0)
            }
            Kind::Number | Kind::Duration => {
                let number = self.number_literal()?;
                signed(negative, start, number)
            }
            Kind::LeftParen => {
                let inner = self.length_in_parens()?;
                signed(negative, start, parenthesised(inner)?)
            }
            _ => {
                let inner = self.called_length(Some(start))?;
                signed(negative, start, inner)
            }
        }
    }

    fn length(&mut self, least: u8) -> Parsed<Tree> {
        let left = self.length_operand()?;
        self.length_after(left, least)
    }

    /// Operators after a length that was read already.
    fn length_after(&mut self, mut left: Tree, least: u8) -> Parsed<Tree> {
        loop {
            let token = self.peek()?;
            let Kind::Operator(operator) = token.kind else {
                return Ok(left);
            };
            let Some((_, right_side)) =
                arithmetic_precedence(operator).filter(|(precedence, _)| *precedence >= least)
            else {
                return Ok(left);
            };
            self.take()?;
            let right = self.length(right_side)?;
            self.require_duration_expressions(left.start())?;
            if right.seconds() == Some(0.0) {
                match operator {
                    Op::Divide => return Err(Fault::new(token.start, "division by zero")),
                    Op::Modulo => return Err(Fault::new(token.start, "modulo by zero")),
                    _ => {}
                }
            }
            left = binary(left, right, |left, right| LengthKind::Binary {
                operator,
                left,
                right,
            })?;
        }
    }

    fn length_operand(&mut self) -> Parsed<Tree> {
        let token = self.peek()?;
        match token.kind {
            Kind::Number | Kind::Duration => self.plain_length(),
            Kind::Operator(sign @ (Op::Add | Op::Subtract)) => {
                self.take()?;
                self.descend()?;
                let inner = self.length(SIGN)?;
                self.depth -= 1;
                signed(sign == Op::Subtract, token.start, inner)
            }
            Kind::LeftParen => {
                let inner = self.length_in_parens()?;
                self.require_duration_expressions(inner.start())?;
                parenthesised(inner)
            }
            Kind::Constant(_) => self.called_length(None),
            _ => Err(self.unexpected()),
        }
    }

    fn length_in_parens(&mut self) -> Parsed<Tree> {
        self.expect(Kind::LeftParen)?;
        self.descend()?;
        let inner = self.length(0)?;
        self.depth -= 1;
        self.expect(Kind::RightParen)?;
        Ok(inner)
    }

    fn plain_length(&mut self) -> Parsed<Tree> {
        let tree = self.number_literal()?;
        if tree.seconds().is_some_and(number::is_out_of_range) {
            return Err(Fault::new(tree.start(), "duration out of range"));
        }
        Ok(tree)
    }

    fn number_literal(&mut self) -> Parsed<Tree> {
        let token = self.take()?;
        let seconds = number::value(token)?;
        let kind = LengthKind::Number {
            seconds,
            duration: token.kind == Kind::Duration,
        };
        let range = TextRange {
            start: token.start,
            end: token.end(),
        };
        Tree::new(kind, range, 1)
    }

    /// `step()`, `range()`, `min_of(a, b)` or `max_of(a, b)`, perhaps after a sign.
    fn called_length(&mut self, sign: Option<usize>) -> Parsed<Tree> {
        let token = self.peek()?;
        let Kind::Constant(constant) = token.kind else {
            return Err(self.unexpected());
        };
        if matches!(constant, Constant::Start | Constant::End) {
            return Err(self.unexpected());
        }
        self.take()?;
        self.expect(Kind::LeftParen)?;
        let tree = match constant {
            Constant::MinOf => self.pair_of_lengths(LengthKind::Min)?,
            Constant::MaxOf => self.pair_of_lengths(LengthKind::Max)?,
            _ => {
                let end = self.expect(Kind::RightParen)?.end();
                let kind = match constant {
                    Constant::Step => LengthKind::Step,
                    _ => LengthKind::Range,
                };
                let start = token.start;
                Tree::new(kind, TextRange { start, end }, 1)?
            }
        };
        self.require_duration_expressions(sign.unwrap_or(tree.start()))?;
        Ok(tree)
    }

    /// `a, b)`.
    fn pair_of_lengths(
        &mut self,
        kind: fn(Box<LengthExpr>, Box<LengthExpr>) -> LengthKind,
    ) -> Parsed<Tree> {
        self.descend()?;
        let left = self.length(0)?;
        self.expect(Kind::Comma)?;
        let right = self.length(0)?;
        self.depth -= 1;
        self.expect(Kind::RightParen)?;
        binary(left, right, kind)
    }

    fn require_duration_expressions(&self, start: usize) -> Parsed<()> {
        if self.options.duration_expressions {
            return Ok(());
        }
        Err(Fault::new(
            start,
            "experimental duration expression is not enabled",
        ))
    }
}

fn binary(
    left: Tree,
    right: Tree,
    kind: impl FnOnce(Box<LengthExpr>, Box<LengthExpr>) -> LengthKind,
) -> Parsed<Tree> {
    let height = left.height.max(right.height) + 1;
    let range = TextRange {
        start: left.expr.range.start,
        end: right.expr.range.end,
    };
    Tree::new(
        kind(Box::new(left.expr), Box::new(right.expr)),
        range,
        height,
    )
}

/// A sign before a length. Numbers take it in; a plus says nothing.
fn signed(negative: bool, start: usize, mut of: Tree) -> Parsed<Tree> {
    match &mut of.expr.kind {
        LengthKind::Number { seconds, .. } => {
            if negative {
                *seconds = -*seconds;
            }
            if number::is_out_of_range(*seconds) {
                return Err(Fault::new(start, "duration out of range"));
            }
            of.expr.range.start = start;
            Ok(of)
        }
        _ if !negative => Ok(of),
        _ => {
            let range = TextRange {
                start,
                end: of.expr.range.end,
            };
            let kind = LengthKind::Unary {
                negative,
                of: Box::new(of.expr),
            };
            Tree::new(kind, range, of.height + 1)
        }
    }
}

/// Parentheses around a length. Those around numbers or other parentheses say nothing.
fn parenthesised(inner: Tree) -> Parsed<Tree> {
    match inner.expr.kind {
        LengthKind::Number { .. } | LengthKind::Paren(_) => Ok(inner),
        _ => {
            let range = inner.expr.range;
            Tree::new(
                LengthKind::Paren(Box::new(inner.expr)),
                range,
                inner.height + 1,
            )
        }
    }
}

fn finished(tree: Tree) -> Length {
    match tree.seconds() {
        Some(seconds) => Length::Fixed(number::milliseconds(seconds)),
        None => Length::Computed(Box::new(tree.expr)),
    }
}
