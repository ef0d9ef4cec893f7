//! Codes in what a library says, which tell one cause from another where type and words do not: statuses of
//! HTTP, the system's error codes, states of SQL, codes of gRPC. Never a number of which nobody says that it
//! is one.

use crate::fingerprint::Version;

/// Node's names of the system's errors that programs meet; sorted.
const SYSTEM: [&str; 24] = [
    "EACCES",
    "EADDRINUSE",
    "EAI_AGAIN",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EEXIST",
    "EHOSTUNREACH",
    "EINVAL",
    "EISDIR",
    "ELOOP",
    "EMFILE",
    "ENETUNREACH",
    "ENOENT",
    "ENOMEM",
    "ENOSPC",
    "ENOTDIR",
    "ENOTEMPTY",
    "ENOTFOUND",
    "EPERM",
    "EPIPE",
    "EPROTO",
    "EROFS",
    "ETIMEDOUT",
];
/// Marks behind which a code stands, what ends it, and a byte without which a message has no such mark.
const MARKED: [(&str, &[char], u8); 4] = [
    ("SQLSTATE ", &[')', ']', ' ', ','], b'Q'),
    ("An error occurred (", &[')'], b'('),
    ("code = ", &[' ', ',', ')'], b'='),
    ("StatusCode.", &[' ', ',', ')', '>'], b'S'),
];
/// Words before a number that say that it is a status, in small letters.
const BEFORE: [&str; 9] = [
    "status",
    // Python's `<Response [503]>`.
    "<response",
    "http",
    "http/1.1",
    "http/2",
    "statuscode",
    "status_code",
    "http_status",
    "http_code",
];
/// Words before `code` that say so.
const BEFORE_CODE: [&str; 4] = ["status", "error", "response", "http"];
/// Verbs before a status that ends a sentence or part of one.
const VERBS: [&str; 7] = [
    "returned",
    "responded",
    "answered",
    "replied",
    "with",
    "got",
    "received",
];
/// What says, behind a status, who was asked for what.
const ASKED: [&str; 4] = [" for ", " from ", " to ", " on "];
/// What stands behind a status.
const REASONS: [&str; 22] = [
    "Bad Request",
    "Unauthorized",
    "Payment Required",
    "Forbidden",
    "Not Found",
    "Method Not Allowed",
    "Not Acceptable",
    "Request Timeout",
    "Conflict",
    "Gone",
    "Payload Too Large",
    "Request Entity Too Large",
    "Unsupported Media Type",
    "Unprocessable",
    "Too Many Requests",
    "Client Error",
    "Server Error",
    "Internal Server Error",
    "Not Implemented",
    "Bad Gateway",
    "Service Unavailable",
    "Gateway Time",
];

/// The code that an error of this type says.
pub fn of<'a>(version: Version, kind: &str, message: &'a str) -> Option<&'a str> {
    if message.is_empty() {
        return None;
    }
    if matches!(kind, "OSError" | "error") {
        return number_of_system(message);
    }
    let marked = MARKED.iter().find_map(|(mark, ends, needed)| {
        if !message.as_bytes().contains(needed) {
            return None;
        }
        let (_, rest) = message.split_once(mark)?;
        rest.split(*ends).next().filter(|code| !code.is_empty())
    });
    marked
        .or_else(|| name_of_system(message))
        .or_else(|| status(version, message))
}

/// `28` of `[Errno 28] No space left on device`.
fn number_of_system(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("Errno ")?;
    rest.split(']').next()
}

fn name_of_system(message: &str) -> Option<&str> {
    message
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.len() > 4 && word.starts_with('E'))
        .find(|word| SYSTEM.binary_search(word).is_ok())
}

/// The first status of HTTP that says that something went wrong.
fn status(version: Version, message: &str) -> Option<&str> {
    let bytes = message.as_bytes();
    bytes
        .windows(3)
        .enumerate()
        .filter(|(_, window)| matches!(window[0], b'4' | b'5'))
        .find(|(start, _)| is_status(version, message, *start, start + 3))
        .map(|(start, _)| &message[start..start + 3])
}

