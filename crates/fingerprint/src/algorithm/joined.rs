//! The third version's last look at a template: what is joined to a value is part of it. A reference to an
//! image, a resource or a signed token, a padded number or one with its sign, a name behind `for user`, and
//! the figures in parentheses with which a message ends. What has no digits is a value where letters are as
//! only chance puts them. Never looks at the message itself.

use super::message::PLACEHOLDER;

/// Stands for the placeholder while words are looked at.
const VALUE: char = '\u{1}';
/// What stands between the values of a list, or groups of digits.
const BETWEEN: [char; 9] = [' ', ',', ';', '-', ':', '/', '.', '=', '\''];
/// Marks of a sentence behind a word.
const SENTENCE: [char; 5] = ['.', ':', '!', '?', '…'];
/// Signs before a value that belong to it.
const SIGNS: [char; 12] = ['+', '-', ':', '#', '@', '$', '€', '£', '~', '*', '<', '/'];
/// Words before the name of somebody.
const BEFORE_NAMES: [&str; 7] = [
    "user", "username", "account", "tenant", "customer", "host", "hostname",
];
/// Words before these, where a name follows them and not what happened.
const PREPOSITIONS: [&str; 9] = ["for", "of", "by", "from", "to", "on", "as", "with", "at"];
/// What follows `for user` and is no name.
const NO_NAMES: [&str; 27] = [
    "id", "ids", "name", "names", "agent", "account", "accounts", "data", "input", "session",
    "sessions", "profile", "service", "request", "requests", "is", "was", "not", "has", "had",
    "quota", "record", "role", "token", "limit", "list", "email",
];
/// What follows the name of somebody at the beginning of a message.
const VERBS: [&str; 12] = [
    "may", "must", "can", "cannot", "could", "is", "was", "has", "had", "does", "did", "not",
];
/// What stands behind a value with a space between, and the second version takes for a word.
const UNITS: [&str; 6] = ["%", "TiB", "PiB", "PB", "kB", "Mbit"];
/// Endings of the names of files.
const FILES: [&str; 24] = [
    "conf", "csv", "db", "gz", "html", "ini", "java", "jpg", "json", "log", "md", "parquet", "pdf",
    "png", "py", "rs", "sqlite", "toml", "ts", "txt", "xml", "yaml", "yml", "zip",
];
/// Letters without a digit that are hexadecimal all the same: no word has so many of `a` to `f` alone.
const HEX_LETTERS: usize = 8;
/// Letters without a digit that may be base64.
const ENCODED_LETTERS: usize = 16;

/// The template with one placeholder for each value and all that belongs to it.
pub fn joined(template: &str) -> String {
    let marked = template.replace(PLACEHOLDER, VALUE.encode_utf8(&mut [0; 4]));
    let mut out = String::with_capacity(marked.len());
    let mut rest = marked.as_str();
    while let Some(&byte) = rest.as_bytes().first() {
        if ends_word(byte) {
            rest = &rest[1..];
            // What fills base64 up to a whole number of bytes.
            let fills =
                byte == b'=' && out.ends_with(VALUE) && !rest.starts_with(char::is_alphanumeric);
            if !fills {
                out.push(char::from(byte));
            }
            continue;
        }
        let end = rest.bytes().position(ends_word).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        push_word(word, behind, &mut out);
        rest = behind;
    }
    without_end(&out).replace(VALUE, PLACEHOLDER)
}

/// White space, brackets, quotes, and what stands between the items of a list or a name and its value.
fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'"'
            | b'\''
            | b'`'
            | b','
            | b';'
            | b'='
            | b'|'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'{'
            | b'}'
    )
}

fn push_word(word: &str, rest: &str, out: &mut String) {
    let core = word.trim_end_matches(SENTENCE);
    let behind = &word[core.len()..];
    if UNITS.contains(&core) && out.trim_end().ends_with(VALUE) {
        out.truncate(out.trim_end().len());
    } else if is_value(core) || is_name(core, behind, rest, out) {
        push_value(out);
    } else {
        out.push_str(core);
    }
    out.push_str(behind);
}

/// A list of values is one.
fn push_value(out: &mut String) {
    let before = out.trim_end_matches(BETWEEN);
    if before.ends_with(VALUE) {
        out.truncate(before.len());
    } else {
        out.push(VALUE);
    }
}

fn is_value(word: &str) -> bool {
    if !word.contains(VALUE) {
        return is_hex(word)
            || is_hardware(word)
            || is_encoded(word)
            || is_file(word)
            || word.starts_with("*.");
    }
    if is_versioned(word) {
        return true;
    }
    let unsigned = word.trim_start_matches(SIGNS);
    let Some(joined) = unsigned.strip_prefix(VALUE) else {
        // `arn:aws:iam::…:role/reader`, but not a path of Rust.
        return word
            .split("::")
            .map(|part| part.matches(':').count())
            .sum::<usize>()
            > 1;
    };
    let is_size = || {
        joined
            .strip_prefix('x')
            .is_some_and(|rest| rest.starts_with(VALUE))
    };
    !joined.starts_with(char::is_alphanumeric) || is_size()
}

