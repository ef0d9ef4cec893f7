//! What operators combine: literals, selectors, calls, aggregations, parentheses.

use super::Parser;
use super::error::{Fault, Parsed};
use super::expression::Node;
use super::number;
use super::string::unquote;
use super::token::{Keyword, Kind, Token};
use crate::ast::{
    Aggregate, Aggregator, Call, Expr, NumberLiteral, Paren, StringLiteral, TextRange,
};
use crate::functions;
use crate::quoting::quoted;

impl<'a> Parser<'a> {
    /// An operand before its modifiers.
    pub(super) fn primary(&mut self) -> Parsed<Node> {
        let token = self.peek()?;
        match token.kind {
            Kind::Number | Kind::Duration => self.number(),
            Kind::String => self.string(),
            Kind::LeftParen => self.parenthesised(),
            Kind::Identifier | Kind::Constant(_) => {
                self.take()?;
                match self.peek()?.kind {
                    Kind::LeftParen => self.call(token),
                    _ => self.selector_after(token),
                }
            }
            Kind::Aggregator(aggregator) => {
                self.take()?;
                match self.peek()?.kind {
                    Kind::LeftParen | Kind::Keyword(Keyword::By | Keyword::Without) => self
                        .aggregate(token, aggregator)
                        .map_err(|fault| fault.within("aggregation", "")),
                    _ => self.selector_after(token),
                }
            }
            _ => Ok(Node::leaf(Expr::Vector(self.vector_selector()?))),
        }
    }

    /// A selector whose name was taken already.
    fn selector_after(&mut self, name: Token<'a>) -> Parsed<Node> {
        Ok(Node::leaf(Expr::Vector(self.vector_selector_named(name)?)))
    }

    fn number(&mut self) -> Parsed<Node> {
        let token = self.take()?;
        let number = NumberLiteral {
            value: number::value(token)?,
            duration: token.kind == Kind::Duration,
            range: range_of(token),
        };
        Ok(Node::leaf(Expr::Number(number)))
    }

    fn string(&mut self) -> Parsed<Node> {
        let token = self.take()?;
        let (value, invalid_utf8) = match String::from_utf8(unquote(token)) {
            Ok(value) => (value, None),
            Err(error) => {
                let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                (lossy, Some(error.into_bytes().into_boxed_slice()))
            }
        };
        let literal = StringLiteral {
            value,
            invalid_utf8,
            range: range_of(token),
        };
        Ok(Node::leaf(Expr::String(literal)))
    }

    fn parenthesised(&mut self) -> Parsed<Node> {
        let open = self.take()?;
        let inner = self.expression()?;
        let close = self.expect(Kind::RightParen)?;
        let paren = Paren {
            inner: Box::new(inner.expr),
            range: TextRange {
                start: open.start,
                end: close.end(),
            },
        };
        Node::above(inner.height, Expr::Paren(paren))
    }

    fn call(&mut self, name: Token<'a>) -> Parsed<Node> {
        let (arguments, height) = self.arguments()?;
        let Some(function) = functions::find(name.text) else {
            return Err(Fault::new(
                name.start,
                format!("unknown function with name {}", quoted(name.text)),
            ));
        };
        if function.experimental && !self.options.experimental_functions {
            return Err(Fault::new(
                name.start,
                format!("function {} is not enabled", quoted(name.text)),
            ));
        }
        let call = Call {
            function,
            arguments,
            range: TextRange {
                start: name.start,
                end: self.last_closing,
            },
        };
        Node::above(height, Expr::Call(call))
    }

    /// `(a, b)`, and the levels of the highest.
    fn arguments(&mut self) -> Parsed<(Vec<Expr>, usize)> {
        self.expect(Kind::LeftParen)?;
        let (mut arguments, mut height) = (Vec::new(), 0);
        if self.take_if(Kind::RightParen)?.is_some() {
            return Ok((arguments, height));
        }
        loop {
            let argument = self.expression()?;
            height = height.max(argument.height);
            arguments.push(argument.expr);
            let Some(comma) = self.take_if(Kind::Comma)? else {
                self.expect(Kind::RightParen)?;
                return Ok((arguments, height));
            };
            if !self.peek()?.begins_expression() {
                return Err(Fault::new(
                    comma.start,
                    "trailing commas not allowed in function call args",
                ));
            }
        }
    }

    fn aggregate(&mut self, name: Token<'a>, aggregator: Aggregator) -> Parsed<Node> {
        let mut grouping = self.aggregate_modifier()?;
        let (mut arguments, height) = self.arguments()?;
        if grouping.is_none() {
            grouping = self.aggregate_modifier()?;
        }
        let range = TextRange {
            start: name.start,
            end: self.last_closing,
        };
        let fault = |message: String| Err(Fault::new(range.start, message));
        if arguments.is_empty() {
            return fault("no arguments for aggregate expression provided".to_owned());
        }
        let experimental = matches!(aggregator, Aggregator::Limitk | Aggregator::LimitRatio);
        if experimental && !self.options.experimental_functions {
            return fault(format!(
                "{}() is experimental and must be enabled with --enable-feature=promql-experimental-functions",
                aggregator.as_str()
            ));
        }
        let expected = 1 + usize::from(aggregator.parameter().is_some());
        if arguments.len() != expected {
            return fault(format!(
                "wrong number of arguments for aggregate expression provided, expected {expected}, got {}",
                arguments.len()
            ));
        }
        let inner = Box::new(arguments.remove(expected - 1));
        let (without, labels) = grouping.unwrap_or_default();
        let aggregate = Aggregate {
            aggregator,
            parameter: arguments.pop().map(Box::new),
            inner,
            without,
            labels,
            range,
        };
        Node::above(height, Expr::Aggregate(aggregate))
    }

    /// `by (…)` or `without (…)`: whether `without`, and the labels.
    fn aggregate_modifier(&mut self) -> Parsed<Option<(bool, Vec<String>)>> {
        let without = match self.peek()?.kind {
            Kind::Keyword(Keyword::By) => false,
            Kind::Keyword(Keyword::Without) => true,
            _ => return Ok(None),
        };
        self.take()?;
        Ok(Some((without, self.grouping_labels()?)))
    }
}

fn range_of(token: Token<'_>) -> TextRange {
    TextRange {
        start: token.start,
        end: token.end(),
    }
}
