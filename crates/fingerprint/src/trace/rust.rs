//! Rust: the place and message of a panic, numbered calls from the innermost on, and the chain of causes
//! that an error prints with its report.

use super::{Call, Raised, split_head, split_place};
use crate::fingerprint::Version;
use crate::short_text;

/// How the report of an error begins that a program ends with.
const REPORT: &str = "Error:";

/// Whether a line begins or belongs to a report without calls: of an error with its causes, or of a stack
/// that was too deep.
pub fn is_head(text: &str, next: Option<&&str>) -> bool {
    text.trim_end() == "Caused by:"
        || overflowed(text)
        || (text.trim_end() == REPORT
            && next.is_some_and(|next| next.trim_start().starts_with("0: ")))
}

/// `thread 'main' has overflowed its stack`
fn overflowed(text: &str) -> bool {
    text.starts_with("thread ") && text.trim_end().ends_with(" has overflowed its stack")
}

/// Where a thread says that it panicked, and what it says on the same line.
pub fn panic_site(text: &str) -> Option<(Call<'_>, &str)> {
    let (_, rest) = text
        .strip_prefix("thread '")
        .or_else(|| text.strip_prefix("thread <unnamed>"))?
        .split_once("panicked at ")?;
    // Until 1.72 the message stood before the place, in quotes.
    let (message, place) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted.rsplit_once("', ")?,
        None => ("", rest.trim_end_matches(':')),
    };
    let (file, line) = split_place(place);
    let site = Call {
        file,
        line,
        ..Call::default()
    };
    Some((site, message))
}

/// Whether `  3: name` is a call: with a path, or with a place on the next line.
pub fn is_frame(text: &str, next: Option<&&str>) -> bool {
    frame(text, next).is_some()
}

/// The name of a call.
fn frame<'a>(text: &'a str, next: Option<&&str>) -> Option<&'a str> {
    numbered(text).filter(|name| {
        next.is_some_and(|next| next.trim_start().starts_with("at "))
            || ((name.starts_with('<') || !name.contains(' ')) && has_path(name))
            || short_text::contains(text, ": 0x")
            || short_text::contains(text, ":     0x")
    })
}

/// Whether there is a `::`.
fn has_path(name: &str) -> bool {
    short_text::contains(name, "::")
}

/// The name behind a call's number and, in full reports, its address.
fn numbered(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(": ").filter(|_| digits > 0)?;
    let name = rest.trim();
    match name
        .strip_prefix("0x")
        .and_then(|rest| short_text::split_once(rest, " - "))
    {
        Some((_, name)) => Some(name),
        None => Some(name),
    }
}

/// The errors, the root cause first.
pub fn read<'a>(version: Version, lines: &[&'a str]) -> Vec<Raised<'a>> {
    let mut report = Report::default();
    if version >= Version::Two {
        return report.read(lines);
    }
    for (index, line) in lines.iter().enumerate() {
        report.line(line, lines.get(index + 1));
    }
    report.finish()
}

#[derive(Default)]
struct Report<'a> {
    first: Raised<'a>,
    causes: Vec<Raised<'a>>,
    /// Whether the next line is what a panic said.
    panicked: bool,
    /// Whether causes are being listed.
    listing: bool,
    /// Whether they are numbered from the error itself on.
    from_itself: bool,
    /// Whether the next line says where the error was made.
    located: bool,
}

impl<'a> Report<'a> {
    /// As [`line`](Self::line) for each line, and the reports of `eyre`, whose list of causes begins with
    /// the error itself and ends with a place.
    fn read(mut self, lines: &[&'a str]) -> Vec<Raised<'a>> {
        for (index, line) in lines.iter().enumerate() {
            let text = line.trim();
            let has_calls = !self.first.calls.is_empty();
            if std::mem::take(&mut self.located) {
                let (file, line) = split_place(text);
                self.first.site = Some(Call {
                    file,
                    line,
                    ..Call::default()
                });
            } else if has_calls || self.panicked {
                self.line(line, lines.get(index + 1));
            } else if overflowed(text) {
                (self.first.kind, self.first.message) = ("panic", "stack overflow");
            } else if text == REPORT {
                self.from_itself = true;
            } else if text == "Location:" {
                (self.listing, self.from_itself, self.located) = (false, false, true);
            } else if self.from_itself
                && let Some(said) = numbered(text)
            {
                self.listing = true;
                match text.starts_with("0: ") {
                    true => (self.first.kind, self.first.message) = split_kind(said),
                    false => self.cause(said),
                }
            } else if let Some(said) = text.strip_prefix("Error: ")
                && self.first.site.is_none()
            {
                // What stands above is what the logger said.
                (self.first.kind, self.first.message) = split_kind(said);
            } else {
                self.line(line, lines.get(index + 1));
            }
        }
        self.finish()
    }

    fn line(&mut self, line: &'a str, next: Option<&&'a str>) {
        let text = line.trim();
        if std::mem::take(&mut self.panicked) {
            self.first.message = text;
            return;
        }
        if let Some((site, message)) = panic_site(text) {
            // A second panic comes while the first is told of.
            if self.first.site.is_none() {
                (self.first.kind, self.first.message) = ("panic", message);
                self.first.site = Some(site);
                self.panicked = message.is_empty();
            }
        } else if let Some(name) = frame(text, next) {
            self.listing = false;
            self.call(name);
        } else if let Some(place) = text.strip_prefix("at ") {
            if let Some(last) = self.first.calls.last_mut()
                && last.file.is_empty()
            {
                (last.file, last.line) = split_place(place);
            }
        } else if let Some(rest) = text.strip_prefix("caused by: ") {
            self.cause(rest);
        } else if text == "Caused by:" {
            self.listing = true;
        } else if self.listing && !text.is_empty() {
            self.cause(numbered(text).unwrap_or(text));
        } else if !self.first.calls.is_empty() && line.starts_with(' ') && has_path(text) {
            // What was inlined has no number.
            self.call(text);
        } else {
            self.head(text);
        }
    }

    fn head(&mut self, text: &'a str) {
        self.listing &= !text.is_empty();
        if self.first.calls.is_empty()
            && self.first.kind.is_empty()
            && self.first.message.is_empty()
        {
            (self.first.kind, self.first.message) = split_kind(text);
        }
    }

    fn call(&mut self, name: &'a str) {
        self.first.calls.push(Call {
            function: name,
            ..Call::default()
        });
    }

    fn cause(&mut self, text: &'a str) {
        let (kind, message) = split_kind(text);
        self.causes.push(Raised {
            kind,
            message,
            ..Raised::default()
        });
    }

    fn finish(self) -> Vec<Raised<'a>> {
        let mut raised = self.causes;
        raised.reverse();
        raised.push(self.first);
        raised
    }
}

/// `path::Kind: message`; a text alone has no type.
fn split_kind(text: &str) -> (&str, &str) {
    match split_head(text) {
        Some((kind, message)) if !message.is_empty() && is_name(kind) => (kind, message),
        _ => ("", text),
    }
}

/// Whether it is a type's name, and not the first word of a message.
fn is_name(kind: &str) -> bool {
    let last = kind.rsplit("::").next().unwrap_or(kind);
    last.starts_with(|c: char| c.is_ascii_uppercase())
}
