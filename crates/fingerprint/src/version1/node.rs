//! Node's frames: what is the application's, and names without their receivers.

use super::frames::Role;
use super::place;
use crate::trace::Call;

pub fn role(call: &Call<'_>) -> Role {
    let file = call.file;
    let built_in = file.is_empty()
        || file.starts_with("node:")
        || file.starts_with("internal/")
        || file.starts_with("<anonymous>")
        || file.starts_with("native")
        || file.starts_with("index ")
        || (!file.contains(['/', '\\', ':']) && !call.function.is_empty());
    let foreign = place::elements(file).any(|name| matches!(name, "node_modules" | "webpack"));
    if built_in || foreign {
        Role::Library
    } else if call.function == "Object.<anonymous>"
        || call.function.starts_with("Module.<anonymous>")
        || name(call.function) == "main"
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

/// `Object.fetch` and `exports.fetch` are `fetch`; a function without a name has none.
pub fn name(function: &str) -> &str {
    let mut name = function.strip_prefix("new ").unwrap_or(function);
    while let Some(rest) = RECEIVERS.iter().find_map(|start| name.strip_prefix(start)) {
        name = rest;
    }
    let name = name.strip_suffix(".<anonymous>").unwrap_or(name);
    if name == "<anonymous>" { "" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_code_a_call_is_in() {
        let role_of = |function, file| {
            role(&Call {
                function,
                file,
                ..Call::default()
            })
        };
        for file in [
            "node:internal/process/task_queues",
            "internal/modules/cjs/loader.js",
            "/srv/node_modules/axios/lib/core.js",
            "webpack-internal:///./node_modules/axios/index.js",
            "<anonymous>",
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
            ("Research.crawl", "Research.crawl"),
            ("<anonymous>", ""),
        ] {
            assert_eq!(name(printed), expected, "{printed}");
        }
    }
}
