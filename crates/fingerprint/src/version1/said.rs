//! What tells the failures of one function apart: the source line that failed, where the language prints
//! it, else the words of an error that the application raised itself. What a library says of a call
//! differs too much to count.

use std::borrow::Cow;

use super::frames::Stack;
use super::message;
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

pub fn said<'a>(language: Language, raised: &'a Raised<'a>, stack: &Stack<'_>) -> Cow<'a, str> {
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
    if raised.message.starts_with(V8_NOTHING) {
        Cow::Borrowed(V8_NOTHING)
    } else if raised_there && !MACHINES.contains(&kind) {
        Cow::Owned(message::head(raised.message))
    } else {
        Cow::Borrowed("")
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
