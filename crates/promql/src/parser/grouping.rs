//! Lists of labels, and what stands between an operator and its right side.

use super::Parser;
use super::error::{Fault, Parsed};
use super::number;
use super::string::unquote;
use super::token::{Keyword, Kind};
use crate::ast::{BinaryOperator, Cardinality, Matching};
use crate::quoting::quoted_bytes;

const CONTEXT: &str = "grouping opts";

impl Parser<'_> {
    /// `(a, "b c")`.
    pub(super) fn grouping_labels(&mut self) -> Parsed<Vec<String>> {
        let expected = |what: &'static str| move |fault: Box<Fault>| fault.within(CONTEXT, what);
        self.expect(Kind::LeftParen).map_err(expected("\"(\""))?;
        let mut labels = Vec::new();
        loop {
            if self.peek()?.kind == Kind::RightParen {
                self.take()?;
                return Ok(labels);
            }
            labels.push(self.grouping_label().map_err(expected("label"))?);
            match self.peek()?.kind {
                Kind::Comma => self.take().map(drop)?,
                Kind::RightParen => {}
                _ => return Err(self.unexpected().within(CONTEXT, "\",\" or \")\"")),
            }
        }
    }

    fn grouping_label(&mut self) -> Parsed<String> {
        let token = self.peek()?;
        let bytes = match token.kind {
            Kind::String => unquote(token),
            _ if token.names_label() => token.text.as_bytes().to_vec(),
            _ => return Err(self.unexpected()),
        };
        self.take()?;
        match String::from_utf8(bytes) {
            Ok(name) if !name.is_empty() => Ok(name),
            Ok(_) => Err(invalid_label(token.start, b"")),
            Err(error) => Err(invalid_label(token.start, error.as_bytes())),
        }
    }

    /// `bool`, `on`, `ignoring`, `group_left`, `group_right`, `fill`.
    pub(super) fn binary_modifiers(&mut self) -> Parsed<(bool, Matching)> {
        let returns_bool = self.take_if(Kind::Keyword(Keyword::Bool))?.is_some();
        let mut matching = Matching::default();
        if let Kind::Keyword(keyword @ (Keyword::On | Keyword::Ignoring)) = self.peek()?.kind {
            self.take()?;
            matching.explicit = true;
            matching.on = keyword == Keyword::On;
            matching.labels = self.grouping_labels()?;
            self.group_modifier(&mut matching)?;
        }
        self.fill_modifiers(&mut matching)?;
        Ok((returns_bool, matching))
    }

    fn group_modifier(&mut self, matching: &mut Matching) -> Parsed<()> {
        matching.cardinality = match self.peek()?.kind {
            Kind::Keyword(Keyword::GroupLeft) => Cardinality::ManyToOne,
            Kind::Keyword(Keyword::GroupRight) => Cardinality::OneToMany,
            _ => return Ok(()),
        };
        self.take()?;
        let next = self.peek()?;
        if next.kind == Kind::LeftParen || !next.begins_expression() {
            matching.include = self.grouping_labels()?;
        }
        Ok(())
    }

    fn fill_modifiers(&mut self, matching: &mut Matching) -> Parsed<()> {
        if self.take_if(Kind::Keyword(Keyword::Fill))?.is_some() {
            let value = self.fill_value()?;
            matching.fill_left = Some(value);
            matching.fill_right = Some(value);
            return Ok(());
        }
        loop {
            let side = match self.peek()?.kind {
                Kind::Keyword(Keyword::FillLeft) => &mut matching.fill_left,
                Kind::Keyword(Keyword::FillRight) => &mut matching.fill_right,
                _ => return Ok(()),
            };
            if side.is_some() {
                return Err(self.unexpected());
            }
            self.take()?;
            *side = Some(self.fill_value()?);
        }
    }

    fn fill_value(&mut self) -> Parsed<f64> {
        self.expect(Kind::LeftParen)?;
        let value = self.signed_number()?;
        self.expect(Kind::RightParen)?;
        Ok(value)
    }

    /// A number or duration, with or without a sign.
    pub(super) fn signed_number(&mut self) -> Parsed<f64> {
        let sign = match self.peek()?.kind {
            Kind::Operator(BinaryOperator::Subtract) => Some(-1.0),
            Kind::Operator(BinaryOperator::Add) => Some(1.0),
            _ => None,
        };
        if sign.is_some() {
            self.take()?;
        }
        if !matches!(self.peek()?.kind, Kind::Number | Kind::Duration) {
            return Err(self.unexpected());
        }
        Ok(number::value(self.take()?)? * sign.unwrap_or(1.0))
    }
}

fn invalid_label(start: usize, name: &[u8]) -> Box<Fault> {
    let name = quoted_bytes(name);
    Fault::new(start, format!("invalid label name for grouping: {name}"))
}
