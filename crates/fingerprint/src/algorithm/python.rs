//! Python's frames: what is the application's.

use super::frames::Role;
use super::place;
use crate::fingerprint::Version;
use crate::trace::Call;

/// What the compiler makes of a comprehension or expression: newer versions have no frame for some.
const ANONYMOUS: [&str; 5] = [
    "<listcomp>",
    "<dictcomp>",
    "<setcomp>",
    "<genexpr>",
    "<lambda>",
];

/// What decorators call the function that they put around another one.
const DECORATORS: [&str; 9] = [
    "wrapper",
    "wrapped",
    "inner",
    "decorated",
    "_wrapper",
    "_wrapped",
    "_inner",
    "async_wrapper",
    "sync_wrapper",
];

pub fn role(version: Version, call: &Call<'_>) -> Role {
    let file = call.file;
    // Only what Cython compiled prints the path to a function, and that of its file in the package.
    let is_compiled =
        || call.function.contains('.') && !file.starts_with('/') && !call.function.contains('<');
    if file.starts_with("<frozen ")
        || is_foreign(file)
        || (version >= Version::Two && is_compiled())
        || (version >= Version::Three && is_source_of_cython(file))
    {
        Role::Library
    } else if ANONYMOUS.contains(&call.function) || DECORATORS.contains(&call.function) {
        Role::Glue
    } else if matches!(call.function, "<module>" | "main" | "") {
        Role::Entry
    } else {
        Role::App
    }
}

/// `asyncpg/protocol/protocol.pyx`: what Cython compiled without a path to where it is now.
fn is_source_of_cython(file: &str) -> bool {
    file.ends_with(".pyx") && !file.starts_with('/')
}

/// Whether a file is an installed package's or the standard library's: `…/site-packages/…`,
/// `…/lib/python3.11/…`, `…/lib/python311.zip/…`, `C:\Python311\Lib\…`.
fn is_foreign(file: &str) -> bool {
    let mut before = "";
    place::elements(file).any(|element| {
        let is_python = |name: &str| {
            let start = name.get(..6).unwrap_or_default();
            start.eq_ignore_ascii_case("python")
                && name[6..].starts_with(|c: char| c.is_ascii_digit())
        };
        let foreign = matches!(element, "site-packages" | "dist-packages")
            || (matches!(before, "lib" | "lib64") && is_python(element))
            || (element == "Lib" && is_python(before));
        before = element;
        foreign
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_code_a_call_is_in() {
        let role_of = |file, function| {
            let call = Call {
                function,
                file,
                ..Call::default()
            };
            role(Version::NEWEST, &call)
        };
        for file in [
            "/srv/app/.venv/lib/python3.11/site-packages/httpx/_client.py",
            "/usr/lib/python3/dist-packages/yaml/__init__.py",
            "/usr/local/lib/python3.12/asyncio/runners.py",
            r"C:\Python311\Lib\json\decoder.py",
            "<frozen importlib._bootstrap>",
        ] {
            assert_eq!(role_of(file, "run"), Role::Library, "{file}");
        }
        assert_eq!(
            role_of("pydantic/main.py", "pydantic.main.BaseModel.__init__"),
            Role::Library
        );
        assert_eq!(
            role_of("asyncpg/protocol/protocol.pyx", "bind_execute"),
            Role::Library
        );
        assert_eq!(role_of("/srv/lib/plan.py", "run"), Role::App);
        assert_eq!(role_of("/srv/plan.py", "<module>"), Role::Entry);
        assert_eq!(role_of("/srv/plan.py", "<listcomp>"), Role::Glue);
        assert_eq!(role_of("/srv/trace.py", "wrapper"), Role::Glue);
    }
}
