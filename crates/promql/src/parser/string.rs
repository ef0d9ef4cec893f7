//! What strings in quotes stand for.

use super::token::Token;

/// The bytes that a string token stands for. The lexer has checked its escapes.
pub(super) fn unquote(token: Token<'_>) -> Vec<u8> {
    let quote = token.text.as_bytes().first().copied().unwrap_or_default();
    let inner = &token.text[1..token.text.len() - 1];
    if quote == b'`' || !inner.contains('\\') {
        return inner.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(escape) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..escape]);
        rest = push_escape(&mut bytes, &rest[escape + 1..]);
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// The text of a string token; bytes that are no UTF-8 become replacement characters.
pub(super) fn unquoted_text(token: Token<'_>) -> String {
    match String::from_utf8(unquote(token)) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// Adds what follows a backslash stands for, and gives the rest of the text.
fn push_escape<'a>(bytes: &mut Vec<u8>, escape: &'a str) -> &'a str {
    let first = escape.as_bytes().first().copied().unwrap_or_default();
    let (digits, base, skipped) = match first {
        b'0'..=b'7' => (3, 8, 0),
        b'x' => (2, 16, 1),
        b'u' => (4, 16, 1),
        b'U' => (8, 16, 1),
        _ => {
            bytes.push(control(first));
            return escape.get(1..).unwrap_or_default();
        }
    };
    let (number, rest) = escape[skipped..].split_at(digits);
    let number = u32::from_str_radix(number, base).unwrap_or_default();
    if matches!(first, b'u' | b'U') {
        let each = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
        bytes.extend_from_slice(each.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        bytes.push(number as u8);
    }
    rest
}

fn control(letter: u8) -> u8 {
    match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        other => other,
    }
}
