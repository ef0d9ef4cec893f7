//! Node's frames: what is the application's, and names without their receivers.

use super::frames::Role;
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
    if built_in || file.contains("node_modules") || file.contains("/webpack/") {
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
