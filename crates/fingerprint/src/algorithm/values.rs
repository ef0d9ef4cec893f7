//! Messages without what varies, since the second version: beside the values that have a form of their own,
//! objects and lists as wholes, texts in the quotes of other languages, values behind names such as
//! `user=`, and counts with what is counted in the singular. A status of HTTP is no value, and a quoted cause
//! is a message itself.

use swarmscope_parameters::{Kind, Parameter};

use super::code;
use super::message::{PLACEHOLDER, first_line, head_of, push_placeholder, push_words};

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
const CAUSES: [&str; 9] = [
    "message", "reason", "error", "cause", "desc", "detail", "details", "because", "said",
];
/// Names of which the value is one of many.
const NAMES: [&str; 16] = [
    "user=",
    "username=",
    "host=",
    "hostname=",
    "agent=",
    "agent_name=",
    "worker=",
    "node=",
    "pod=",
    "tenant=",
    "customer=",
    "account=",
    "session=",
    "container=",
    "task=",
    "job=",
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
pub fn template(message: &str) -> String {
    let line = first_line(message);
    let mut out = String::with_capacity(line.len());
    match line.contains(QUOTES.map(|(open, _)| open)) {
        true => push(&without_quotations(line), 0, &mut out),
        false => push(line, 0, &mut out),
    }
    if out.contains("_agent") {
        out = without_agents(&out);
    }
    if out.contains(['[', '{', '=']) || out.contains("lookup ") {
        return with_wholes(&out);
    }
    out
}

/// The part of a message that the program's author wrote for certain.
pub fn head(message: &str) -> String {
    head_of(&template(message))
}

fn push(line: &str, depth: u8, out: &mut String) {
    let mut written = 0;
    let mut parameters = swarmscope_parameters::find(line).peekable();
    while let Some(parameter) = parameters.next() {
        push_words(&line[written..parameter.range.start], out);
        let next = parameters
            .peek()
            .map_or(line.len(), |next| next.range.start);
        written = push_parameter(&line[..next], &parameter, depth, out);
    }
    push_words(&line[written..], out);
}

/// Of a line up to its next parameter; gives where it goes on.
fn push_parameter(line: &str, parameter: &Parameter, depth: u8, out: &mut String) -> usize {
    let range = parameter.range.clone();
    let text = &line[range.clone()];
    match parameter.kind {
        Kind::Quoted if depth < MAX_DEPTH && is_cause(&line[..range.start]) => {
            push(&text[1..text.len() - 1], depth + 1, out);
            range.end
        }
        Kind::Number if code::is_status(line, range.start, range.end) => {
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
    let before = before.trim_end_matches([' ', ':', '=']);
    let start = before
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    CAUSES.contains(&&before[start..])
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
            '[' | '{' => collection(rest),
            _ => None,
        };
        let Some(length) = whole else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            if c == '=' {
                rest = &rest[named(rest, &out)..];
                if NAMES.iter().any(|name| ends_with_word(&out, name)) {
                    out.push_str(PLACEHOLDER);
                }
            }
            continue;
        };
        push_placeholder(&mut out);
        rest = &rest[length..];
        // Go's resolver says whom it asked, or does not.
        if out.ends_with("lookup <*>") && rest.starts_with(" on <*>") {
            rest = &rest[" on <*>".len()..];
        }
    }
    out
}

/// How long the object or list is with which a text begins: one of values alone, of any depth.
fn collection(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        let rest = &text[place..];
        let word = ["<*>", "null", "true", "false", "None", "True", "False"]
            .iter()
            .find(|word| rest.starts_with(**word));
        place += match (c, word) {
            ('[' | '{', _) => {
                depth += 1;
                1
            }
            (']' | '}', _) => {
                depth -= 1;
                1
            }
            (' ' | ',' | ':' | '.' | '-' | '"' | '\'' | '…', _) => c.len_utf8(),
            (_, Some(word)) => word.len(),
            _ => return None,
        };
        if depth == 0 {
            return Some(place);
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

/// How long the value is behind a name that is written, if it is one of [`NAMES`].
fn named(rest: &str, written: &str) -> usize {
    if !NAMES.iter().any(|name| ends_with_word(written, name)) {
        return 0;
    }
    rest.find([' ', ',', ';', ')', ']', '}'])
        .unwrap_or(rest.len())
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| {
        !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))
    })
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
            ("superuser=alice", "superuser=alice"),
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
            ("{ä", "{ä"),
        ] {
            assert_eq!(template(message), expected, "{message}");
        }
    }
}
