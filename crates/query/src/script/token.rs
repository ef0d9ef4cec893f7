//! Words, numbers and signs of an expression.

use super::{ScriptError, Value};

/// A piece of an expression with the byte where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub at: usize,
    pub piece: Piece,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Name(String),
    Number(Value),
    Text(String),
    Sign(&'static str),
    End,
}

/// Longer ones first.
const SIGNS: [&str; 28] = [
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "?:", "+", "-", "*", "/", "%", "<", ">", "!",
    "?", ":", "(", ")", "[", "]", ",", ".", ";", "{", "}",
];

/// Splits an expression.
pub fn tokens(source: &str) -> Result<Vec<Token>, ScriptError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (piece, length) = if first.is_ascii_digit() {
            number(source, at)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            (Piece::Name(rest[..length].to_owned()), length)
        } else if first == '\'' || first == '"' {
            let end = rest[1..].find(first).ok_or_else(|| {
                ScriptError::unreadable(source, at, "unexpected character: a text does not end")
            })?;
            (Piece::Text(rest[1..=end].to_owned()), end + 2)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| {
                let reason = format!("unexpected character [{first}].");
                ScriptError::unreadable(source, at, reason)
            })?;
            (Piece::Sign(sign), sign.len())
        };
        found.push(Token { at, piece });
        at += length;
    }
    found.push(Token {
        at,
        piece: Piece::End,
    });
    Ok(found)
}

fn number(source: &str, at: usize) -> Result<(Piece, usize), ScriptError> {
    let bytes = &source.as_bytes()[at..];
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = digits(0);
    let mut is_whole = true;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
        is_whole = false;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
            is_whole = false;
        }
    }
    let text = &source[at..at + end];
    let (value, length) = match bytes.get(end) {
        Some(b'l' | b'L') if is_whole => (text.parse().ok().map(Value::Long), end + 1),
        Some(b'd' | b'D') => (text.parse().ok().map(Value::Double), end + 1),
        _ if is_whole => (text.parse().ok().map(Value::Int), end),
        _ => (text.parse().ok().map(Value::Double), end),
    };
    let follows = bytes.get(length);
    if follows.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        let reason = format!("unexpected character after the number [{text}].");
        return Err(ScriptError::unreadable(source, at + length, reason));
    }
    let value = value.ok_or_else(|| {
        let reason = format!("Invalid int constant [{text}]. If you want a long constant then change it to [{text}L].");
        ScriptError::unreadable(source, at, reason)
    })?;
    Ok((Piece::Number(value), length))
}