/// `left-pad@1.3.0`, `agents/worker:1.4.2`
fn is_versioned(word: &str) -> bool {
    let Some(name) = word.strip_suffix(VALUE) else {
        return false;
    };
    name.ends_with('@') || (name.ends_with(':') && name.contains('/'))
}

/// The name of a file, without a folder.
fn is_file(word: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(name, ending)| !name.is_empty() && FILES.contains(&ending))
}

fn is_hex(word: &str) -> bool {
    word.len() >= HEX_LETTERS
        && word
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'f' | b'A'..=b'F'))
}

/// `aa:bb:cc:dd:ee:ff`
fn is_hardware(word: &str) -> bool {
    word.len() == 17
        && word.bytes().enumerate().all(|(at, byte)| match at % 3 {
            2 => byte == b':',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Letters that are now large, now small, as by chance. Names have a small one or several behind a large one.
fn is_encoded(word: &str) -> bool {
    let letters = word.as_bytes();
    let belongs =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    if letters.len() < ENCODED_LETTERS || !letters.iter().all(belongs) {
        return false;
    }
    let changes = letters
        .windows(2)
        .filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase())
        .count();
    changes * 3 > letters.len()
}

/// Whether a word behind `for user`, or between `tenant` and a colon, is the name of one.
fn is_name(word: &str, behind: &str, rest: &str, written: &str) -> bool {
    let is_word = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '_' | '-' | '.'));
    if !is_word || NO_NAMES.contains(&word) {
        return false;
    }
    let Some(before) = written.strip_suffix(' ') else {
        return false;
    };
    let (before, kind) = before.rsplit_once(' ').unwrap_or(("", before));
    let preposition = before.rsplit(' ').next().unwrap_or_default();
    let verb = rest.trim_start().split(' ').next().unwrap_or_default();
    BEFORE_NAMES.contains(&kind)
        && (behind.starts_with(':')
            || PREPOSITIONS.contains(&preposition)
            || (before.is_empty() && VERBS.contains(&verb)))
}

/// Without marks at the end, and without a parenthesis there that has figures only.
fn without_end(template: &str) -> &str {
    let template = template.trim_end_matches(|c| SENTENCE.contains(&c) || c == ' ');
    let Some((before, figures)) = template
        .strip_suffix(')')
        .and_then(|inner| inner.rsplit_once(" ("))
    else {
        return template;
    };
    let is_figure = |part: &str| {
        let value = part.rsplit(['=', ':', ' ']).next().unwrap_or(part);
        value.trim_matches(VALUE).is_empty() && !value.is_empty()
    };
    if figures.split(", ").all(is_figure) {
        before.trim_end_matches(SENTENCE)
    } else {
        template
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_to_a_value_is_part_of_it() {
        for (template, expected) in [
            ("pull of <*>/agents/worker:<*> failed", "pull of <*> failed"),
            (
                "pull of <*>/agents/worker@sha256:<*> failed",
                "pull of <*> failed",
            ),
            (
                "token <*>.eyJzdWIi.<*> rejected: expired",
                "token <*> rejected: expired",
            ),
            (
                "may not assume arn:aws:iam::<*>:role/reader",
                "may not assume <*>",
            ),
            ("in app::<*>::run", "in app::<*>::run"),
            ("listen tcp :<*>: bind", "listen tcp <*>: bind"),
            ("sms to +<*> not sent", "sms to <*> not sent"),
            ("mail to <<*>>: full", "mail to <*>: full"),
            ("amount <*>'<*>'<*> CHF", "amount <*> CHF"),
            ("payload <*>== is bad", "payload <*> is bad"),
            ("user=<*> failed", "user=<*> failed"),
            ("full: <*> % of <*> used", "full: <*> of <*> used"),
            ("have deadbeefcafe want <*>", "have <*> want <*>"),
            ("device aa:bb:cc:dd:ee:ff", "device <*>"),
            ("blob YWxsIGxldHRlcnMgbm", "blob <*>"),
            (
                "UnrecognizedPropertyException",
                "UnrecognizedPropertyException",
            ),
            (
                "timed out after <*> (total=<*>, idle=<*>)",
                "timed out after <*>",
            ),
            ("timed out after <*>.", "timed out after <*>"),
            (
                "read failed (Permission denied)",
                "read failed (Permission denied)",
            ),
            (
                "login failed for user alice from <*>",
                "login failed for user <*> from <*>",
            ),
            ("bad data for user input", "bad data for user input"),
            ("tenant acme: quota", "tenant <*>: quota"),
            ("user unknown", "user unknown"),
            ("user carol may not read <*>", "user <*> may not read <*>"),
            ("user quota is exceeded", "user quota is exceeded"),
            ("install of left-pad@<*> failed", "install of <*> failed"),
            ("valid for *.example.com, not <*>", "valid for <*>, not <*>"),
            ("bad field in mail-welcome.html", "bad field in <*>"),
            ("backup of <*> TiB", "backup of <*>"),
            ("image of <*>x<*> is too large", "image of <*> is too large"),
        ] {
            assert_eq!(joined(template), expected, "{template}");
        }
    }
}
