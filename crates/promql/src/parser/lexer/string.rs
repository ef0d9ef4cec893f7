//! Strings in the three kinds of quotes, checked as far as their escapes.

use super::Lexer;
use crate::parser::error::Parsed;
use crate::parser::token::Kind;
use crate::quoting::is_printable;

/// Not allowed in strings, because in Go it stands for bytes that are no UTF-8.
const REPLACEMENT: char = '\u{fffd}';

impl Lexer<'_> {
    /// After the quote of a string with escapes.
    pub(super) fn string(&mut self, quote: char) -> Parsed<Kind> {
        loop {
            match self.advance() {
                Some('\\') => self.escape(quote)?,
                Some(REPLACEMENT) => return Err(self.fault("invalid UTF-8 rune")),
                None | Some('\n') => return Err(self.fault("unterminated quoted string")),
                Some(each) if each == quote => return Ok(Kind::String),
                Some(_) => {}
            }
        }
    }

    /// After the quote of a string without escapes.
    pub(super) fn raw_string(&mut self) -> Parsed<Kind> {
        loop {
            match self.advance() {
                Some('`') => return Ok(Kind::String),
                Some(REPLACEMENT) => return Err(self.fault("invalid UTF-8 rune")),
                None => return Err(self.fault("unterminated raw string")),
                Some(_) => {}
            }
        }
    }

    /// After a backslash.
    fn escape(&mut self, quote: char) -> Parsed<()> {
        let (first, digits, base, largest) = match self.advance() {
            None => return Err(self.fault("escape sequence not terminated")),
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\') => return Ok(()),
            Some(each) if each == quote => return Ok(()),
            Some(each @ '0'..='7') => (Some(each), 3, 8, 255),
            Some('x') => (self.advance(), 2, 16, 255),
            Some('u') => (self.advance(), 4, 16, u32::from(char::MAX)),
            Some('U') => (self.advance(), 8, 16, u32::from(char::MAX)),
            Some(each) => {
                return Err(self.fault(format!("unknown escape sequence {}", code_point(each))));
            }
        };
        let mut value: u32 = 0;
        let mut next = first;
        for place in 0..digits {
            if place > 0 {
                next = self.advance();
            }
            let Some(each) = next else {
                return Err(self.fault("escape sequence not terminated"));
            };
            let digit = each.to_digit(base).ok_or_else(|| {
                self.fault(format!(
                    "illegal character {} in escape sequence",
                    code_point(each)
                ))
            })?;
            value = value.wrapping_mul(base).wrapping_add(digit);
        }
        if value > largest || (0xd800..0xe000).contains(&value) {
            return Err(self.fault("escape sequence is an invalid Unicode code point"));
        }
        Ok(())
    }
}

/// `U+0041 'A'`, as Go names a character in errors.
fn code_point(each: char) -> String {
    let number = u32::from(each);
    if is_printable(each) {
        format!("U+{number:04X} '{each}'")
    } else {
        format!("U+{number:04X}")
    }
}
