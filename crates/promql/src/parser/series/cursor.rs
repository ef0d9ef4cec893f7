//! Walks over the values of a series.

use crate::parser::error::{Fault, Parsed};
use crate::parser::lexer::is_space;
use crate::parser::number;
use crate::quoting::{quoted, quoted_char};

/// A place in a text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, position: usize) -> Self {
        Self { text, position }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub fn starts_with(&self, wanted: &str) -> bool {
        self.rest().starts_with(wanted)
    }

    /// Goes behind a text, if it stands here.
    pub fn take(&mut self, wanted: &str) -> bool {
        let found = self.starts_with(wanted);
        if found {
            self.position += wanted.len();
        }
        found
    }

    pub fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|each| !wanted(each)).unwrap_or(rest.len())];
        self.position += taken.len();
        taken
    }

    /// Whether there was any space.
    pub fn space(&mut self) -> bool {
        !self.take_while(is_space).is_empty()
    }

    /// Letters and underscores.
    pub fn word(&mut self) -> &'a str {
        self.take_while(|each| each == '_' || each.is_ascii_alphabetic())
    }

    /// A number without a sign; `Inf` and `NaN` are some.
    pub fn number(&mut self) -> Parsed<f64> {
        let start = self.position;
        if self
            .rest()
            .starts_with(|each: char| each.is_ascii_alphabetic())
        {
            let word = self.word();
            return match word.to_ascii_lowercase().as_str() {
                "inf" => Ok(f64::INFINITY),
                "nan" => Ok(f64::NAN),
                _ => Err(Fault::new(start, format!("{} is no number", quoted(word)))),
            };
        }
        self.take_while(|each| each.is_ascii_digit() || matches!(each, '.' | '_'));
        if self.rest().starts_with(['e', 'E']) {
            self.position += 1;
            let _ = self.take("+") || self.take("-");
            self.take_while(|each| each.is_ascii_digit() || each == '_');
        }
        let text = &self.text[start..self.position];
        if text.is_empty() {
            self.position = start;
            return Err(self.unexpected("a number"));
        }
        number::number(text)
            .map_err(|_| Fault::new(start, format!("bad number syntax: {}", quoted(text))))
    }

    /// A number with or without a sign.
    pub fn signed_number(&mut self) -> Parsed<f64> {
        if self.take("-") {
            return Ok(-self.number()?);
        }
        self.take("+");
        self.number()
    }

    /// A whole number without a sign.
    pub fn whole(&mut self) -> Parsed<u64> {
        let start = self.position;
        let digits = self.take_while(|each| each.is_ascii_digit());
        digits.parse().map_err(|_| {
            let message = format!("invalid repetition in series values: {}", quoted(digits));
            Fault::new(start, message)
        })
    }

    /// The error that what stands here is something else.
    pub fn unexpected(&self, expected: &str) -> Box<Fault> {
        let found = match self.rest().chars().next() {
            Some(each) => format!("character {}", quoted_char(each)),
            None => "end of input".to_owned(),
        };
        let message = format!("unexpected {found} in series values, expected {expected}");
        Fault::new(self.position, message)
    }
}
