//! Go's frames: what is the application's, and names without closures and type parameters.

use std::borrow::Cow;

use super::frames::Role;
use crate::trace::Call;

/// The first elements of the standard library's packages; none of them has a dot.
const STANDARD: [&str; 49] = [
    "archive",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "vendor",
];

pub fn role(call: &Call<'_>) -> Role {
    let function = call.function;
    let package = function.split(['/', '.']).next().unwrap_or(function);
    let has_host = function
        .split_once('/')
        .is_some_and(|(first, _)| first.contains('.'));
    let is_library = matches!(function, "panic" | "goexit" | "main.init" | "runtime.main")
        || call.file.contains("/pkg/mod/")
        || call.file.contains("/vendor/")
        || call.file.split('/').any(is_module_version)
        || (!has_host && STANDARD.contains(&package));
    if is_library {
        Role::Library
    } else if is_inlined_closure(function) {
        Role::Glue
    } else if name(function) == "main.main" {
        Role::Entry
    } else {
        Role::App
    }
}

/// `main.(*T).run.Order.func1`: a closure of `Order`, which was inlined into `run`, and of whose package
/// nothing is left.
fn is_inlined_closure(function: &str) -> bool {
    let Some((_, method)) = function.rsplit_once(").") else {
        return false;
    };
    let named = method.split('.').take_while(|part| !is_closure(part));
    method.contains(".func") && named.count() > 1
}

/// `pgx@v5.4.3`
fn is_module_version(element: &str) -> bool {
    element.split_once("@v").is_some_and(|(name, version)| {
        !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// `main.(*Pool[...]).Run.func1.2` is `main.Pool.Run`.
pub fn name(function: &str) -> Cow<'_, str> {
    let start = function.rfind('/').map_or(0, |slash| slash + 1);
    let last = &function[start..];
    let plain =
        !last.contains(['(', '[', '-']) && last.split('.').skip(1).all(|part| !is_closure(part));
    if plain {
        return Cow::Borrowed(function);
    }
    let mut bare = String::with_capacity(function.len());
    let mut depth = 0_u32;
    for c in last.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '(' | ')' | '*' => {}
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let mut name = function[..start].to_owned();
    for (index, part) in bare.split('.').enumerate() {
        let part = part.strip_suffix("-fm").unwrap_or(part);
        let part = part.split("-range").next().unwrap_or(part);
        if index > 0 && is_closure(part) {
            continue;
        }
        if index > 0 {
            name.push('.');
        }
        name.push_str(part);
    }
    Cow::Owned(name)
}

/// `func1`, `gowrap2`, `deferwrap1`, a number, or the nothing between two dots; `glob` is where functions
/// of variables are.
fn is_closure(part: &str) -> bool {
    let digits = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    part == "glob"
        || digits(part)
        || ["func", "gowrap", "deferwrap"].iter().any(|start| {
            part.strip_prefix(start)
                .is_some_and(|rest| !rest.is_empty() && digits(rest))
        })
}
