//! Node: the error stands above its calls, the innermost first; causes are printed as properties.

use super::{Call, Raised, split_head, split_place};
use crate::fingerprint::Version;
use crate::short_text;

/// The errors, the root cause first.
pub fn read<'a>(version: Version, lines: &[&'a str]) -> Vec<Raised<'a>> {
    let mut raised: Vec<Raised<'a>> = Vec::new();
    let mut head: Option<Raised<'a>> = None;
    let mut members = false;
    for line in lines {
        let text = line.trim();
        if let Some(call) = text.strip_prefix("at ").and_then(call) {
            if let Some(begun) = head.take() {
                raised.push(begun);
            } else if raised.is_empty() {
                raised.push(Raised::default());
            }
            if let Some(last) = raised.last_mut() {
                last.calls.push(call);
            }
        } else if let Some(rest) = caused(text) {
            raised.extend(head.take());
            head = Some(thrown(version, rest).unwrap_or(Raised {
                message: rest,
                ..Raised::default()
            }));
        } else if raised.is_empty() && head.is_none() {
            head = thrown(version, text);
        } else if version >= Version::Two {
            if members && let Some(member) = thrown(version, text) {
                raised.extend(head.take());
                head = Some(Raised {
                    member: true,
                    ..member
                });
            }
            members |= text == "[errors]: [";
        }
    }
    raised.extend(head);
    raised.reverse();
    raised
}

fn caused(text: &str) -> Option<&str> {
    ["[cause]: ", "caused by: ", "Caused by: "]
        .iter()
        .find_map(|start| text.strip_prefix(start))
}

/// `TypeError [ERR_CODE]: message`
fn thrown(version: Version, text: &str) -> Option<Raised<'_>> {
    let text = text.strip_prefix("Uncaught ").unwrap_or(text);
    if version >= Version::Two
        && let Some((kind, rest)) = text
            .strip_prefix("DOMException [")
            .and_then(|rest| rest.split_once("]: "))
    {
        return Some(Raised {
            kind,
            message: rest.trim(),
            ..Raised::default()
        });
    }
    let name = text.find([':', ' ']).unwrap_or(text.len());
    let kind = &text[..name];
    let rest = text[name..].trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(code) => code.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let is_error = kind.ends_with("Error")
        || kind.ends_with("Exception")
        || (version >= Version::Two && kind == "error");
    if !is_error || split_head(kind).is_none() || !(rest.is_empty() || rest.starts_with(':')) {
        return None;
    }
    Some(Raised {
        kind,
        message: rest.trim_start_matches(':').trim(),
        ..Raised::default()
    })
}

/// `async fetch (/srv/app/fetch.js:10:5)`, or the place alone.
pub fn call(text: &str) -> Option<Call<'_>> {
    let text = text.strip_suffix(" {").unwrap_or(text);
    let text = text.strip_prefix("async ").unwrap_or(text);
    let (function, place) = match short_text::split_once(text, " (") {
        Some((function, rest)) => (function, rest.strip_suffix(')').unwrap_or(rest)),
        None => ("", text),
    };
    let built_in = ["<anonymous>", "native", "index "];
    if !place.contains(':') && !built_in.iter().any(|start| place.starts_with(start)) {
        return None;
    }
    let function = short_text::before(function, " [as ");
    let (file, line) = split_place(place);
    Some(Call {
        function,
        file,
        line,
        source: "",
    })
}
