//! Operators and their precedence.

use swarmscope_model::limits::MAX_EXPRESSION_DEPTH;

use super::Parser;
use super::error::{Fault, Parsed};
use super::token::Kind;
use crate::ast::{Binary, BinaryOperator as Op, Expr, TextRange, Unary};

/// A tree and how many levels it has.
pub(super) struct Node {
    pub expr: Expr,
    pub height: usize,
}

impl Node {
    /// A tree of one level.
    pub fn leaf(expr: Expr) -> Self {
        Self { expr, height: 1 }
    }

    /// A tree above others, the highest of which has `height` levels.
    pub fn above(height: usize, expr: Expr) -> Parsed<Self> {
        let height = height + 1;
        if height > MAX_EXPRESSION_DEPTH {
            return Err(too_deep(expr.range().start));
        }
        Ok(Self { expr, height })
    }
}

fn too_deep(offset: usize) -> Box<Fault> {
    Fault::new(
        offset,
        format!(
            "the query is nested more than {MAX_EXPRESSION_DEPTH} levels deep; record parts of it, or \
             set parentheses so that long chains of operators become pairs"
        ),
    )
}

/// How tightly an operator binds; the unary ones bind like `*`.
fn precedence(operator: Op) -> u8 {
    match operator {
        Op::Or => 1,
        Op::And | Op::Unless => 2,
        Op::Equal
        | Op::NotEqual
        | Op::Less
        | Op::LessEqual
        | Op::Greater
        | Op::GreaterEqual
        | Op::TrimUpper
        | Op::TrimLower => 3,
        Op::Add | Op::Subtract => 4,
        Op::Multiply | Op::Divide | Op::Modulo | Op::Atan2 => 5,
        Op::Power => POWER,
    }
}

const POWER: u8 = 6;

/// The least precedence that the right side of an operator may consist of: `^` groups to the right, all
/// others to the left.
fn right_side(operator: Op) -> u8 {
    match operator {
        Op::Power => POWER,
        _ => precedence(operator) + 1,
    }
}

impl Parser<'_> {
    /// An expression of any kind.
    pub(super) fn expression(&mut self) -> Parsed<Node> {
        self.operators(0)
    }

    /// An expression whose operators outside of parentheses bind at least that tightly.
    fn operators(&mut self, least: u8) -> Parsed<Node> {
        self.descend()?;
        let mut left = self.operand()?;
        while let Some(operator) = self.operator(least)? {
            left = self.right_of(left, operator)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Takes the next token if it is an operator that binds tightly enough.
    fn operator(&mut self, least: u8) -> Parsed<Option<Op>> {
        match self.peek()?.kind {
            Kind::Operator(operator) if precedence(operator) >= least => {
                self.take()?;
                Ok(Some(operator))
            }
            _ => Ok(None),
        }
    }

    /// One level deeper. Whoever returns normally takes it back; errors end the parsing anyway.
    pub(super) fn descend(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            return Err(too_deep(self.peek()?.start));
        }
        Ok(())
    }

    fn right_of(&mut self, left: Node, operator: Op) -> Parsed<Node> {
        let (returns_bool, matching) = self.binary_modifiers()?;
        let right = self.operators(right_side(operator))?;
        let range = TextRange {
            start: left.expr.range().start,
            end: right.expr.range().end,
        };
        let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
        if fills && !self.options.fill_modifiers {
            return Err(Fault::new(
                range.start,
                "binop fill modifiers are experimental and not enabled",
            ));
        }
        let height = left.height.max(right.height);
        let binary = Binary {
            operator,
            left: Box::new(left.expr),
            right: Box::new(right.expr),
            returns_bool,
            matching: Some(matching),
            range,
        };
        Node::above(height, Expr::Binary(binary))
    }

    /// What operators stand between.
    fn operand(&mut self) -> Parsed<Node> {
        let token = self.peek()?;
        let negative = match token.kind {
            Kind::Operator(Op::Add) => false,
            Kind::Operator(Op::Subtract) => true,
            _ => {
                let primary = self.primary()?;
                return self.modifiers(primary);
            }
        };
        self.take()?;
        let inner = self.operators(POWER)?;
        signed(negative, token.start, inner)
    }
}

/// A sign before an expression. Numbers take it in.
fn signed(negative: bool, start: usize, inner: Node) -> Parsed<Node> {
    let height = inner.height;
    match inner.expr {
        Expr::Number(mut number) => {
            if negative {
                number.value = -number.value;
            }
            number.range.start = start;
            Ok(Node {
                expr: Expr::Number(number),
                height,
            })
        }
        expr => {
            let range = TextRange {
                start,
                end: expr.range().end,
            };
            let unary = Unary {
                negative,
                inner: Box::new(expr),
                range,
            };
            Node::above(height, Expr::Unary(unary))
        }
    }
}

/// Precedence among the operators of duration expressions, which know arithmetic only.
pub(super) fn arithmetic_precedence(operator: Op) -> Option<(u8, u8)> {
    match operator {
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo | Op::Power => {
            Some((precedence(operator), right_side(operator)))
        }
        _ => None,
    }
}

/// The precedence of a sign.
pub(super) const SIGN: u8 = POWER;
