//! Messages without what varies, since the second version: beside the values that have a form of their own,
//! objects and lists as wholes, texts in the quotes of other languages, values behind names such as
//! `user=`, and counts with what is counted in the singular. A status of HTTP is no value, and a quoted cause
//! is a message itself.

use std::ops::Range;

use swarmscope_parameters::{Kind, Parameter};

use super::message::{PLACEHOLDER, first_line, head_of, push_placeholder, push_words};
use super::{code, joined};
use crate::fingerprint::Version;

/// Units that a value may be given in, now this, now that.
const UNITS: [&str; 30] = [
    "B",
    "KB",
    "MB",
    "GB",
    "TB",
    "KiB",
    "MiB",
    "GiB",
    "byte",
    "bytes",
    "ms",
    "s",
    "us",
    "µs",
    "ns",
    "sec",
    "secs",
    "second",
    "seconds",
    "min",
    "mins",
    "minute",
    "minutes",
    "h",
    "hour",
    "hours",
    "day",
    "days",
    "millisecond",
    "milliseconds",
];
/// Words before a quoted text that is a message of somebody else.
const CAUSES: [&str; 11] = [
    "message", "msg", "err", "reason", "error", "cause", "desc", "detail", "details", "because",
    "said",
];
/// Names of which the value tells what went wrong; that of any other is one of many.
const TELLING: [&str; 24] = [
    "status",
    "code",
    "error",
    "err",
    "reason",
    "cause",
    "op",
    "operation",
    "event",
    "event_type",
    "type",
    "kind",
    "level",
    "severity",
    "method",
    "action",
    "msg",
    "message",
    "signal",
    "errno",
    "exception",
    "class",
    "stage",
    "step",
];
/// Words before a quoted name that is one of the program's own and not a value: `no attribute 'text'`.
const PROGRAMS: [&str; 17] = [
    "attribute",
    "module",
    "column",
    "relation",
    "constraint",
    "table",
    "field",
    "property",
    "argument",
    "arguments",
    "parameter",
    "variable",
    "function",
    "method",
    "named",
    "name",
    "import",
];
/// What the names of functions begin with that have to do with an agent.
const VERBS: [&str; 20] = [
    "add",
    "call",
    "claim",
    "create",
    "delete",
    "deregister",
    "drain",
    "find",
    "get",
    "has",
    "is",
    "kill",
    "load",
    "new",
    "register",
    "remove",
    "run",
    "spawn",
    "start",
    "stop",
];
/// Quotes of other languages, and what closes them.
const QUOTES: [(char, [char; 2]); 5] = [
    ('„', ['“', '”']),
    ('“', ['”', '”']),
    ('«', ['»', '»']),
    ('»', ['«', '«']),
    ('‘', ['’', '’']),
];
/// How deep a quoted cause is followed.
const MAX_DEPTH: u8 = 3;

/// A message with one placeholder for everything that varies, and for a list of it.
pub fn template(version: Version, message: &str) -> String {
    let template = template_by(version, message);
    match version {
        Version::One | Version::Two => template,
        Version::Three => joined::joined(&template),
    }
}

fn template_by(version: Version, message: &str) -> String {
    let line = first_line(message);
    let mut out = String::with_capacity(line.len());
    match line.contains(QUOTES.map(|(open, _)| open)) {
        true => push(version, &without_quotations(line), 0, &mut out),
        false => push(version, line, 0, &mut out),
    }
    if out.contains("_agent") {
        out = without_agents(&out);
    }
    if out.contains(['[', '{', '(', '=']) || out.contains("lookup ") {
        return with_wholes(&out);
    }
    out
}

/// The part of a message that the program's author wrote for certain.
pub fn head(version: Version, message: &str) -> String {
    head_of(&template(version, message))
}

fn push(version: Version, line: &str, depth: u8, out: &mut String) {
    let mut written = 0;
    let mut parameters = swarmscope_parameters::find(line).peekable();
    while let Some(parameter) = parameters.next() {
        push_words(&line[written..parameter.range.start], out);
        let next = parameters
            .peek()
            .map_or(line.len(), |next| next.range.start);
        written = push_parameter(version, &line[..next], &parameter, depth, out);
    }
    push_words(&line[written..], out);
}

