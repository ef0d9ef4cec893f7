//! What a library says of the world, in the words of the system, and of what in a database it speaks: since the
//! third version they tell the failures of one call apart, as codes do. Never the words around them.

use std::borrow::Cow;

use super::message::{PLACEHOLDER, is_parameter};
use super::{names, said};
use crate::short_text;

/// What the system or a library of the network says went wrong, in small letters, and one name for it.
const SAID: [(&str, &str); 22] = [
    ("broken pipe", "EPIPE"),
    ("certificate has expired", "certificate expired"),
    ("certificate is not yet valid", "certificate expired"),
    ("certificate verify failed", "certificate unknown"),
    ("connect timed out", "connect timeout"),
    ("name or service not known", "ENOTFOUND"),
    ("network is unreachable", "ENETUNREACH"),
    ("no address associated with hostname", "ENOTFOUND"),
    ("no route to host", "EHOSTUNREACH"),
    ("no space left on device", "ENOSPC"),
    ("no such file or directory", "ENOENT"),
    ("no such host", "ENOTFOUND"),
    ("nodename nor servname provided", "ENOTFOUND"),
    ("permission denied", "EACCES"),
    ("pkix path building failed", "certificate unknown"),
    ("read timed out", "read timeout"),
    ("refused", "ECONNREFUSED"),
    ("reset by peer", "ECONNRESET"),
    ("self-signed certificate", "certificate unknown"),
    ("temporary failure in name resolution", "EAI_AGAIN"),
    ("too many open files", "EMFILE"),
    (
        "unable to get local issuer certificate",
        "certificate unknown",
    ),
];
/// Marks before the name of a part of a database that a statement broke on, and what ends the name.
const PARTS: [(&str, &[char]); 11] = [
    ("constraint \"", &['"']),
    ("constraint '", &['\'']),
    ("constraint `", &['`']),
    ("constraint [", &[']']),
    ("constraint failed: ", &[' ', ')', ',', ';']),
    ("constraint (", &[')']),
    ("for key '", &['\'']),
    ("relation \"", &['"']),
    ("column \"", &['"']),
    ("column '", &['\'']),
    ("fields: (", &[')']),
];
/// MongoDB's mark before the name of a collection, and before that of its index.
const COLLECTION: &str = "collection: ";
const INDEX: &str = " index: ";
/// Words of databases, and of what stands between them and a program.
const OF_DATABASES: [&str; 11] = [
    "Duplicate entry ",
    "SQLSTATE",
    "conflicted with the ",
    "constraint failed",
    "could not execute ",
    "dup key",
    "duplicate key",
    "in 'field list'",
    "pq: ",
    "violated",
    "violates ",
];
/// Types that only what speaks to a database gives its errors, beside those that say nothing.
const DRIVERS: [&str; 10] = [
    "ConstraintViolationException",
    "DataIntegrityViolationException",
    "DuplicateKeyError",
    "DuplicateKeyException",
    "IntegrityError",
    "PrismaClientKnownRequestError",
    "UndefinedColumn",
    "UndefinedColumnError",
    "UndefinedTable",
    "UndefinedTableError",
];
/// Digits in a row in the name of a part that nobody writes into a schema.
const MANY_DIGITS: usize = 4;

/// What caused an error, by the message of a library: the type of the driver's error that SQLAlchemy puts
/// before it, else what the system said.
pub fn of(message: &str) -> Option<&str> {
    drivers_type(message).or_else(|| of_system(message))
}

/// `DeadlockDetected` of `(psycopg2.errors.DeadlockDetected) deadlock detected`.
fn drivers_type(message: &str) -> Option<&str> {
    let (path, _) = message.strip_prefix('(')?.split_once(") ")?;
    let (module, name) = path.rsplit_once('.')?;
    let is_path = module
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    let is_type = name.starts_with(|c: char| c.is_ascii_uppercase());
    (is_path && is_type && name.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(name)
}

/// The name of what the system said first.
fn of_system(message: &str) -> Option<&'static str> {
    let bytes = message.as_bytes();
    let begins_word = |at: usize| at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
    (0..bytes.len())
        .filter(|at| begins_word(*at))
        .find_map(|at| said_at(&bytes[at..]))
}

fn said_at(text: &[u8]) -> Option<&'static str> {
    let first = text[0].to_ascii_lowercase();
    SAID.iter()
        .filter(|(words, _)| words.as_bytes()[0] == first)
        .find(|(words, _)| {
            let start = text.get(..words.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(words.as_bytes()))
        })
        .map(|(_, name)| *name)
}

