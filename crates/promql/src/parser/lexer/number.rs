//! Numbers and durations, as far as the lexer has to tell where they end.

use super::{Lexer, is_word_part};
use crate::parser::error::Parsed;
use crate::parser::token::Kind;
use crate::quoting::quoted;

const DECIMAL: &str = "0123456789";
const HEXADECIMAL: &str = "0123456789abcdefABCDEF";

impl Lexer<'_> {
    /// A token that begins with a digit, or a dot and a digit.
    pub(super) fn number_or_duration(&mut self) -> Parsed<Kind> {
        if self.scan_number() {
            return Ok(Kind::Number);
        }
        if self.scan_rest_of_duration() {
            return Ok(Kind::Duration);
        }
        let text = &self.text[self.start..self.position];
        Err(self.fault(format!("bad number or duration syntax: {}", quoted(text))))
    }

    /// Walks over a number. Where it is none, the walk ends after the character that shows it.
    fn scan_number(&mut self) -> bool {
        let mut digits = DECIMAL;
        if self.take('0') && self.accept("xX") {
            self.take('_');
            digits = HEXADECIMAL;
        }
        self.take('.');
        self.accept(digits);
        let (mut dot, mut exponent) = (false, false);
        while let Some(each) = self.peek() {
            let is_digit = digits.contains(each);
            match each {
                '.' => {
                    self.advance();
                    if dot || self.accept("_.") || digits.len() > DECIMAL.len() {
                        return false;
                    }
                    dot = true;
                }
                'e' | 'E' if exponent => {
                    self.advance();
                    return false;
                }
                'e' | 'E' => {
                    self.advance();
                    exponent = true;
                    self.accept("+-");
                    if self.accept("._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                '_' => {
                    self.advance();
                    if self.accept("._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                _ if is_digit => self.take_while(|each| digits.contains(each)),
                _ => break,
            }
        }
        !self.peek().is_some_and(is_word_part)
    }

    /// From the first unit on. Which units stand in which order is checked later.
    fn scan_rest_of_duration(&mut self) -> bool {
        if !self.accept("smhdwy") {
            return false;
        }
        self.take('s');
        while self.accept(DECIMAL) {
            self.take_while(|each| each.is_ascii_digit());
            if !self.accept("smhdw") {
                return false;
            }
            self.take('s');
        }
        if self.peek().is_some_and(is_word_part) {
            self.advance();
            return false;
        }
        true
    }

    fn accept(&mut self, any_of: &str) -> bool {
        let found = self.peek().is_some_and(|each| any_of.contains(each));
        if found {
            self.advance();
        }
        found
    }
}
