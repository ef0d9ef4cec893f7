//! Node's frames: what is the application's, and names without their receivers.

use super::frames::Role;
use super::place;
use crate::fingerprint::Version;
use crate::trace::Call;

/// How bundlers name the files into which they put what the application did not write.
const VENDOR_FILES: [&str; 6] = [
    "vendor",
    "chunk-vendors",
    "framework-",
    "polyfills",
    "runtime~",
    "webpack-runtime",
];

pub fn role(version: Version, call: &Call<'_>) -> Role {
    let file = call.file;
    let built_in = file.is_empty()
        || file.starts_with("node:")
        || file.starts_with("internal/")
        || file.starts_with("<anonymous>")
        || file.starts_with("native")
        || file.starts_with("index ")
        || (!file.contains(['/', '\\', ':']) && !call.function.is_empty());
    let foreign = place::elements(file).any(|name| matches!(name, "node_modules" | "webpack"));
    if built_in || foreign || (version >= Version::Two && is_vendors(file)) {
        Role::Library
    } else if version >= Version::Two && is_minified(call) {
        Role::Glue
    } else if version >= Version::Two && call.function == "eval" {
        // How a bundle for development loads a module.
        Role::Entry
    } else if call.function == "Object.<anonymous>"
        || call.function.starts_with("Module.<anonymous>")
        || name(version, call.function) == "main"
    {
        Role::Entry
    } else {
        Role::App
    }
}

/// Objects that a function is called on by chance: how it was exported or bundled.
const RECEIVERS: [&str; 10] = [
    "Object.",
    "Function.",
    "Module.",
    "exports.",
    "module.exports.",
    "global.",
    "process.",
    "_this.",
    "Timeout.",
    "Immediate.",
];

fn is_vendors(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    VENDOR_FILES.iter().any(|start| name.starts_with(start))
}

/// Whether a bundler chose the name of the function, which then differs from build to build: a letter or
/// two, in a file that a browser loaded.
fn is_minified(call: &Call<'_>) -> bool {
    let name = call.function.rsplit('.').next().unwrap_or_default();
    (1..=2).contains(&name.len()) && call.file.starts_with("http")
}

/// `Object.fetch` and `exports.fetch` are `fetch`; a function without a name has none. Since the second
/// version `Plan.next` is `next` in its file: whether the class is printed depends on the runtime's version.
pub fn name(version: Version, function: &str) -> &str {
    let mut name = function.strip_prefix("new ").unwrap_or(function);
    while let Some(rest) = RECEIVERS.iter().find_map(|start| name.strip_prefix(start)) {
        name = rest;
    }
    let name = name.strip_suffix(".<anonymous>").unwrap_or(name);
    match name.rsplit_once('.') {
        _ if name == "<anonymous>" => "",
        Some((_, method)) if version >= Version::Two => method,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for file in [
            "node:internal/process/task_queues",
            "internal/modules/cjs/loader.js",
            "/srv/node_modules/axios/lib/core.js",
            "webpack-internal:///./node_modules/axios/index.js",
            "<anonymous>",
            "https://app.example.com/js/vendors.1a2b3c4d.chunk.js",
        ] {
            assert_eq!(role_of("run", file), Role::Library, "{file}");
        }
        assert_eq!(role_of("run", "webpack-internal:///./src/a.js"), Role::App);
        assert_eq!(role_of("", "/srv/a.js"), Role::App);
        assert_eq!(role_of("Object.<anonymous>", "/srv/a.js"), Role::Entry);
    }

    #[test]
    fn names_lose_receivers_of_chance() {
        for (printed, expected) in [
            ("Object.fetch", "fetch"),
            ("exports.fetch", "fetch"),
            ("Timeout.run", "run"),
            ("new Plan", "Plan"),
            ("Research.crawl", "crawl"),
            ("<anonymous>", ""),
        ] {
            assert_eq!(name(Version::NEWEST, printed), expected, "{printed}");
        }
    }
}