/// Of a line up to its next parameter; gives where it goes on.
fn push_parameter(
    version: Version,
    line: &str,
    parameter: &Parameter,
    depth: u8,
    out: &mut String,
) -> usize {
    let range = parameter.range.clone();
    let text = &line[range.clone()];
    match parameter.kind {
        Kind::Quoted if depth < MAX_DEPTH && is_cause(&line[..range.start]) => {
            push(version, &text[1..text.len() - 1], depth + 1, out);
            range.end
        }
        Kind::Quoted if is_programs(line, &range) => {
            out.push_str(text);
            range.end
        }
        Kind::Number if code::is_status(version, line, range.start, range.end) => {
            out.push_str(text);
            range.end
        }
        Kind::Number => {
            push_placeholder(out);
            let behind = &line[range.end..];
            match counted(behind) {
                Some(word) if UNITS.contains(&word) => range.end + 1 + word.len(),
                Some(word) => range.end + push_singular(word, &behind[1 + word.len()..], out),
                None => range.end,
            }
        }
        _ => {
            push_placeholder(out);
            range.end
        }
    }
}

fn is_cause(before: &str) -> bool {
    CAUSES.contains(&last_word(before.trim_end_matches([' ', ':', '='])))
}

/// Whether a quoted text names a part of the program: it says so, or it is all that the message has, as of
/// Python's `KeyError`. Words with digits are ids.
fn is_programs(line: &str, range: &Range<usize>) -> bool {
    let name = &line[range.start + 1..range.end - 1];
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-' | b'/'));
    if !is_name {
        return false;
    }
    let (before, behind) = (&line[..range.start], line[range.end..].trim_start());
    let before = before.trim_end_matches([' ', ':']);
    let word = last_word(before);
    let named = match word {
        // `No module named 'a'`, but `no tool named 'a'`.
        "named" => before.ends_with("module named"),
        _ => PROGRAMS.contains(&word),
    };
    // `'NoneType' object has no …`
    named || behind.starts_with("object ") || (before.is_empty() && behind.is_empty())
}

fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| {
            at + text[at..].chars().next().map_or(1, char::len_utf8)
        });
    &text[start..]
}

/// The word behind a number.
fn counted(behind: &str) -> Option<&str> {
    let rest = behind.strip_prefix(' ')?;
    let end = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let goes_on = rest[end..].starts_with(|c: char| c.is_numeric() || matches!(c, '_' | '-'));
    (end > 0 && !goes_on).then(|| &rest[..end])
}

/// Appends a word that is counted as if there were one, with its verb; gives how much of the text that was.
fn push_singular(word: &str, behind: &str, out: &mut String) -> usize {
    out.push(' ');
    let is_plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    match word {
        _ if !is_plural => out.push_str(word),
        _ if word.ends_with("ies") => {
            out.push_str(&word[..word.len() - 3]);
            out.push('y');
        }
        _ if ["ches", "shes", "sses", "xes"]
            .iter()
            .any(|end| word.ends_with(end)) =>
        {
            out.push_str(&word[..word.len() - 2]);
        }
        _ => out.push_str(&word[..word.len() - 1]),
    }
    let verbs = [(" are ", " is"), (" were ", " was"), (" have ", " has")];
    let verb = verbs.iter().find(|(many, _)| behind.starts_with(many));
    let Some((many, one)) = verb else {
        return 1 + word.len();
    };
    out.push_str(one);
    // The space behind it stays.
    word.len() + many.len()
}

/// The template with a placeholder for each agent, which are named `writing_agent` where they have no number.
/// A function that does something to one begins with a verb.
fn without_agents(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    for piece in template.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
        let word = piece.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let named = word.strip_suffix("_agent").filter(|role| {
            let verb = role.split('_').next().unwrap_or_default();
            !role.is_empty() && !VERBS.contains(&verb)
        });
        match named {
            Some(_) => {
                push_placeholder(&mut out);
                out.push_str(&piece[word.len()..]);
            }
            None => out.push_str(piece),
        }
    }
    out
}

/// The template with one placeholder for each object, list and named value.
fn with_wholes(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let whole = match c {
            '<' if rest.starts_with(PLACEHOLDER) => Some(PLACEHOLDER.len()),
            '[' | '{' | '(' => collection(rest),
            '=' => named(rest, &out),
            _ if out.ends_with("lookup ") => rest.find([' ', ':']),
            _ => None,
        };
        let Some(length) = whole else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = &rest[length..];
        match c {
            // Rows of a statement: as many as there are.
            '(' if out.ends_with("(<*>), ") => out.truncate(out.len() - ", ".len()),
            '(' => out.push_str("(<*>)"),
            '=' => out.push_str("=<*>"),
            _ => push_placeholder(&mut out),
        }
        // Go's resolver says whom it asked, or does not.
        if out.ends_with("lookup <*>") && rest.starts_with(" on <*>") {
            rest = &rest[" on <*>".len()..];
        }
    }
    out
}

