//! Rust's frames: what is the application's, and names without hashes, generics and closures.

use std::borrow::Cow;

use super::frames::Role;
use crate::trace::Call;

/// Crates of the language and those that most programs run on, for builds without places.
const LIBRARIES: [&str; 40] = [
    "std",
    "core",
    "alloc",
    "proc_macro",
    "test",
    "backtrace",
    "addr2line",
    "gimli",
    "tokio",
    "futures",
    "futures_util",
    "futures_core",
    "futures_executor",
    "futures_channel",
    "async_std",
    "async_trait",
    "hyper",
    "hyper_util",
    "tower",
    "tower_http",
    "tower_service",
    "axum",
    "actix_web",
    "actix_rt",
    "reqwest",
    "h2",
    "http",
    "tonic",
    "sqlx",
    "sqlx_core",
    "diesel",
    "serde",
    "serde_json",
    "anyhow",
    "eyre",
    "color_eyre",
    "rayon",
    "rayon_core",
    "crossbeam",
    "tracing",
];
/// Where compilers and package managers keep what the application did not write.
const FOLDERS: [&str; 5] = [
    "/rustc/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "/.rustup/",
    "\\.cargo\\registry\\",
];

pub fn role(call: &Call<'_>) -> Role {
    let function = call.function;
    let krate = first_crate(function);
    let is_library = call.file.starts_with("/rustc/")
        || FOLDERS.iter().any(|folder| call.file.contains(folder))
        || LIBRARIES.contains(&krate)
        || !function.contains("::")
        || function.starts_with("__rustc");
    if is_library {
        return Role::Library;
    }
    match last_segment(function) {
        "main" => Role::Entry,
        _ => Role::App,
    }
}

/// The crate in which the code of a function stands: of `<a::B as c::D>::e` it is `a`, of
/// `<F as c::D>::e` it is `c`.
fn first_crate(function: &str) -> &str {
    let mut rest = function.trim_start_matches(['<', '&', '*', '[', '(']);
    rest = rest.strip_prefix("mut ").unwrap_or(rest);
    rest = rest.strip_prefix("dyn ").unwrap_or(rest);
    rest = rest.strip_prefix("impl ").unwrap_or(rest);
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    if without_number(&rest[end..]).starts_with("::") {
        return &rest[..end];
    }
    match rest.split_once(" as ").or_else(|| rest.split_once(" for ")) {
        Some((_, other)) => first_crate(other),
        None => &rest[..end],
    }
}

/// What follows the number of a crate, `[c1f1a4ba060b9bfa]`, which differs from build to build.
fn without_number(text: &str) -> &str {
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest,
        _ => text,
    }
}

fn last_segment(function: &str) -> &str {
    let mut rest = function;
    while let Some((before, last)) = rest.rsplit_once("::") {
        if !is_closure(last) && !is_hash(last) {
            return last;
        }
        rest = before;
    }
    rest
}

/// `h` and 16 hexadecimal digits.
fn is_hash(segment: &str) -> bool {
    segment.len() == 17
        && segment.starts_with('h')
        && segment[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `{{closure}}`, `{closure#0}`, `{closure_env#0}`, `{async_fn#1}`
fn is_closure(segment: &str) -> bool {
    segment.starts_with('{') && !segment.starts_with("{impl")
}

/// `<a::Worker<T> as a::Agent>::run::{{closure}}::h0123456789abcdef` is `a::Worker::run`.
pub fn name(function: &str) -> Cow<'_, str> {
    if !function.contains(['<', '{', '[']) && !is_hash(function.rsplit("::").next().unwrap_or("")) {
        return Cow::Borrowed(function);
    }
    let mut bare = String::with_capacity(function.len());
    push_path(function, &mut bare, 0);
    Cow::Owned(bare)
}

/// How deep brackets are followed.
const MAX_DEPTH: u8 = 8;

fn push_path(path: &str, out: &mut String, depth: u8) {
    let mut rest = path;
    while !rest.is_empty() {
        if rest.starts_with('<') {
            let (inner, after) = bracketed(rest);
            // At the beginning it is the type whose function this is; further on it is an argument.
            if (out.is_empty() || inner.starts_with("impl ")) && depth < MAX_DEPTH {
                push_own_type(inner, out, depth);
            }
            rest = after;
            continue;
        }
        let (segment, after) = segment(rest);
        if !(segment.is_empty() || is_closure(segment) || is_hash(segment)) {
            if !out.is_empty() {
                out.push_str("::");
            }
            out.push_str(segment);
        }
        rest = after;
    }
}

/// Of `A as B` it is `A`, of `impl B for A` it is `A`.
fn push_own_type(inner: &str, out: &mut String, depth: u8) {
    let own = match inner.strip_prefix("impl ") {
        Some(of) => of.split_once(" for ").map_or(of, |(_, own)| own),
        None => top_level(inner, " as ").map_or(inner, |at| &inner[..at]),
    };
    let own = own.trim_start_matches(['&', '*']);
    if inner.starts_with("impl ") {
        out.clear();
    }
    push_path(own, out, depth + 1);
}

/// Where a text stands outside of brackets.
fn top_level(text: &str, wanted: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(wanted) => return Some(at),
            _ => {}
        }
    }
    None
}

/// What is within the brackets that a text begins with, and what follows them.
fn bracketed(text: &str) -> (&str, &str) {
    let mut depth = 0_i32;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            // An arrow closes nothing.
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[1..at], &text[at + c.len_utf8()..]);
        }
        before = c;
    }
    (&text[1..], "")
}

/// Up to the next `::` or bracket, and what follows.
fn segment(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix("::") {
        return ("", rest);
    }
    let end = text.find("::").unwrap_or(text.len());
    let end = end.min(text.find(['<', '[']).unwrap_or(text.len()));
    let after = without_number(&text[end..]);
    // A bracket of another kind ends nothing.
    if end == 0 && after.len() == text.len() {
        return (text, "");
    }
    (&text[..end], after)
}
