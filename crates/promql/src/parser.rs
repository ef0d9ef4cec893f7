//! From text to tree: PromQL as Prometheus 3.14 reads it.
//!
//! This parser is our own, because the parser that exists as a library reads 1,886 of the 2,179
//! expressions in Prometheus's own test scripts: duration expressions, `anchored` and `smoothed`, the
//! histogram operators `</` and `>/`, and `info` are beyond it. It is written by hand: a lexer that reads
//! one token at a time, one function a construct, precedence climbing for operators. Errors are worded and
//! placed as Prometheus words and places them, since scripts and users compare them.
//!
//! It never evaluates, it never panics, and the depth of what it returns is bounded, so that whoever walks
//! over a tree may recurse.

mod call;
mod check;
mod error;
mod expression;
mod grouping;
mod length;
mod lexer;
mod modifier;
mod number;
mod selector;
mod series;
mod string;
mod token;

#[cfg(test)]
mod tests;

use swarmscope_model::limits::MAX_EXPRESSION_BYTES;
use swarmscope_model::metrics::Matcher;

use self::error::{Fault, Parsed};
use self::lexer::Lexer;
use self::token::{Kind, Token};
use crate::ast::Expr;

pub use self::error::ParseError;
pub use self::series::{SequenceValue, SeriesDescription, parse_metric, parse_series_description};

/// Which parts of the language that Prometheus calls experimental are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Functions and aggregations such as `info`, `limitk` and `mad_over_time`.
    pub experimental_functions: bool,
    /// Arithmetic in brackets and after `offset`.
    pub duration_expressions: bool,
    /// `anchored` and `smoothed`.
    pub extended_range_selectors: bool,
    /// `fill`, `fill_left` and `fill_right`.
    pub fill_modifiers: bool,
}

impl Options {
    /// Everything.
    pub const ALL: Self = Self {
        experimental_functions: true,
        duration_expressions: true,
        extended_range_selectors: true,
        fill_modifiers: true,
    };

    /// What turns each part on, by Prometheus's names for its `--enable-feature`.
    pub const FEATURES: [&str; 4] = [
        "promql-experimental-functions",
        "promql-duration-expr",
        "promql-extended-range-selectors",
        "promql-binop-fill-modifiers",
    ];

    /// The parts that these features turn on; names that are none of [`Options::FEATURES`] turn on nothing.
    pub fn with_features<'a>(features: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = Self::default();
        for feature in features {
            match feature {
                "promql-experimental-functions" => options.experimental_functions = true,
                "promql-duration-expr" => options.duration_expressions = true,
                "promql-extended-range-selectors" => options.extended_range_selectors = true,
                "promql-binop-fill-modifiers" => options.fill_modifiers = true,
                _ => {}
            }
        }
        options
    }
}

/// Reads a query and checks its types.
///
/// # Errors
/// When it is no query; the first mistake counts.
pub fn parse(text: &str, options: Options) -> Result<Expr, ParseError> {
    let parsed = bounded(text).and_then(|()| {
        let mut parser = Parser::new(text, options);
        let mut expr = parser.query()?;
        check::check(&mut expr, text)?;
        Ok(expr)
    });
    parsed.map_err(|fault| fault.locate(text))
}

/// Reads one selector without modifiers, such as `up{job="api"}`: what `match[]` of the HTTP API takes.
///
/// # Errors
/// When it is no selector. One that matches every series is let through.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ParseError> {
    let parsed = bounded(text).and_then(|()| {
        let mut parser = Parser::new(text, Options::default());
        let selector = parser.vector_selector()?;
        parser.expect_end()?;
        Ok(selector.matchers)
    });
    parsed.map_err(|fault| fault.locate(text))
}

fn bounded(text: &str) -> Parsed<()> {
    if text.len() > MAX_EXPRESSION_BYTES {
        return Err(Fault::new(
            0,
            format!(
                "the query has {} bytes, {MAX_EXPRESSION_BYTES} are allowed; split it or record parts of it",
                text.len()
            ),
        ));
    }
    Ok(())
}

/// The state of reading one text.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    options: Options,
    /// The token that was looked at and not taken yet.
    ahead: Option<Token<'a>>,
    /// Nesting of what is read now.
    depth: usize,
    /// Where the last closing bracket, number or duration ended.
    last_closing: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, options: Options) -> Self {
        Self {
            lexer: Lexer::new(text),
            options,
            ahead: None,
            depth: 0,
            last_closing: 0,
        }
    }

    fn query(&mut self) -> Parsed<Expr> {
        if self.peek()?.kind == Kind::End {
            return Err(Fault::new(0, "no expression found in input"));
        }
        let expr = self.expression()?.expr;
        self.expect_end()?;
        Ok(expr)
    }

    fn expect_end(&mut self) -> Parsed<()> {
        match self.peek()?.kind {
            Kind::End => Ok(()),
            _ => Err(self.unexpected()),
        }
    }

    /// The next token, without taking it. Read no earlier than asked for: of two mistakes the first one
    /// is reported.
    fn peek(&mut self) -> Parsed<Token<'a>> {
        if let Some(token) = self.ahead {
            return Ok(token);
        }
        let token = self.lexer.next()?;
        self.ahead = Some(token);
        Ok(token)
    }

    fn take(&mut self) -> Parsed<Token<'a>> {
        let token = self.peek()?;
        self.ahead = None;
        if matches!(
            token.kind,
            Kind::RightBrace
                | Kind::RightParen
                | Kind::RightBracket
                | Kind::Duration
                | Kind::Number
        ) {
            self.last_closing = token.end();
        }
        Ok(token)
    }

    /// Takes the next token if it is of a kind.
    fn take_if(&mut self, kind: Kind) -> Parsed<Option<Token<'a>>> {
        if self.peek()?.kind == kind {
            return self.take().map(Some);
        }
        Ok(None)
    }

    fn expect(&mut self, kind: Kind) -> Parsed<Token<'a>> {
        match self.take_if(kind)? {
            Some(token) => Ok(token),
            None => Err(self.unexpected()),
        }
    }

    /// The error that the next token does not belong here.
    fn unexpected(&mut self) -> Box<Fault> {
        match self.peek() {
            Ok(token) => Fault::unexpected(token.start, &token.description()),
            Err(fault) => fault,
        }
    }
}
