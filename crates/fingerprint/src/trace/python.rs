//! Python: the error stands below its calls, the innermost of which is the last; chains are printed from
//! the root cause on, and exception groups are drawn as a tree.

use super::{Call, Raised, split_head};
use crate::short_text;

const HEADER: &str = "Traceback (most recent call last)";

pub fn is_header(text: &str) -> bool {
    text.starts_with(HEADER)
        || text.starts_with("Exception Group Traceback (most recent call last)")
}

/// The errors, the root cause first.
pub fn read<'a>(lines: &[&'a str]) -> Vec<Raised<'a>> {
    let mut raised = Vec::new();
    let mut open = Open::default();
    for line in lines {
        let (depth, text) = ungrouped(line);
        if is_header(text) {
            open.finish("", "", &mut raised);
            open = Open {
                begun: true,
                member: depth > 1,
                calls: Vec::new(),
            };
        } else if let Some(call) = text.trim_start().strip_prefix("File \"").and_then(call) {
            if !open.begun {
                open.calls.clear();
                open.begun = true;
                open.member = depth > 1;
            }
            open.calls.push(call);
        } else if text.starts_with([' ', '\t']) {
            open.source(text.trim());
        } else if open.begun && !text.is_empty() && !is_border(text) {
            let (kind, message) = split_head(text).unwrap_or(("", text));
            open.finish(kind, message, &mut raised);
        }
    }
    open.finish("", "", &mut raised);
    raised
}

/// A traceback that is being read.
#[derive(Default)]
struct Open<'a> {
    begun: bool,
    member: bool,
    calls: Vec<Call<'a>>,
}

impl<'a> Open<'a> {
    fn finish(&mut self, kind: &'a str, message: &'a str, raised: &mut Vec<Raised<'a>>) {
        let mut calls = std::mem::take(&mut self.calls);
        if self.begun && !(calls.is_empty() && kind.is_empty()) {
            calls.reverse();
            raised.push(Raised {
                kind,
                message,
                calls,
                site: None,
                member: self.member,
            });
        }
        self.begun = false;
    }

    fn source(&mut self, text: &'a str) {
        let marks = text.bytes().all(|byte| matches!(byte, b'~' | b'^' | b' '));
        if let Some(call) = self.calls.last_mut()
            && call.source.is_empty()
            && !marks
            && !text.starts_with("[Previous line repeated")
        {
            call.source = text;
        }
    }
}

/// `path", line 12, in function`
fn call(text: &str) -> Option<Call<'_>> {
    let (file, rest) = short_text::split_once(text, "\", line ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let function = rest[digits..].strip_prefix(", in ").unwrap_or_default();
    Some(Call {
        function: function.trim_end(),
        file,
        line: rest[..digits].parse().ok(),
        source: "",
    })
}

/// A line without the lines of the tree, and how deep it stands in that tree: 0 without one.
fn ungrouped(line: &str) -> (usize, &str) {
    let column = line.bytes().take_while(|byte| *byte == b' ').count();
    let rest = &line[column..];
    if column < 2 {
        return (0, line);
    }
    if let Some(text) = rest.strip_prefix('|') {
        return (column / 2, text.strip_prefix(' ').unwrap_or(text));
    }
    match rest.strip_prefix("+ ") {
        Some(text) if is_header(text) => (column / 2, text),
        _ if rest.starts_with("+-") => (column / 2, &rest[..0]),
        _ => (0, line),
    }
}

/// `+---------------- 1 ----------------`
fn is_border(text: &str) -> bool {
    text.starts_with("+-") || text.starts_with("---")
}