/// Whether what stands there is a status of HTTP that says that something went wrong, and not a count.
pub fn is_status(version: Version, message: &str, start: usize, end: usize) -> bool {
    let Some(number) = message.get(start..end) else {
        return false;
    };
    let in_range = number.len() == 3
        && number.starts_with(['4', '5'])
        && number.bytes().all(|byte| byte.is_ascii_digit());
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '%');
    let (before, behind) = (&message[..start], &message[end..]);
    if !in_range || before.ends_with(joins) || before.ends_with('.') || behind.starts_with(joins) {
        return false;
    }
    let is_decimal = behind
        .strip_prefix(['.', ','])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    // `404 : [no body]`
    let leads = before.is_empty() && behind.trim_start().starts_with(':');
    !is_decimal
        && (leads || is_named(before) || has_reason(behind) || ends_answer(version, before, behind))
}

fn is_named(before: &str) -> bool {
    let (rest, word) = last_word(before);
    if word.eq_ignore_ascii_case("code") {
        let (_, kind) = last_word(rest);
        return BEFORE_CODE
            .iter()
            .any(|name| name.eq_ignore_ascii_case(kind));
    }
    BEFORE.iter().any(|name| name.eq_ignore_ascii_case(word))
}

fn has_reason(behind: &str) -> bool {
    let reason = behind.trim_start_matches([' ', ':', '-', '(']);
    reason.len() < behind.len() && REASONS.iter().any(|known| reason.starts_with(known))
}

/// `… returned 502`, and nothing that was counted behind it.
fn ends_answer(version: Version, before: &str, behind: &str) -> bool {
    let (_, word) = last_word(before);
    let ends = behind.is_empty() || behind.starts_with(['.', ',', ';', ':', ')', ']', '\'', '"']);
    let goes_on =
        || version >= Version::Three && ASKED.iter().any(|asked| behind.starts_with(asked));
    (ends || goes_on()) && VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word))
}

/// The last word of a text, and what stands before it.
fn last_word(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches([' ', ':', '=', '\'', '"', '(', '[', '<']);
    let start = text
        .rfind([' ', '(', '[', ',', ';', '"', '\'', '.', '{'])
        .map_or(0, |at| at + 1);
    // `HTTP/1.1` has a dot.
    let start = match text.rfind(' ').map_or(0, |at| at + 1) {
        word if text[word..].starts_with("HTTP/") => word,
        _ => start,
    };
    (&text[..start], &text[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(SYSTEM.is_sorted());
    }

    #[test]
    fn codes_are_found_where_somebody_says_that_they_are_one() {
        for (kind, message, expected) in [
            (
                "OSError",
                "[Errno 28] No space left on device: '/a'",
                Some("28"),
            ),
            (
                "Error",
                "connect ECONNREFUSED 10.0.0.1:80",
                Some("ECONNREFUSED"),
            ),
            ("E", "ERROR: null value (SQLSTATE 23502)", Some("23502")),
            (
                "E",
                "rpc error: code = NotFound desc = no",
                Some("NotFound"),
            ),
            ("E", "Request failed with status code 404", Some("404")),
            ("E", "Client error '401 Unauthorized' for url", Some("401")),
            ("E", "Error code: 429 - {'error': 1}", Some("429")),
            ("E", "404 Client Error: Not Found for url", Some("404")),
            ("E", "upload failed with 403", Some("403")),
            ("E", "HTTP/1.1 503", Some("503")),
            ("E", "403 : [no body]", Some("403")),
            ("E", "status=502 after 3 s", Some("502")),
            ("E", "upstream answered 503 for /v1/tasks", Some("503")),
            ("E", "retry after 500 ms", None),
            ("E", "query returned 404 rows", None),
            ("E", "answered with 5,000 bytes, then 4.04", None),
            ("E", "declined with code 51", None),
            ("E", "ü 4", None),
        ] {
            assert_eq!(of(Version::NEWEST, kind, message), expected, "{message}");
        }
    }
}
