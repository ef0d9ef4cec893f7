//! Go: a panic or fatal error, then goroutines, the one that failed first; or the stack that
//! `pkg/errors` prints below a message. The innermost call is the first.

use super::{Call, Raised, split_place};
use crate::short_text;

pub fn is_head(text: &str) -> bool {
    text.starts_with("panic: ")
        || text.starts_with("fatal error: ")
        || (text.starts_with("goroutine ") && text.trim_end().ends_with("]:"))
}

/// The error of the goroutine that failed.
pub fn read<'a>(lines: &[&'a str]) -> Vec<Raised<'a>> {
    let mut found = Raised::default();
    let mut in_goroutine = false;
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        if let Some(rest) = line
            .strip_prefix("panic: ")
            .filter(|_| found.kind.is_empty())
        {
            (found.kind, found.message) = said(rest);
        } else if let Some((_, rest)) = short_text::split_once(line, "panic serving ")
            && !in_goroutine
        {
            // What net/http logs of a handler: whom it served, then what was said.
            (found.kind, found.message) =
                said(rest.split_once(": ").map_or(rest, |(_, said)| said));
        } else if let Some(rest) = line.strip_prefix("fatal error: ") {
            (found.kind, found.message) = ("fatal error", rest);
        } else if line.starts_with("goroutine ") {
            if in_goroutine {
                break;
            }
            in_goroutine = true;
            found.calls.clear();
        } else if let Some(place) = lines.get(index).and_then(|next| next.strip_prefix('\t')) {
            index += 1;
            if line.starts_with("created by ") {
                break;
            }
            if line.starts_with("panic(") {
                // What stands above has recovered the panic, and is not where it comes from.
                found.calls.clear();
            }
            found.calls.push(call(line, place));
        } else if !found.calls.is_empty() && !line.starts_with("...") {
            // A blank line ends the goroutine, and another message the stack of an error.
            if in_goroutine || !line.is_empty() {
                break;
            }
        }
    }
    found.message = found
        .message
        .split(" [recovered")
        .next()
        .unwrap_or_default();
    vec![found]
}

/// The kind of a panic, and its text.
fn said(text: &str) -> (&str, &str) {
    match text.strip_prefix("runtime error: ") {
        Some(message) => ("runtime error", message),
        None => ("panic", text),
    }
}

fn call<'a>(function: &'a str, place: &'a str) -> Call<'a> {
    let function = match function.rfind('(') {
        Some(open) if function.ends_with(')') => &function[..open],
        _ => function,
    };
    let (file, line) = split_place(short_text::before(place, " +0x").trim());
    Call {
        function,
        file,
        line,
        source: "",
    }
}
