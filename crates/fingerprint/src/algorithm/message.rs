//! Messages and types without what varies.

use std::borrow::Cow;

use super::names;
use crate::fingerprint::Version;
use crate::short_text;

/// Bytes of a message that count: what comes behind is data.
const MAX_BYTES: usize = 400;
/// What every variable part becomes: of which kind it is may differ from one error to the next.
pub const PLACEHOLDER: &str = "<*>";

/// The first line that says something.
pub fn first_line(message: &str) -> &str {
    let line = message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let line = short_text::before(line, "; nested exception is ");
    cut(line, MAX_BYTES)
}

/// A message with placeholders that say what they stand for.
pub fn readable(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    swarmscope_parameters::replaced(first_line(message), &mut out);
    out
}

/// Units that a value may be given in, now this, now that.
const UNITS: [&str; 17] = [
    "B", "KB", "MB", "GB", "KiB", "MiB", "GiB", "bytes", "ms", "s", "us", "µs", "seconds",
    "minutes", "hours", "min", "h",
];

/// A message with one placeholder for everything that varies, and for a list of it.
pub fn template(message: &str) -> String {
    let line = first_line(message);
    let mut out = String::with_capacity(line.len());
    let mut written = 0;
    for parameter in swarmscope_parameters::find(line) {
        push_words(&line[written..parameter.range.start], &mut out);
        push_placeholder(&mut out);
        written = parameter.range.end + unit(&line[parameter.range.end..]);
    }
    push_words(&line[written..], &mut out);
    out
}

/// How long the unit is with which a text begins.
fn unit(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(' ') else {
        return 0;
    };
    let word = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    if UNITS.contains(&&rest[..word]) {
        1 + word
    } else {
        0
    }
}

/// A list of any length is one placeholder.
pub fn push_placeholder(out: &mut String) {
    let before = out.trim_end_matches([' ', ',', ';', '-', ':', '/', '.', '=']);
    if before.ends_with(PLACEHOLDER) {
        let length = before.len();
        out.truncate(length);
    } else {
        out.push_str(PLACEHOLDER);
    }
}

pub fn push_words(text: &str, out: &mut String) {
    let mut after_space = out.is_empty() || out.ends_with(' ');
    for c in text.chars() {
        if c.is_whitespace() {
            if !after_space {
                out.push(' ');
            }
            after_space = true;
        } else {
            out.push(c);
            after_space = false;
        }
    }
}

/// The part of a message that the program's author wrote for certain: up to a colon or parenthesis,
/// behind which other programs' words come.
pub fn head(message: &str) -> String {
    head_of(&template(message))
}

/// The same of a template.
pub fn head_of(template: &str) -> String {
    // What a program says of its assertion stands behind what the language says of it.
    let begin = match template.find(" failed: ") {
        Some(at) if template.starts_with("assertion ") => at + " failed: ".len(),
        _ => 0,
    };
    let end = [": ", " (", " - "]
        .iter()
        .filter_map(|mark| template[begin..].find(mark))
        .map(|at| begin + at)
        .filter(|at| *at > 0)
        .min()
        .unwrap_or(template.len());
    template[..end]
        .trim_end_matches(['.', ':', ' ', '!'])
        .to_owned()
}

/// Go's types of errors that are a text, perhaps with another error within.
const GO_ERRORS: [&str; 8] = [
    "errorString",
    "fundamental",
    "joinError",
    "withMessage",
    "withStack",
    "wrapError",
    "wrapErrors",
    "multierror",
];

/// A type's name without the path to it; with its last element when the name itself says nothing.
pub fn short_type(kind: &str) -> &str {
    let kind = kind.split(['<', '(', ' ']).next().unwrap_or(kind);
    let start = |text: &str| text.rfind(['.', ':']).map_or(0, |at| at + 1);
    let short = &kind[start(kind)..];
    if !matches!(short, "Error" | "Exception" | "ErrorKind") {
        return short;
    }
    let path = kind[..kind.len() - short.len()].trim_end_matches(['.', ':']);
    if path == "__main__" {
        return short;
    }
    &kind[start(path)..]
}

/// One name for a type that versions of a runtime or library call differently, and for those of errors
/// that only hold others.
pub fn one_name(kind: &str) -> &str {
    match kind {
        "timeout" => "TimeoutError",
        "IOError" | "EnvironmentError" => "OSError",
        "anyhow::Error" | "Report" | "eyre::Report" => "Error",
        _ => kind,
    }
}

/// The name that a type is known by: without its path, and since the third version without ids and with one
/// name for those that Go gives what is made of a text.
pub fn type_name(version: Version, kind: &str) -> Cow<'_, str> {
    let short = short_type(kind);
    match version {
        Version::One => Cow::Borrowed(short),
        Version::Two => Cow::Borrowed(one_name(short)),
        Version::Three if GO_ERRORS.contains(&short) && kind.starts_with('*') => {
            Cow::Borrowed("error")
        }
        Version::Three => names::without_ids(one_name(short)),
    }
}

/// Whether a word is a parameter as a whole.
pub fn is_parameter(word: &str) -> bool {
    swarmscope_parameters::find(word)
        .next()
        .is_some_and(|found| found.range == (0..word.len()))
}

fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    &text[..text.floor_char_boundary(most)]
}
