//! What a library says of the world, in the words of the system, and of what in a database it speaks: since the
//! third version they tell the failures of one call apart, as codes do. Never the words around them.

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
const PARTS: [(&str, &[char]); 12] = [
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
    (" index: ", &[' ']),
    ("fields: (", &[')']),
];

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

/// The constraint, table or column of a database that a message speaks of.
pub fn part_of_database(message: &str) -> Option<&str> {
    PARTS.iter().find_map(|(mark, ends)| {
        let (_, rest) = short_text::split_once(message, mark)?;
        rest.split(*ends).next().filter(|name| !name.is_empty())
    })
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
            ("statement [n/a]; constraint [uk_email]", Some("uk_email")),
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
                Some("`email`"),
            ),
            ("no constraint here", None),
        ] {
            assert_eq!(part_of_database(message), expected, "{message}");
        }
    }
}
