//! The variable parts of a message: numbers, ids, addresses, times, paths and the like, as spans.
//!
//! What a program logs is a sentence with values put into it. Whoever wants to know whether two messages
//! are the same sentence has to tell the values from the words; log patterns and the fingerprints of
//! errors both do, and see the same values because they ask here.
//!
//! One pass over the bytes, by rules on the form alone: no dictionary of a language, no regular
//! expressions, no allocation. Texts are cut at white space, brackets, quotes, `,`, `;` and `=`; what lies
//! between is a *chunk*. A chunk of letters alone costs a table look-up a byte; only one with a digit or
//! with a mark such as `/` or `@` is looked at by the rules.
//!
//! It never decides what is the same message, and never fails: any text has parameters or has none.

mod address;
mod bytes;
mod id;
mod kind;
mod number;
mod path;
mod piece;
mod quoted;
mod scan;
mod time;
mod url;

pub use kind::{KINDS, Kind};
pub use scan::Parameters;

use std::ops::Range;

/// A variable part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Where it is, in bytes: never empty, and on borders of characters.
    pub range: Range<usize>,
    pub kind: Kind,
}

/// The variable parts of a text, in order and apart from each other. Quoted texts are parts as a whole.
///
/// ```
/// let text = "worker-3 failed after 12.5s: no route to 10.0.0.7:8080";
/// let kinds: Vec<_> = swarmscope_parameters::find(text).map(|found| found.kind.name()).collect();
/// assert_eq!(kinds, ["id", "number", "address"]);
/// ```
pub fn find(text: &str) -> Parameters<'_> {
    Parameters::new(text)
}

/// Appends the text to `out`, with `<kind>` in the place of every variable part.
///
/// ```
/// let mut out = String::new();
/// swarmscope_parameters::replaced("task 7f3a-b2 took 12 ms", &mut out);
/// assert_eq!(out, "task <id> took <number> ms");
/// ```
pub fn replaced(text: &str, out: &mut String) {
    let mut written = 0;
    for parameter in find(text) {
        out.push_str(&text[written..parameter.range.start]);
        out.push_str(parameter.kind.placeholder());
        written = parameter.range.end;
    }
    out.push_str(&text[written..]);
}
