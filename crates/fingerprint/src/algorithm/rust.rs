//! Rust's frames: what is the application's, and names without hashes, generics and closures.

use std::borrow::Cow;

use super::frames::Role;
use super::place;
use crate::short_text;
use crate::trace::Call;

/// Crates of the language and those that most programs run on, for builds without places; sorted.
const LIBRARIES: [&str; 40] = [
    "actix_rt",
    "actix_web",
    "addr2line",
    "alloc",
    "anyhow",
    "async_std",
    "async_trait",
    "axum",
    "backtrace",
    "color_eyre",
    "core",
    "crossbeam",
    "diesel",
    "eyre",
    "futures",
    "futures_channel",
    "futures_core",
    "futures_executor",
    "futures_util",
    "gimli",
    "h2",
    "http",
    "hyper",
    "hyper_util",
    "proc_macro",
    "rayon",
    "rayon_core",
    "reqwest",
    "serde",
    "serde_json",
    "sqlx",
    "sqlx_core",
    "std",
    "test",
    "tokio",
    "tonic",
    "tower",
    "tower_http",
    "tower_service",
    "tracing",
];

pub fn role(call: &Call<'_>) -> Role {
    let function = call.function;
    let is_library = call.file.starts_with("/rustc/")
        || !short_text::contains(function, "::")
        || function.starts_with("__rustc")
        || LIBRARIES.binary_search(&first_crate(function)).is_ok()
        || is_foreign(call.file);
    if is_library {
        return Role::Library;
    }
    match last_segment(function) {
        "main" => Role::Entry,
        _ => Role::App,
    }
}

/// Whether a file is where package managers keep what the application did not write.
fn is_foreign(file: &str) -> bool {
    let mut cargo = false;
    place::elements(file).any(|element| {
        let foreign = element == ".rustup" || (cargo && matches!(element, "registry" | "git"));
        cargo = element == ".cargo";
        foreign
    })
}

/// The crate in which the code of a function stands: of `<a::B as c::D>::e` it is `a`, of
/// `<F as c::D>::e` it is `c`.
fn first_crate(function: &str) -> &str {
    let mut rest = function.trim_start_matches(['<', '&', '*', '[', '(']);
    rest = rest.strip_prefix("mut ").unwrap_or(rest);
    rest = rest.strip_prefix("dyn ").unwrap_or(rest);
    rest = rest.strip_prefix("impl ").unwrap_or(rest);
    let end = ascii_word(rest).unwrap_or_else(|| {
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len())
    });
    if without_number(&rest[end..]).starts_with("::") {
        return &rest[..end];
    }
    match rest.split_once(" as ").or_else(|| rest.split_once(" for ")) {
        Some((_, other)) => first_crate(other),
        None => &rest[..end],
    }
}

/// Where the word ends that a text begins with; `None` if it has other letters than ASCII's.
fn ascii_word(text: &str) -> Option<usize> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = text.bytes().take_while(belongs).count();
    text.as_bytes()
        .get(end)
        .is_none_or(u8::is_ascii)
        .then_some(end)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_sorted() {
        assert!(LIBRARIES.is_sorted());
    }

    #[test]
    fn names_lose_what_differs_from_build_to_build() {
        for (printed, expected) in [
            ("swarm::plan::choose", "swarm::plan::choose"),
            (
                "swarm::plan::choose::h0123456789abcdef",
                "swarm::plan::choose",
            ),
            ("<swarm::Worker as swarm::Agent>::run", "swarm::Worker::run"),
            (
                "<swarm::Worker<T> as swarm::Agent>::run::{{closure}}",
                "swarm::Worker::run",
            ),
            ("swarm::Pool<T>::take", "swarm::Pool::take"),
            (
                "<swarm[0123456789abcdef]::Pool<alloc[9abc]::string::String>>::take",
                "swarm::Pool::take",
            ),
            ("swarm::run::<fn(u8) -> u8>::{closure#0}", "swarm::run"),
            (
                "swarm::plan::<impl swarm::Plan for swarm::Worker>::go",
                "swarm::Worker::go",
            ),
            ("<F as swarm::Step>::go", "F::go"),
        ] {
            assert_eq!(name(printed), expected, "{printed}");
        }
    }

    #[test]
    fn whose_code_a_call_is_in() {
        let role_of = |function, file| {
            role(&Call {
                function,
                file,
                ..Call::default()
            })
        };
        assert_eq!(role_of("swarm::plan::choose", "./src/plan.rs"), Role::App);
        assert_eq!(
            role_of("<swarm::A as core::fmt::Debug>::fmt", ""),
            Role::App
        );
        assert_eq!(
            role_of("<F as core::ops::FnOnce<A>>::call_once", ""),
            Role::Library
        );
        assert_eq!(
            role_of(
                "other::run",
                "/opt/agent/.cargo/registry/src/other-1.0/src/lib.rs"
            ),
            Role::Library
        );
        assert_eq!(role_of("swarm::main", "./src/main.rs"), Role::Entry);
        assert_eq!(role_of("_start", ""), Role::Library);
    }
}
