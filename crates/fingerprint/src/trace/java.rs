//! Java and its relatives: the error stands above its calls, the innermost first; causes follow what they
//! caused, and leave out the calls that they share with it.

use super::{Call, Raised, split_head};
use crate::fingerprint::Version;
use crate::short_text;

/// The errors, the root cause first.
pub fn read<'a>(version: Version, lines: &[&'a str]) -> Vec<Raised<'a>> {
    let mut raised: Vec<Raised<'a>> = Vec::new();
    let mut head = Raised::default();
    // The indentation of an error that was suppressed, as long as its lines last.
    let mut suppressed: Option<usize> = None;
    let mut root_first = false;
    // Whether the calls are those of the coroutine that waits, which some runs print and others do not.
    let mut waiting = false;
    for line in lines {
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        if let Some(column) = suppressed {
            if indentation > column || text.is_empty() {
                continue;
            }
            suppressed = None;
        }
        if let Some(call) = text
            .strip_prefix("at ")
            .and_then(|text| call(version, text))
        {
            waiting |= version >= Version::Two && is_boundary(call.function);
            if waiting {
                continue;
            }
            match raised.last_mut() {
                Some(last) if head.kind.is_empty() => last.calls.push(call),
                _ => {
                    let mut begun = std::mem::take(&mut head);
                    begun.calls.push(call);
                    raised.push(begun);
                }
            }
        } else if text.starts_with("Suppressed:") {
            suppressed = Some(indentation);
        } else if let Some(rest) = caused(text) {
            waiting = false;
            root_first |= text.starts_with("Wrapped by");
            flush(&mut head, &mut raised);
            head = described(rest);
        } else if let Some(found) = thrown(text).filter(|_| raised.is_empty()) {
            head = found;
        }
    }
    flush(&mut head, &mut raised);
    if !root_first {
        raised.reverse();
    }
    raised
}

/// A cause that prints no calls of its own.
fn flush<'a>(head: &mut Raised<'a>, raised: &mut Vec<Raised<'a>>) {
    if !head.kind.is_empty() {
        raised.push(std::mem::take(head));
    }
}

fn caused(text: &str) -> Option<&str> {
    text.strip_prefix("Caused by: ")
        .or_else(|| text.strip_prefix("Wrapped by: "))
}

fn described(text: &str) -> Raised<'_> {
    let (kind, message) = split_head(text).unwrap_or((text, ""));
    Raised {
        kind,
        message,
        ..Raised::default()
    }
}

/// A line that says what was thrown: the dotted name of a class, and what it said.
fn thrown(text: &str) -> Option<Raised<'_>> {
    let text = match text.strip_prefix("Exception in thread \"") {
        Some(rest) => rest.split_once("\" ")?.1,
        None => text,
    };
    let found = described(text);
    let class = found.kind.rsplit('.').next()?;
    let is_class = class.starts_with(|c: char| c.is_ascii_uppercase())
        && split_head(text).is_some()
        && (found.kind.len() > class.len()
            || class.ends_with("Exception")
            || class.ends_with("Error"));
    is_class.then_some(found)
}

/// `java.base/java.util.ArrayList.get(ArrayList.java:427)`, with or without the archive behind it.
fn call(version: Version, text: &str) -> Option<Call<'_>> {
    let (function, rest) = text.split_once('(')?;
    // ` at [Source: (String)"…` goes on with a message.
    if version >= Version::Two && function.contains(' ') {
        return None;
    }
    let place = rest.split(')').next()?;
    let (file, line) = match place.split_once(':') {
        Some((file, line)) => (file, line.parse().ok()),
        None => (place, None),
    };
    let named = !matches!(
        file,
        "Native Method" | "Unknown Source" | "<generated>" | ""
    );
    Some(Call {
        function: without_module(function),
        file: if named { file } else { "" },
        line,
        source: "",
    })
}

/// What Kotlin puts between the calls of a coroutine and those of the one that waits for it.
fn is_boundary(function: &str) -> bool {
    function.starts_with("_COROUTINE._BOUNDARY") || function.starts_with("_COROUTINE._CREATION")
}

/// Without the class loader and the module, but with the `/` of hidden classes.
fn without_module(function: &str) -> &str {
    let class = short_text::find(function, "$$").unwrap_or(function.len());
    match function[..class].rfind('/') {
        Some(slash) => &function[slash + 1..],
        None => function,
    }
}
