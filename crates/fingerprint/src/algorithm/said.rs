//! What tells the failures of one function apart: the source line that failed, where the language prints
//! it, else the words of an error that the application raised itself. What a library says of a call
//! differs too much to count.

use std::borrow::Cow;

use super::frames::Stack;
use super::{cause, code, message, values};
use crate::fingerprint::Version;
use crate::trace::{Call, Language, Raised};

/// What Java's machine throws itself, in words that changed from one version to the next.
const MACHINES: [&str; 6] = [
    "NullPointerException",
    "ArrayIndexOutOfBoundsException",
    "ClassCastException",
    "ArithmeticException",
    "NegativeArraySizeException",
    "ArrayStoreException",
];
/// How V8 begins, whether it was `null` or `undefined`, and whatever was read of it.
const V8_NOTHING: &str = "Cannot read propert";
/// Names of types that say nothing of what went wrong, in all languages.
const GENERIC: [&str; 4] = ["", "Error", "Exception", "error"];

/// Types of the errors of databases that say nothing of what went wrong.
const OF_DATABASES: [&str; 7] = [
    "DatabaseError",
    "InternalError",
    "OperationalError",
    "PSQLException",
    "ProgrammingError",
    "SQLException",
    "SqlException",
];

/// Whether a type is that of a database's errors and says nothing of what went wrong.
pub fn is_of_database(kind: &str) -> bool {
    OF_DATABASES.contains(&kind)
}

/// The words of a database's error whose type says nothing.
pub fn of_database(version: Version, kind: &str, message: &str) -> Option<String> {
    if version < Version::Three || !is_of_database(kind) {
        return None;
    }
    let said = message.strip_prefix("ERROR: ").unwrap_or(message);
    Some(values::head(version, said)).filter(|said| !said.is_empty())
}

/// What was said or done where an error was raised; empty if nothing counts.
pub fn said<'a>(
    version: Version,
    language: Language,
    raised: &'a Raised<'a>,
    stack: &Stack<'_>,
) -> Cow<'a, str> {
    let Some(innermost) = stack.innermost else {
        return Cow::Borrowed("");
    };
    let source = raised.calls[innermost].source;
    if !source.is_empty() {
        return Cow::Borrowed(source);
    }
    let raised_there = raised.calls[..innermost]
        .iter()
        .all(|call| raises_for(language, call));
    let kind = message::short_type(raised.kind);
    if version >= Version::Two
        && let Some(missing) = of_machine(version, kind, raised.message)
    {
        Cow::Borrowed(missing)
    } else if version >= Version::Three && kind == "OutOfMemoryError" {
        // Of what there was not enough is all that it says.
        Cow::Owned(values::head(version, raised.message))
    } else if raised.message.starts_with(V8_NOTHING) {
        Cow::Borrowed(V8_NOTHING)
    } else if raised_there && !is_machines(version, kind, raised.message) {
        Cow::Owned(match version {
            Version::One => message::head(raised.message),
            Version::Two | Version::Three => values::template(version, raised.message),
        })
    } else if version >= Version::Two && GENERIC.contains(&kind) {
        Cow::Owned(values::head(version, raised.message))
    } else {
        Cow::Borrowed("")
    }
}

/// Whether Java's machine threw it: a program throws some of these itself, with words of its own.
fn is_machines(version: Version, kind: &str, message: &str) -> bool {
    let is_own = version >= Version::Two && kind == "NullPointerException" && !message.is_empty();
    !is_own && MACHINES.contains(&kind)
}

/// The names in what a machine says: of the property that was read of nothing, of what was null, and of
/// the class that another one is not. They are the program's own, whatever the words around them.
fn of_machine<'a>(version: Version, kind: &str, message: &'a str) -> Option<&'a str> {
    let between = |open: &str, close: &str| {
        let (_, rest) = message.split_once(open)?;
        rest.split(close).next()
    };
    match kind {
        // `Cannot read properties of null (reading 'a')`, `Cannot read property 'a' of undefined`
        "TypeError" if message.starts_with(V8_NOTHING) => between("'", "'"),
        // Names of variables are there in some builds only.
        "NullPointerException" if message.starts_with("Cannot ") => {
            message.split(" because ").next().map(str::trim_end)
        }
        "ClassCastException" => between("cannot be cast to ", " (")
            .map(|class| class.trim_start_matches("class ").trim_end()),
        // Scala prints the value that matched nothing.
        "MatchError" if version >= Version::Three => between("(of class ", ")"),
        _ => None,
    }
}

/// What tells a cause apart that has no frames of the application: its code, or its words where the type
/// says nothing.
pub fn of_cause(version: Version, kind: &str, raised: &Raised<'_>) -> String {
    let code = code::of(version, kind, raised.message);
    if version >= Version::Three {
        let code = code.or_else(|| cause::of(raised.message));
        let part = cause::part_of_database(kind, raised.message);
        if code.is_some() || part.is_some() {
            let part = part.unwrap_or_default();
            return [code.unwrap_or_default(), &part].join("\n");
        }
    }
    match code {
        Some(code) => code.to_owned(),
        None if GENERIC.contains(&kind) || raised.kind.is_empty() => {
            values::head(version, raised.message)
        }
        None => String::new(),
    }
}

/// Whether a call only says what its caller did wrong. What panics does: its text is the program's, even
/// where the standard library wrote it.
fn raises_for(language: Language, call: &Call<'_>) -> bool {
    match language {
        Language::Rust | Language::Go => true,
        Language::Java => call.function.starts_with("java.util.Objects."),
        Language::Python | Language::Node => false,
    }
}
