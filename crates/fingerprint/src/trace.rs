//! Tracebacks of five languages as the calls that they print. Never judges them: what is the
//! application's own and what counts is for the algorithms.
//!
//! Lines that are not understood are passed over, so that a traceback that was cut, wrapped or mixed with
//! other output still gives what it has.

mod go;
mod java;
mod node;
mod python;
mod rust;

use crate::document::ErrorDocument;
use crate::fingerprint::Version;
use crate::short_text;

/// Lines of a traceback that are looked at. Twice what a collector keeps; an endless recursion has been
/// told of long before.
const MAX_LINES: usize = 2 * swarmscope_model::limits::MAX_TRACEBACK_LINES;
/// Lines of a message in which a traceback may begin.
const MAX_LEADING_LINES: usize = 30;

/// Whose way of writing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    Rust,
    Java,
    Go,
    Node,
}

/// One call as it was printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Call<'a> {
    pub function: &'a str,
    pub file: &'a str,
    pub line: Option<u32>,
    /// The line of source that Python prints.
    pub source: &'a str,
}

/// One error of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raised<'a> {
    /// Its type; empty if it was not printed.
    pub kind: &'a str,
    /// The first line of what it said.
    pub message: &'a str,
    /// The innermost first.
    pub calls: Vec<Call<'a>>,
    /// Where a panic says that it happened.
    pub site: Option<Call<'a>>,
    /// Whether it is one of the errors that an exception group holds.
    pub member: bool,
}

/// A traceback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace<'a> {
    pub language: Language,
    /// The root cause first, what a program reported last; never empty.
    pub raised: Vec<Raised<'a>>,
}

/// The traceback of a document: its own, or one that stands in its messages.
pub fn of_document<'a>(version: Version, document: &'a ErrorDocument<'_>) -> Option<Trace<'a>> {
    if document.traceback.is_empty() {
        return [&document.message, &document.error_message]
            .into_iter()
            .find_map(|text| within(version, text));
    }
    let mut lines: Vec<&str> = Vec::with_capacity(document.traceback.len());
    for piece in &document.traceback {
        push_lines(piece, &mut lines);
    }
    read(version, &lines, MAX_LINES)
}

fn push_lines<'a>(piece: &'a str, lines: &mut Vec<&'a str>) {
    let mut rest = piece;
    while lines.len() < MAX_LINES {
        let end = memchr::memchr(b'\n', rest.as_bytes());
        let line = &rest[..end.unwrap_or(rest.len())];
        lines.push(line.trim_end_matches('\r'));
        match end {
            // What ends a line begins none.
            Some(end) if end + 1 < rest.len() => rest = &rest[end + 1..],
            _ => return,
        }
    }
}

/// The traceback in a text of several lines.
pub fn within(version: Version, text: &str) -> Option<Trace<'_>> {
    if !text.contains('\n') {
        return None;
    }
    let mut lines = Vec::new();
    push_lines(text, &mut lines);
    read(version, &lines, MAX_LEADING_LINES)
}

fn read<'a>(version: Version, lines: &[&'a str], leading: usize) -> Option<Trace<'a>> {
    let language = language(version, lines, leading)?;
    let raised = match language {
        Language::Python => python::read(lines),
        Language::Rust => rust::read(version, lines),
        Language::Java => java::read(version, lines),
        Language::Go => go::read(lines),
        Language::Node => node::read(version, lines),
    };
    (!raised.is_empty()).then_some(Trace { language, raised })
}

/// Who wrote these lines, by the first one that only one language writes.
fn language(version: Version, lines: &[&str], leading: usize) -> Option<Language> {
    for (index, line) in lines.iter().take(leading).enumerate() {
        let text = line.trim_start_matches([' ', '\t', '|', '+']);
        let found = match text.as_bytes().first() {
            Some(b'T') if python::is_header(text) => Some(Language::Python),
            Some(b'F') if text.starts_with("File \"") => Some(Language::Python),
            // Where in a source of JSON something is wrong, as Jackson says.
            Some(b'a') if version >= Version::Two && text.starts_with("at [") => None,
            Some(b'a') if text.starts_with("at ") => of_at(&text[3..]),
            Some(b't') if rust::panic_site(text).is_some() => Some(Language::Rust),
            Some(b't' | b'C' | b'E')
                if version >= Version::Two && rust::is_head(text, lines.get(index + 1)) =>
            {
                Some(Language::Rust)
            }
            Some(b's' | b'S') if text[1..].starts_with("tack backtrace:") => Some(Language::Rust),
            Some(b'c') if text.starts_with("caused by: ") => Some(Language::Rust),
            Some(b'g' | b'p' | b'f') if go::is_head(text) => Some(Language::Go),
            Some(b'0'..=b'9') if rust::is_frame(text, lines.get(index + 1)) => Some(Language::Rust),
            Some(b'/') if line.starts_with('\t') && text.contains(".go:") => Some(Language::Go),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Java writes no space before its parenthesis; Node does, or has none.
fn of_at(call: &str) -> Option<Language> {
    match call.find('(') {
        Some(open) if open > 0 && !call[..open].ends_with(' ') => Some(Language::Java),
        _ => node::call(call).map(|_| Language::Node),
    }
}

/// `Type: message` cut at its first colon, when what stands before it may be a type.
fn split_head(head: &str) -> Option<(&str, &str)> {
    let (kind, message) =
        short_text::split_once(head, ": ").unwrap_or((head.trim_end_matches(':'), ""));
    is_type(kind).then(|| (kind, message.trim()))
}

fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$' | '<'))
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '<' | '>' | ':'))
}

/// `path:12` or `path:12:5` as path and line.
fn split_place(place: &str) -> (&str, Option<u32>) {
    let number = |text: &str| -> Option<u32> { text.parse().ok() };
    let Some((rest, last)) = place.rsplit_once(':') else {
        return (place, None);
    };
    let Some(last) = number(last) else {
        return (place, None);
    };
    match rest.rsplit_once(':') {
        Some((path, line)) if number(line).is_some() => (path, number(line)),
        _ => (rest, Some(last)),
    }
}

#[cfg(test)]
mod tests;
