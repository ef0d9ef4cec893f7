//! The words and signs of a condition.

use super::Unread;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    Name(&'a str),
    Text(String),
    Whole(i64),
    Fraction(f64),
    /// An expression between slashes, and its flags.
    Expression(&'a str, &'a str),
    Sign(&'static str),
    End,
}

impl Token<'_> {
    /// As messages call it.
    pub fn told(&self) -> String {
        match self {
            Token::Name(name) => format!("[{name}]"),
            Token::Text(text) => format!("the text [{text}]"),
            Token::Whole(number) => format!("[{number}]"),
            Token::Fraction(number) => format!("[{number}]"),
            Token::Expression(expression, _) => format!("[/{expression}/]"),
            Token::Sign(sign) => format!("[{sign}]"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Longer ones first.
const SIGNS: [&str; 21] = [
    "===", "!==", "==~", "==", "!=", "=~", "<=", ">=", "&&", "||", "?.", "!", "<", ">", "(", ")",
    "[", "]", ",", ".", ";",
];

/// Reads tokens one after the other.
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and where it begins. `expression`: whether a slash begins one.
    ///
    /// # Errors
    /// When there is none of ours.
    pub fn next(&mut self, expression: bool) -> Result<(Token<'a>, usize), Unread> {
        let rest = self.text[self.at..].trim_start();
        let start = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            self.at = self.text.len();
            return Ok((Token::End, start));
        };
        let (token, length) = match first {
            '\'' | '"' => text(rest, first).ok_or_else(|| self.unserved(rest, start))?,
            '/' if expression => expression_at(rest).ok_or_else(|| self.unserved(rest, start))?,
            '0'..='9' => number(rest).ok_or_else(|| self.unserved(rest, start))?,
            '-' => {
                let (number, length) =
                    number(&rest[1..]).ok_or_else(|| self.unserved(rest, start))?;
                let negative = match number {
                    Token::Whole(number) => Token::Whole(-number),
                    Token::Fraction(number) => Token::Fraction(-number),
                    other => other,
                };
                (negative, length + 1)
            }
            _ if is_of_name(first) => {
                let length = rest.find(|sign| !is_of_name(sign)).unwrap_or(rest.len());
                (Token::Name(&rest[..length]), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                let sign = sign.ok_or_else(|| self.unserved(rest, start))?;
                (Token::Sign(sign), sign.len())
            }
        };
        self.at = start + length;
        Ok((token, start))
    }

    fn unserved(&self, rest: &str, offset: usize) -> Unread {
        let shown: String = rest.chars().take(10).collect();
        Unread::Unserved {
            what: format!("[{shown}]"),
            offset,
        }
    }
}

fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// A text in quotes, and its length with them.
fn text(rest: &str, quote: char) -> Option<(Token<'_>, usize)> {
    let mut out = String::new();
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            _ if sign == quote => return Some((Token::Text(out), at + 1)),
            '\\' => out.push(match signs.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                escaped @ ('\\' | '\'' | '"') => escaped,
                _ => return None,
            }),
            other => out.push(other),
        }
    }
    None
}

/// An expression between slashes, and its length with them and its flags.
fn expression_at(rest: &str) -> Option<(Token<'_>, usize)> {
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '/' => {
                let behind = &rest[at + 1..];
                let flags = behind.find(|sign: char| !sign.is_ascii_alphabetic());
                let flags = &behind[..flags.unwrap_or(behind.len())];
                let length = at + 1 + flags.len();
                return Some((Token::Expression(&rest[1..at], flags), length));
            }
            _ => {}
        }
    }
    None
}

/// A number as Java writes it, `L` and `.5` behind it included.
fn number(rest: &str) -> Option<(Token<'_>, usize)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    if whole == 0 {
        return None;
    }
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
    let length = match fraction {
        0 => whole,
        some => whole + 1 + some,
    };
    let suffix = rest[length..]
        .bytes()
        .next()
        .map(|byte| byte.to_ascii_lowercase());
    let (token, suffix) = match (fraction, suffix) {
        (0, Some(b'l')) => (Token::Whole(rest[..length].parse().ok()?), 1),
        (_, Some(b'f' | b'd')) => (Token::Fraction(rest[..length].parse().ok()?), 1),
        (0, _) => (Token::Whole(rest[..length].parse().ok()?), 0),
        (_, _) => (Token::Fraction(rest[..length].parse().ok()?), 0),
    };
    let behind = rest[length + suffix..].chars().next();
    behind
        .is_none_or(|sign| !is_of_name(sign))
        .then_some((token, length + suffix))
}
