//! Go's frames: what is the application's, and names without closures and type parameters.

use std::borrow::Cow;

use super::frames::Role;
use super::place;
use crate::fingerprint::Version;
use crate::short_text;
use crate::trace::Call;

/// The first elements of the standard library's packages; none of them has a dot. Sorted.
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

pub fn role(version: Version, call: &Call<'_>) -> Role {
    let function = call.function;
    let package = function.split(['/', '.']).next().unwrap_or(function);
    let has_host = function
        .split_once('/')
        .is_some_and(|(first, _)| first.contains('.'));
    let is_library = matches!(function, "panic" | "goexit" | "main.init" | "runtime.main")
        || is_foreign(call.file)
        || (!has_host && STANDARD.binary_search(&package).is_ok());
    if is_library {
        Role::Library
    } else if is_inlined_closure(function) {
        Role::Glue
    } else if name(version, function) == "main.main" {
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
    short_text::contains(method, ".func") && named.count() > 1
}

/// Whether a file is a module's of somebody else: in the cache of modules, or with its version.
fn is_foreign(file: &str) -> bool {
    let mut before = "";
    place::elements(file).any(|element| {
        let foreign = element == "vendor"
            || (before == "pkg" && element == "mod")
            || is_module_version(element);
        before = element;
        foreign
    })
}

/// `pgx@v5.4.3`
fn is_module_version(element: &str) -> bool {
    element.split_once("@v").is_some_and(|(name, version)| {
        !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// `main.(*Pool[...]).Run.func1.2` is `main.Pool.Run`.
pub fn name(version: Version, function: &str) -> Cow<'_, str> {
    // Type parameters have paths of their own.
    let path = match function.find('[') {
        Some(bracket) if version >= Version::Two => &function[..bracket],
        _ => function,
    };
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_sorted() {
        assert!(STANDARD.is_sorted());
    }

    #[test]
    fn names_lose_closures_and_type_parameters() {
        for (printed, expected) in [
            ("main.run", "main.run"),
            ("main.(*Pool[...]).Run.func1.2", "main.Pool.Run"),
            (
                "acme.dev/swarm/plan.Each[go.shape.int].func1",
                "acme.dev/swarm/plan.Each",
            ),
            (
                "acme.dev/swarm/plan.Each[go.shape.*acme.dev/swarm/task.Task]",
                "acme.dev/swarm/plan.Each",
            ),
            ("main.glob..func3", "main"),
            ("main.run.gowrap1", "main.run"),
            ("main.(*worker).run-fm", "main.worker.run"),
            ("main.walk-range1", "main.walk"),
        ] {
            assert_eq!(name(Version::NEWEST, printed), expected, "{printed}");
        }
    }

    #[test]
    fn whose_code_a_call_is_in() {
        let role_of = |function, file| {
            let call = Call {
                function,
                file,
                ..Call::default()
            };
            role(Version::NEWEST, &call)
        };
        assert_eq!(
            role_of(
                "net/http.(*conn).serve",
                "/usr/local/go/src/net/http/server.go"
            ),
            Role::Library
        );
        assert_eq!(
            role_of("github.com/a/b.C", "/go/pkg/mod/github.com/a/b@v1.2.0/c.go"),
            Role::Library
        );
        assert_eq!(
            role_of("github.com/a/b.C", "github.com/a/b@v1.2.0/c.go"),
            Role::Library
        );
        assert_eq!(
            role_of("github.com/acme/swarm.Run", "/srv/swarm/run.go"),
            Role::App
        );
        assert_eq!(
            role_of("main.main.func1", "/srv/swarm/main.go"),
            Role::Entry
        );
        assert_eq!(
            role_of("main.(*T).run.Order.func1", "/srv/swarm/o.go"),
            Role::Glue
        );
    }
}
