//! What tells the failures of one function apart: the source line that failed, where the language prints
//! it, else the words of an error that the application raised itself. What a library says of a call
//! differs too much to count.

use std::borrow::Cow;

use super::frames::Stack;
use super::message;
use crate::trace::{Call, Language, Raised};

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
    if raised_there {
        Cow::Owned(message::head(raised.message))
    } else {
        Cow::Borrowed("")
    }
}

/// Whether a call only raises what its caller found: a panic, or the check of a language's own.
fn raises_for(language: Language, call: &Call<'_>) -> bool {
    const RUST: [&str; 9] = [
        "core::panicking::",
        "std::panicking::",
        "rust_begin_unwind",
        "__rustc::rust_begin_unwind",
        "__rustc::",
        "core::result::",
        "core::option::",
        "std::sys::backtrace::",
        "std::sys_common::backtrace::",
    ];
    let function = call.function;
    match language {
        Language::Rust => RUST.iter().any(|start| function.starts_with(start)),
        Language::Go => function == "panic" || function.starts_with("runtime."),
        Language::Java => function.starts_with("java.util.Objects."),
        Language::Python | Language::Node => false,
    }
}
