//! Cuts the text of a query into tokens.
//!
//! What a character means depends on where it stands: in braces all words are labels, in brackets there
//! are only lengths of time. The lexer follows braces and brackets by itself, and it reads one token at a
//! time, so that of two mistakes the first one in the text is reported. It never looks at grammar.

mod bracket;
mod number;
mod string;

use super::error::{Fault, Parsed};
use super::token::{Keyword, Kind, Token, keyword};
use crate::ast::BinaryOperator as Op;
use crate::quoting::quoted_char;

/// Reads tokens from left to right.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    /// Where the token that is read now begins.
    start: usize,
    position: usize,
    open_parens: usize,
    in_braces: bool,
    in_brackets: bool,
    /// In brackets, before the first number or word.
    in_length: bool,
    seen_colon: bool,
    seen_length: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            start: 0,
            position: 0,
            open_parens: 0,
            in_braces: false,
            in_brackets: false,
            in_length: false,
            seen_colon: false,
            seen_length: false,
        }
    }

    /// How far it was read.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Whether a character follows at once.
    pub fn is_at(&self, wanted: char) -> bool {
        self.peek() == Some(wanted)
    }

    /// The next token. After the end, the end again.
    pub fn next(&mut self) -> Parsed<Token<'a>> {
        self.skip_space_and_comments();
        self.start = self.position;
        let kind = if self.in_braces {
            self.inside_braces()?
        } else if self.in_length {
            self.inside_length()?
        } else {
            self.statement()?
        };
        Ok(Token {
            kind,
            start: self.start,
            text: &self.text[self.start..self.position],
        })
    }

    fn skip_space_and_comments(&mut self) {
        loop {
            self.take_while(is_space);
            // In brackets a `#` is no comment before the first number.
            if self.in_length || self.peek() != Some('#') {
                return;
            }
            self.take_while(|each| each != '\n' && each != '\r');
        }
    }

    fn statement(&mut self) -> Parsed<Kind> {
        let Some(each) = self.peek() else {
            return self.end();
        };
        if each.is_ascii_digit() || (each == '.' && self.digit_at(self.position + 1)) {
            return self.number_or_duration();
        }
        if is_word_start(each) || each == ':' {
            return if self.in_brackets {
                self.word_in_brackets()
            } else {
                Ok(self.word())
            };
        }
        self.advance();
        let kind = match each {
            ',' => Kind::Comma,
            '*' => Kind::Operator(Op::Multiply),
            '/' => Kind::Operator(Op::Divide),
            '%' => Kind::Operator(Op::Modulo),
            '+' => Kind::Operator(Op::Add),
            '-' => Kind::Operator(Op::Subtract),
            '^' => Kind::Operator(Op::Power),
            '@' => Kind::At,
            '=' | '!' => return self.equality(each),
            '<' if self.take('=') => Kind::Operator(Op::LessEqual),
            '<' if self.take('/') => Kind::Operator(Op::TrimUpper),
            '<' => Kind::Operator(Op::Less),
            '>' if self.take('=') => Kind::Operator(Op::GreaterEqual),
            '>' if self.take('/') => Kind::Operator(Op::TrimLower),
            '>' => Kind::Operator(Op::Greater),
            '"' | '\'' => self.string(each)?,
            '`' => self.raw_string()?,
            '(' => self.open_paren(),
            ')' => self.close_paren()?,
            '{' => {
                self.in_braces = true;
                Kind::LeftBrace
            }
            '[' => self.open_bracket()?,
            ']' => self.close_bracket()?,
            _ => {
                return Err(self.fault(format!("unexpected character: {}", quoted_char(each))));
            }
        };
        Ok(kind)
    }

    fn end(&self) -> Parsed<Kind> {
        if self.open_parens != 0 {
            return Err(self.fault("unclosed left parenthesis"));
        }
        if self.in_brackets {
            return Err(self.fault("unclosed left bracket"));
        }
        Ok(Kind::End)
    }

    /// `=`, `==` or `!=` outside of braces.
    fn equality(&mut self, first: char) -> Parsed<Kind> {
        let second = self.peek();
        match (first, second) {
            (_, Some('=')) => {
                self.advance();
                let operator = if first == '=' {
                    Op::Equal
                } else {
                    Op::NotEqual
                };
                Ok(Kind::Operator(operator))
            }
            ('=', Some('~')) | ('!', _) => Err(self.fault(format!(
                "unexpected character after '{first}': {}",
                quoted_or_end(second)
            ))),
            _ => Ok(Kind::Assign),
        }
    }

    fn open_paren(&mut self) -> Kind {
        self.open_parens += 1;
        Kind::LeftParen
    }

    fn close_paren(&mut self) -> Parsed<Kind> {
        match self.open_parens.checked_sub(1) {
            Some(open) => {
                self.open_parens = open;
                Ok(Kind::RightParen)
            }
            None => Err(Fault::new(
                self.position,
                "unexpected right parenthesis ')'",
            )),
        }
    }

    fn inside_braces(&mut self) -> Parsed<Kind> {
        let Some(each) = self.peek() else {
            return Err(self.fault("unexpected end of input inside braces"));
        };
        if is_word_start(each) {
            self.take_while(is_word_part);
            return Ok(Kind::Identifier);
        }
        self.advance();
        let kind = match each {
            ',' => Kind::Comma,
            '"' | '\'' => self.string(each)?,
            '`' => self.raw_string()?,
            '=' if self.take('~') => Kind::MatchRegex,
            '=' => Kind::Assign,
            '!' if self.take('~') => Kind::MatchNotRegex,
            '!' if self.take('=') => Kind::Operator(Op::NotEqual),
            '!' => {
                return Err(self.fault(format!(
                    "unexpected character after '!' inside braces: {}",
                    quoted_or_end(self.peek())
                )));
            }
            '{' => return Err(self.fault("unexpected left brace '{'")),
            '}' => {
                self.in_braces = false;
                Kind::RightBrace
            }
            _ => {
                return Err(self.fault(format!(
                    "unexpected character inside braces: {}",
                    quoted_char(each)
                )));
            }
        };
        Ok(kind)
    }

    /// An identifier or a keyword.
    fn word(&mut self) -> Kind {
        self.take_while(|each| is_word_part(each) || each == ':');
        let word = &self.text[self.start..self.position];
        match keyword(word) {
            // These came late to the language. Metrics of that name keep working.
            Some(Kind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight))
                if !self.paren_follows() =>
            {
                Kind::Identifier
            }
            Some(kind) => kind,
            None if word.contains(':') => Kind::MetricIdentifier,
            None => Kind::Identifier,
        }
    }

    fn paren_follows(&self) -> bool {
        self.text[self.position..]
            .trim_start_matches(is_space)
            .starts_with('(')
    }

    fn peek(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let each = self.peek()?;
        self.position += each.len_utf8();
        Some(each)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.position += wanted.len_utf8();
        }
        found
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = &self.text[self.position..];
        let length = rest.find(|each| !wanted(each)).unwrap_or(rest.len());
        self.position += length;
    }

    fn digit_at(&self, position: usize) -> bool {
        self.text
            .as_bytes()
            .get(position)
            .is_some_and(u8::is_ascii_digit)
    }

    /// An error at the token that is read now.
    fn fault(&self, message: impl Into<String>) -> Box<Fault> {
        Fault::new(self.start, message)
    }
}

/// As Go prints the end of the text where a character should be.
fn quoted_or_end(each: Option<char>) -> String {
    each.map_or_else(|| "'\u{fffd}'".to_owned(), quoted_char)
}

pub(crate) fn is_space(each: char) -> bool {
    matches!(each, ' ' | '\t' | '\n' | '\r')
}

fn is_word_start(each: char) -> bool {
    each == '_' || each.is_ascii_alphabetic()
}

fn is_word_part(each: char) -> bool {
    each == '_' || each.is_ascii_alphanumeric()
}
