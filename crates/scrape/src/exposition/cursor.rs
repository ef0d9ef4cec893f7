//! A place in a page of text, and the tokens that both text formats have.

use std::borrow::Cow;

use super::error::{FormatError, Reason};

/// Reads a text from front to back.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Lines are counted up to here only when somebody asks.
    counted: usize,
    line: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            counted: 0,
            line: 1,
        }
    }

    /// The line that the cursor is on.
    pub(super) fn line(&mut self) -> usize {
        let passed = &self.text.as_bytes()[self.counted..self.at];
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.counted = self.at;
        self.line
    }

    pub(super) fn error(&mut self, reason: Reason) -> FormatError {
        FormatError::line(self.line(), reason)
    }

    /// An error that shows what stands here instead of what should.
    pub(super) fn expected(&mut self, expected: &'static str) -> FormatError {
        const SHOWN: usize = 40;
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or_default();
        let found = line.chars().take(SHOWN).collect();
        self.error(Reason::Expected { expected, found })
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past a text that stands here.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(token.as_bytes());
        if found {
            self.at += token.len();
        }
        found
    }

    /// Goes past spaces and tabs; whether there were any.
    pub(super) fn eat_blanks(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        self.at > start
    }

    /// Everything up to one of some ASCII bytes, or the end.
    pub(super) fn until(&mut self, ends: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && !ends(bytes[self.at]) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// The rest of the line, which the cursor goes past with its end.
    pub(super) fn line_rest(&mut self) -> &'a str {
        let rest = self.rest();
        let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        self.at = self.text.len().min(self.at + length + 1);
        &rest[..length]
    }

    /// A metric's name: an identifier that may have colons. Empty when there is none.
    pub(super) fn identifier(&mut self) -> &'a str {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return "";
        }
        self.until(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')))
    }

    /// A label's name: an identifier. Empty when there is none.
    pub(super) fn label_name(&mut self) -> &'a str {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return "";
        }
        self.until(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
    }

    /// What stands between quotes, escapes included; `None` when no complete one begins here.
    pub(super) fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.rest().strip_prefix('"')?;
        let length = quote_length(inner)?;
        self.at += length + 2;
        Some(&inner[..length])
    }

    /// The text that names a series: a name and labels in braces, or labels alone. Only its end is looked
    /// for here.
    pub(super) fn series(&mut self, blanks: bool) -> Result<&'a str, FormatError> {
        let start = self.at;
        self.identifier();
        let after_name = self.at;
        if blanks {
            self.eat_blanks();
        }
        if self.peek() == Some(b'{') {
            self.braces()?;
        } else {
            self.at = after_name;
            if start == after_name {
                return Err(self.expected("a metric"));
            }
        }
        Ok(&self.text[start..self.at])
    }

    /// Goes past braces and what is in them.
    pub(super) fn braces(&mut self) -> Result<&'a str, FormatError> {
        let start = self.at;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            match memchr::memchr3(b'"', b'}', b'\n', rest).map(|found| (found, rest[found])) {
                Some((found, b'}')) => {
                    self.at += found + 1;
                    return Ok(&self.text[start..self.at]);
                }
                Some((found, b'"')) => {
                    self.at += found;
                    if self.quoted().is_none() {
                        return Err(self.expected("a closing quote"));
                    }
                }
                _ => return Err(self.expected("a closing brace")),
            }
        }
    }
}

/// How long a text is up to its first quote that is not escaped.
fn quote_length(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Undoes `\\`, `\n` and `\"`; other backslashes stand for themselves.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    replace(text, true)
}

/// Undoes `\\` and `\n`, as in help texts of Prometheus's format.
pub(super) fn unescape_help(text: &str) -> Cow<'_, str> {
    replace(text, false)
}

fn replace(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (character, used) = match after.bytes().next() {
            Some(b'\\') => ('\\', 1),
            Some(b'n') => ('\n', 1),
            Some(b'"') if quotes => ('"', 1),
            _ => ('\\', 0),
        };
        plain.push(character);
        rest = &after[used..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
