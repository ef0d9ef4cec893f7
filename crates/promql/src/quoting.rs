//! Strings in quotes as Go writes them, which is how Prometheus prints queries, labels and errors.
//!
//! It never reads: the parser does.

use std::sync::LazyLock;

use regex::Regex;

/// What Go prints as it is: letters, marks, numbers, punctuation, symbols and the space.
static PRINTABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$").expect("a pattern of classes"));

/// A text in double quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for each in text.chars() {
        push_escaped(&mut out, each, '"');
    }
    out.push('"');
    out
}

/// Bytes in double quotes; those that are no UTF-8 as `\xff`.
pub fn quoted_bytes(bytes: &[u8]) -> String {
    let mut out = String::from('"');
    for chunk in bytes.utf8_chunks() {
        for each in chunk.valid().chars() {
            push_escaped(&mut out, each, '"');
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

/// A character in single quotes.
pub fn quoted_char(each: char) -> String {
    let mut out = String::from('\'');
    push_escaped(&mut out, each, '\'');
    out.push('\'');
    out
}

/// Whether Go prints a character as it is.
pub fn is_printable(each: char) -> bool {
    if each.is_ascii() {
        return !each.is_ascii_control();
    }
    PRINTABLE.is_match(each.encode_utf8(&mut [0; 4]))
}

fn push_escaped(out: &mut String, each: char, quote: char) {
    match each {
        '\\' => out.push_str("\\\\"),
        _ if each == quote => out.extend(['\\', each]),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        // As it is, the lexer would take it for the sign of a broken text.
        char::REPLACEMENT_CHARACTER => out.push_str("\\ufffd"),
        _ if is_printable(each) => out.push(each),
        '\0'..='\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(each))),
        '\u{80}'..='\u{ffff}' => out.push_str(&format!("\\u{:04x}", u32::from(each))),
        _ => out.push_str(&format!("\\U{:08x}", u32::from(each))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_in_go() {
        assert_eq!(quoted("a\"b\\c'\n\u{7}"), r#""a\"b\\c'\n\a""#);
        assert_eq!(
            quoted("é\u{301}日\u{a0}\u{200b}"),
            "\"é\u{301}日\\u00a0\\u200b\""
        );
        assert_eq!(
            quoted("\u{1}\u{7f}\u{e0001}😀"),
            "\"\\x01\\x7f\\U000e0001😀\""
        );
        assert_eq!(quoted_char('\''), r"'\''");
        assert_eq!(quoted("\u{fffd}"), r#""\ufffd""#);
        assert_eq!(quoted_bytes(b"a\xc5z"), r#""a\xc5z""#);
    }
}
