//! What stands after an operand: ranges and subqueries in brackets, `offset`, `@`, `anchored`, `smoothed`.

use super::Parser;
use super::error::{Fault, Parsed};
use super::expression::Node;
use super::token::{Constant, Keyword, Kind, Token};
use crate::ast::{
    At, Expr, Extension, Length, MatrixSelector, Modifiers, Subquery, TextRange, VectorSelector,
};

impl Parser<'_> {
    /// All modifiers that follow.
    pub(super) fn modifiers(&mut self, mut node: Node) -> Parsed<Node> {
        loop {
            let token = self.peek()?;
            match token.kind {
                Kind::LeftBracket => node = self.bracket(node)?,
                Kind::Keyword(Keyword::Offset) => self.offset(&mut node.expr)?,
                Kind::At => self.at(&mut node.expr)?,
                Kind::Keyword(Keyword::Anchored) => {
                    self.extension(&mut node.expr, Extension::Anchored, "anchored")?;
                }
                Kind::Keyword(Keyword::Smoothed) => {
                    self.extension(&mut node.expr, Extension::Smoothed, "smoothed")?;
                }
                _ => return Ok(node),
            }
        }
    }

    /// `[range]` or `[range:step]`.
    fn bracket(&mut self, of: Node) -> Parsed<Node> {
        const EITHER: &str = "subquery or range selector";
        const SUBQUERY: &str = "subquery selector";
        let open = self.take()?;
        let length = self
            .positive_length()
            .map_err(|fault| fault.within(EITHER, "number, duration, step(), or range()"))?;
        let after = self.peek()?;
        match after.kind {
            Kind::RightBracket => {
                self.take()?;
                return self.matrix(of, length, open);
            }
            Kind::Colon => self.take().map(drop)?,
            _ => {
                return Err(self
                    .unexpected()
                    .within("subquery or range", "\":\" or \"]\""));
            }
        }
        let mut step = None;
        if self.peek()?.kind != Kind::RightBracket {
            let expected = "number, duration, step(), range(), or \"]\"";
            let length = self
                .positive_length()
                .map_err(|fault| fault.within(SUBQUERY, expected))?;
            step = Some(length);
        }
        let close = self
            .expect(Kind::RightBracket)
            .map_err(|fault| fault.within(SUBQUERY, "\"]\""))?;
        let subquery = Subquery {
            range: TextRange {
                start: of.expr.range().start,
                end: close.end(),
            },
            inner: Box::new(of.expr),
            length,
            step,
            modifiers: Modifiers::default(),
        };
        Node::above(of.height, Expr::Subquery(subquery))
    }

    fn matrix(&self, of: Node, length: Length, open: Token<'_>) -> Parsed<Node> {
        let fault = |message| Err(Fault::new(open.start, message));
        let Expr::Vector(selector) = of.expr else {
            return fault("ranges only allowed for vector selectors");
        };
        if matches!(selector.modifiers.offset, Some(Length::Fixed(_))) {
            return fault("no offset modifiers allowed before range");
        }
        if matches!(selector.modifiers.at, Some(At::Time(_))) {
            return fault("no @ modifiers allowed before range");
        }
        let range = TextRange {
            start: selector.range.start,
            end: self.last_closing,
        };
        let matrix = MatrixSelector {
            selector,
            length,
            range,
        };
        Node::above(of.height, Expr::Matrix(matrix))
    }

    fn offset(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.take()?;
        let offset = self
            .offset_length()
            .map_err(|fault| fault.within("offset", "number, duration, step(), or range()"))?;
        let start = expr.range().start;
        let Some((modifiers, end)) = modifiers_of(expr) else {
            return Err(Fault::new(
                start,
                "offset modifier must be preceded by an instant vector selector or range vector \
                 selector or a subquery",
            ));
        };
        if modifiers.offset.is_some() {
            return Err(Fault::new(start, "offset may not be set multiple times"));
        }
        // An offset of nothing is none, to Prometheus.
        modifiers.offset = Some(offset).filter(|offset| *offset != Length::Fixed(0));
        *end = self.last_closing;
        Ok(())
    }

    fn at(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.take()?;
        let start = expr.range().start;
        let at = self
            .at_target(start)
            .map_err(|fault| fault.within("@", "timestamp"))?;
        let Some((modifiers, end)) = modifiers_of(expr) else {
            return Err(Fault::new(
                start,
                "@ modifier must be preceded by an instant vector selector or range vector \
                 selector or a subquery",
            ));
        };
        if modifiers.at.is_some() {
            return Err(Fault::new(
                start,
                "@ <timestamp> may not be set multiple times",
            ));
        }
        modifiers.at = Some(at);
        *end = self.last_closing;
        Ok(())
    }

    /// A timestamp in seconds, `start()` or `end()`. Errors stand at the selector's `start`.
    fn at_target(&mut self, start: usize) -> Parsed<At> {
        let at = match self.peek()?.kind {
            Kind::Constant(Constant::Start) => At::Start,
            Kind::Constant(Constant::End) => At::End,
            _ => return timestamp(self.signed_number()?, start),
        };
        self.take()?;
        self.expect(Kind::LeftParen)?;
        self.expect(Kind::RightParen)?;
        Ok(at)
    }

    fn extension(&mut self, expr: &mut Expr, extension: Extension, name: &str) -> Parsed<()> {
        self.take()?;
        let start = expr.range().start;
        let fault = |reason: &str| Err(Fault::new(start, format!("{name} modifier {reason}")));
        if !self.options.extended_range_selectors {
            return fault("is experimental and not enabled");
        }
        let selector: &mut VectorSelector = match expr {
            Expr::Vector(selector) => selector,
            Expr::Matrix(matrix) => &mut matrix.selector,
            Expr::Subquery(_) => return fault("is not supported for subqueries"),
            _ => return fault("not implemented"),
        };
        if ![Extension::None, extension].contains(&selector.extension) {
            return Err(Fault::new(
                start,
                "anchored and smoothed modifiers cannot be used together",
            ));
        }
        selector.extension = extension;
        Ok(())
    }
}

fn timestamp(seconds: f64, start: usize) -> Parsed<At> {
    // The bounds are those of 64 bits of seconds, as in Prometheus.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if seconds.is_nan() || seconds.abs() >= BOUND {
        let shown = match seconds {
            _ if seconds.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "+Inf".to_owned(),
            f64::NEG_INFINITY => "-Inf".to_owned(),
            _ => format!("{seconds:.6}"),
        };
        return Err(Fault::new(
            start,
            format!("timestamp out of bounds for @ modifier: {shown}"),
        ));
    }
    Ok(At::Time((seconds * 1e3).round() as i64))
}

/// The modifiers of what can have some, and where its text ends.
fn modifiers_of(expr: &mut Expr) -> Option<(&mut Modifiers, &mut usize)> {
    match expr {
        Expr::Vector(selector) => Some((&mut selector.modifiers, &mut selector.range.end)),
        Expr::Matrix(matrix) => Some((&mut matrix.selector.modifiers, &mut matrix.range.end)),
        Expr::Subquery(subquery) => Some((&mut subquery.modifiers, &mut subquery.range.end)),
        _ => None,
    }
}
