//! Selectors: a metric's name and what stands in braces.

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{MatchOperator, Matcher};

use super::Parser;
use super::error::{Fault, Parsed};
use super::string::unquoted_text;
use super::token::{Kind, Token};
use crate::ast::{BinaryOperator, Extension, Modifiers, TextRange, VectorSelector};

const CONTEXT: &str = "label matching";

impl<'a> Parser<'a> {
    /// `name`, `name{…}` or `{…}`.
    pub(super) fn vector_selector(&mut self) -> Parsed<VectorSelector> {
        let first = self.peek()?;
        if first.names_metric() {
            self.take()?;
            return self.vector_selector_named(first);
        }
        if first.kind != Kind::LeftBrace {
            return Err(self.unexpected());
        }
        let matchers = self.matchers()?;
        Ok(selector(None, matchers, first.start, self.last_closing))
    }

    /// A selector whose name was taken already.
    pub(super) fn vector_selector_named(&mut self, name: Token<'a>) -> Parsed<VectorSelector> {
        let (mut matchers, mut end) = (Vec::new(), name.end());
        if self.peek()?.kind == Kind::LeftBrace {
            matchers = self.matchers()?;
            end = self.last_closing;
        }
        matchers.push(Matcher::equal(METRIC_NAME, name.text));
        let name_text = Some(name.text.to_owned());
        Ok(selector(name_text, matchers, name.start, end))
    }

    fn matchers(&mut self) -> Parsed<Vec<Matcher>> {
        self.expect(Kind::LeftBrace)?;
        let mut matchers = Vec::new();
        loop {
            if self.peek()?.kind == Kind::RightBrace {
                self.take()?;
                return Ok(matchers);
            }
            matchers.push(self.matcher()?);
            match self.peek()?.kind {
                Kind::Comma => self.take().map(drop)?,
                Kind::RightBrace => {}
                _ => return Err(self.unexpected().within(CONTEXT, "\",\" or \"}\"")),
            }
        }
    }

    /// `name="value"`, or a metric's name in quotes.
    fn matcher(&mut self) -> Parsed<Matcher> {
        let token = self.peek()?;
        let name = match token.kind {
            Kind::Identifier => token.text.to_owned(),
            Kind::String => unquoted_text(token),
            _ => return Err(self.unexpected().within(CONTEXT, "identifier or \"}\"")),
        };
        self.take()?;
        let operator = match self.peek()?.kind {
            Kind::Assign => MatchOperator::Equal,
            Kind::Operator(BinaryOperator::NotEqual) => MatchOperator::NotEqual,
            Kind::MatchRegex => MatchOperator::Regex,
            Kind::MatchNotRegex => MatchOperator::NotRegex,
            _ if token.kind == Kind::String => return Ok(Matcher::equal(METRIC_NAME, name)),
            _ => return Err(self.unexpected().within(CONTEXT, "label matching operator")),
        };
        self.take()?;
        let value = self
            .expect(Kind::String)
            .map_err(|fault| fault.within(CONTEXT, "string"))?;
        new_matcher(token, name, operator, value)
    }
}

fn new_matcher(
    first: Token<'_>,
    name: String,
    operator: MatchOperator,
    value: Token<'_>,
) -> Parsed<Matcher> {
    Matcher::new(name, operator, unquoted_text(value))
        .map_err(|error| Fault::new(first.start, error.to_string()))
}

fn selector(
    name: Option<String>,
    matchers: Vec<Matcher>,
    start: usize,
    end: usize,
) -> VectorSelector {
    VectorSelector {
        name,
        matchers,
        modifiers: Modifiers::default(),
        extension: Extension::None,
        range: TextRange { start, end },
    }
}