/// How long the object, list or tuple is with which a text begins: one of values alone, of any depth. An
/// empty tuple is a call's.
fn collection(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        let rest = &text[place..];
        let word = [
            "<*>", "null", "NULL", "true", "false", "None", "True", "False",
        ]
        .iter()
        .find(|word| rest.starts_with(**word));
        place += match (c, word) {
            ('[' | '{' | '(', _) => {
                depth += 1;
                1
            }
            (']' | '}' | ')', _) => {
                depth -= 1;
                1
            }
            (' ' | ',' | ':' | '.' | '-' | '"' | '\'' | '…', _) => c.len_utf8(),
            (_, Some(word)) => word.len(),
            _ => return None,
        };
        if depth == 0 {
            return (&text[..place] != "()").then_some(place);
        }
    }
    None
}

/// A text whose quotations of other languages are empty ones in quotes of programs.
fn without_quotations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = quotation(rest, c);
        match length {
            Some(_) => out.push_str("\"\""),
            None => out.push(c),
        }
        rest = &rest[length.unwrap_or(c.len_utf8())..];
    }
    out
}

/// How long the quotation is with which a text begins.
fn quotation(text: &str, open: char) -> Option<usize> {
    let (_, close) = QUOTES.iter().find(|(quote, _)| *quote == open)?;
    let inner = &text[open.len_utf8()..];
    let end = inner.find(close)?;
    let closing = inner[end..].chars().next()?;
    Some(open.len_utf8() + end + closing.len_utf8())
}

/// How long a `=` and the value behind it are, where the name before it does not tell what went wrong.
fn named(rest: &str, written: &str) -> Option<usize> {
    let name = last_word(written);
    let value = &rest[1..];
    let end = value
        .find([' ', ',', ';', ')', ']', '}', '&'])
        .unwrap_or(value.len());
    let is_value = !name.is_empty() && !TELLING.contains(&name) && !value.starts_with('=');
    // `==`, `a = b` and the end of a line have none.
    (is_value && end > 0).then_some(1 + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_many_forms_are_one_placeholder() {
        for (message, expected) in [
            ("bad: {\"id\": 5, \"a\": [1, null]}", "bad: <*>"),
            ("bad: {}", "bad: <*>"),
            ("skills: []", "skills: <*>"),
            ("skills: ['a', 'b']", "skills: <*>"),
            ("[Errno 28] No space", "[Errno <*>] No space"),
            (
                "Os { code: 28, kind: Full }",
                "Os { code: <*>, kind: Full }",
            ),
            ("1 task failed", "<*> task failed"),
            ("3 tasks failed", "<*> task failed"),
            ("2 entries are bad", "<*> entry is bad"),
            ("1 entry is bad", "<*> entry is bad"),
            ("after 1 second", "after <*>"),
            ("after 2.5 seconds", "after <*>"),
            ("5 process ids", "<*> process ids"),
            ("GET http://a/1 returned 404", "GET <*> returned 404"),
            ("returned 404 rows", "returned <*> row"),
            ("op=x status=503 in 5ms", "op=x status=503 in <*>"),
            ("login of user=alice failed", "login of user=<*> failed"),
            ("login of user=7 failed", "login of user=<*> failed"),
            ("x == y, a = b, c=", "x == y, a = b, c="),
            ("reason=timeout bucket=a/b", "reason=timeout bucket=<*>"),
            (
                "no attribute 'text' in 'text'",
                "no attribute 'text' in <*>",
            ),
            ("'customer_id'", "'customer_id'"),
            ("'task_7'", "<*>"),
            (
                "VALUES (1, 'a', NULL), (2, 'b', NULL) failed",
                "VALUES (<*>) failed",
            ),
            ("run() failed", "run() failed"),
            ("<Response [503]>", "<Response [503]>"),
            ("no reply of fact_checking_agent.", "no reply of <*>."),
            ("create_agent failed", "create_agent failed"),
            ("„Bericht 2“ fehlt", "<*> fehlt"),
            (
                "it said: reason \"lease of 5 lost\"",
                "it said: reason lease of <*> lost",
            ),
            ("no tool \"lease of 5 lost\"", "no tool <*>"),
            (
                "lookup a.example.org on 10.0.0.2:53: no such host",
                "lookup <*>: no such host",
            ),
            ("lookup db: no such host", "lookup <*>: no such host"),
            ("{ä", "{ä"),
        ] {
            assert_eq!(template(Version::Two, message), expected, "{message}");
        }
    }
}
