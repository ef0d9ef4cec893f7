//! What stands in brackets: lengths of time, the colon of subqueries, and the arithmetic of both.

use super::{Lexer, is_word_part};
use crate::ast::BinaryOperator as Op;
use crate::parser::error::{Fault, Parsed};
use crate::parser::token::{Kind, duration_word};
use crate::quoting::quoted_char;

impl Lexer<'_> {
    /// After a `[`.
    pub(super) fn open_bracket(&mut self) -> Parsed<Kind> {
        if self.in_brackets {
            return Err(self.fault("unexpected left bracket '['"));
        }
        self.in_brackets = true;
        self.in_length = true;
        self.seen_colon = false;
        Ok(Kind::LeftBracket)
    }

    /// After a `]`.
    pub(super) fn close_bracket(&mut self) -> Parsed<Kind> {
        if !self.in_brackets {
            return Err(self.fault("unexpected right bracket ']'"));
        }
        self.in_brackets = false;
        self.in_length = false;
        Ok(Kind::RightBracket)
    }

    /// From the bracket to the first number: nothing but arithmetic.
    pub(super) fn inside_length(&mut self) -> Parsed<Kind> {
        let Some(each) = self.peek() else {
            return Err(self.fault("unexpected end of input in duration expression"));
        };
        if each.is_ascii_digit() || (each == '.' && self.digit_at(self.position + 1)) {
            self.seen_length = true;
            self.in_length = false;
            return self.number_or_duration();
        }
        if let Some(kind) = self.length_word() {
            return Ok(kind);
        }
        self.advance();
        let kind = match each {
            ']' => return self.close_bracket(),
            ':' => return self.colon_before_length(),
            '(' => self.open_paren(),
            ')' => self.close_paren()?,
            '+' => Kind::Operator(Op::Add),
            '-' => Kind::Operator(Op::Subtract),
            '*' => Kind::Operator(Op::Multiply),
            '/' => Kind::Operator(Op::Divide),
            '%' => Kind::Operator(Op::Modulo),
            '^' => Kind::Operator(Op::Power),
            ',' => Kind::Comma,
            _ => {
                return Err(self.fault(format!(
                    "unexpected character in duration expression: {}",
                    quoted_char(each)
                )));
            }
        };
        Ok(kind)
    }

    fn colon_before_length(&mut self) -> Parsed<Kind> {
        if !self.seen_length {
            return Err(Fault::new(
                self.position,
                "unexpected colon before duration in duration expression",
            ));
        }
        if self.seen_colon {
            return Err(Fault::new(
                self.position,
                "unexpected repeated colon in duration expression",
            ));
        }
        self.seen_colon = true;
        Ok(Kind::Colon)
    }

    /// A colon, or a word that duration expressions know, after the first number.
    pub(super) fn word_in_brackets(&mut self) -> Parsed<Kind> {
        let each = self.peek().unwrap_or_default();
        if each == ':' {
            self.advance();
            if self.seen_colon {
                return Err(self.fault("unexpected colon ':'"));
            }
            self.seen_colon = true;
            return Ok(Kind::Colon);
        }
        self.length_word().ok_or_else(|| {
            self.fault(format!(
                "unexpected character: {}, expected ':'",
                quoted_char(each)
            ))
        })
    }

    /// `step`, `range`, `min_of` or `max_of`, when it stands here.
    fn length_word(&mut self) -> Option<Kind> {
        let rest = &self.text[self.position..];
        let end = rest
            .find(|each: char| !is_word_part(each) || each.is_ascii_digit())
            .unwrap_or(rest.len());
        let word = duration_word(&rest[..end].to_ascii_lowercase())?;
        self.position += end;
        Some(Kind::Constant(word))
    }
}