/// The constraint, table or column of a database that a message speaks of, without what a program put into
/// its name. Where no database speaks nothing is one: `no lease for key 'task-17'` is anybody's.
pub fn part_of_database(kind: &str, message: &str) -> Option<String> {
    let part = named_part(message)?;
    if !speaks(kind, message) {
        return None;
    }
    let part: String = part.chars().filter(|c| *c != '`').collect();
    // MongoDB's `email_1` has the order of its index.
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    if part.is_empty() || (digits != 1 && is_parameter(&part)) {
        return None;
    }
    Some(without_numbers(&names::without_ids(&part)).into_owned())
}

fn named_part(message: &str) -> Option<&str> {
    let part = PARTS.iter().find_map(|(mark, ends)| {
        let (_, rest) = short_text::split_once(message, mark)?;
        rest.split(*ends).next().filter(|name| !name.is_empty())
    });
    part.or_else(|| {
        let (_, rest) = short_text::split_once(message, COLLECTION)?;
        let (_, rest) = short_text::split_once(rest, INDEX)?;
        rest.split(' ').next().filter(|name| !name.is_empty())
    })
}

/// Whether a database says this, and not the program of itself.
fn speaks(kind: &str, message: &str) -> bool {
    said::is_of_database(kind)
        || DRIVERS.contains(&kind)
        || drivers_type(message).is_some()
        || OF_DATABASES
            .iter()
            .any(|words| short_text::contains(message, words))
}

/// The name with a placeholder for each long number that is left in it.
fn without_numbers(name: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let number = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(&rest[..at]);
        match number < MANY_DIGITS {
            true => out.push_str(&rest[at..at + number]),
            false => out.push_str(PLACEHOLDER),
        }
        rest = &rest[at + number..];
    }
    out.push_str(rest);
    match out == name {
        true => Cow::Borrowed(name),
        false => Cow::Owned(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_has_one_name_whoever_says_it() {
        for (message, expected) in [
            (
                "dial tcp 10.0.0.1:5432: connect: connection refused",
                Some("ECONNREFUSED"),
            ),
            ("Connection refused (os error 111)", Some("ECONNREFUSED")),
            ("[Errno 104] Connection reset by peer", Some("ECONNRESET")),
            ("Read timed out", Some("read timeout")),
            ("Connect timed out", Some("connect timeout")),
            ("lookup x: no such host", Some("ENOTFOUND")),
            (
                "(psycopg2.errors.DeadlockDetected) deadlock detected",
                Some("DeadlockDetected"),
            ),
            ("(total 1.5) of it", None),
            ("the plan was reset", None),
            ("", None),
            ("ä", None),
        ] {
            assert_eq!(of(message), expected, "{message}");
        }
    }

    #[test]
    fn parts_of_databases_are_found_in_the_words_of_several() {
        for (message, expected) in [
            (
                "duplicate key value violates unique constraint \"users_email_key\"",
                Some("users_email_key"),
            ),
            (
                "could not execute statement [n/a]; constraint [uk_email]",
                Some("uk_email"),
            ),
            ("UNIQUE constraint failed: users.email", Some("users.email")),
            (
                "Duplicate entry 'x' for key 'users.email'",
                Some("users.email"),
            ),
            (
                "unique constraint (SWARM.UK_EMAIL) violated",
                Some("SWARM.UK_EMAIL"),
            ),
            (
                "collection: app.users index: email_1 dup key: {",
                Some("email_1"),
            ),
            (
                "Unique constraint failed on the fields: (`email`)",
                Some("email"),
            ),
            ("no constraint here", None),
        ] {
            let found = part_of_database("E", message);
            assert_eq!(found.as_deref(), expected, "{message}");
        }
        for kind in ["ProgrammingError", "UndefinedColumn"] {
            let found = part_of_database(kind, "column \"prize\" does not exist");
            assert_eq!(found.as_deref(), Some("prize"), "{kind}");
        }
    }

    #[test]
    fn values_are_no_parts() {
        for message in [
            "no lease for key 'task-8f31aa02'",
            "bad index: 4711 in batch",
            "failed to write index: test_agent-2026.01.31 is closed",
            "no column 'prize-17' in the sheet",
            "collection: a of index: 4711",
            "duplicate key: fields: (4711)",
        ] {
            let found = part_of_database("ValueError", message);
            assert_eq!(found, None, "{message}");
        }
        for name in ["events_20260131", "tmp_4711", "uk_9f8e7d6c"] {
            let message = format!("violates constraint \"{name}\"");
            let found = part_of_database("E", &message);
            assert!(found.is_none_or(|part| part.ends_with("<*>")), "{name}");
        }
    }
}
