//! Python's frames: what is the application's.

use super::frames::Role;
use crate::trace::Call;

/// Folders of installed packages, in any installation.
const PACKAGES: [&str; 2] = ["site-packages", "dist-packages"];
/// What the compiler makes of a comprehension or expression: newer versions have no frame for some.
const ANONYMOUS: [&str; 5] = [
    "<listcomp>",
    "<dictcomp>",
    "<setcomp>",
    "<genexpr>",
    "<lambda>",
];

pub fn role(call: &Call<'_>) -> Role {
    let file = call.file;
    if file.starts_with("<frozen ")
        || PACKAGES.iter().any(|folder| file.contains(folder))
        || in_standard_library(file)
    {
        Role::Library
    } else if ANONYMOUS.contains(&call.function) {
        Role::Glue
    } else if matches!(call.function, "<module>" | "main" | "") {
        Role::Entry
    } else {
        Role::App
    }
}

/// `…/lib/python3.11/…`, `…/lib/python311.zip/…`, `C:\Python311\Lib\…`
fn in_standard_library(file: &str) -> bool {
    if file.contains('\\') {
        let lower = file.to_ascii_lowercase();
        return lower.contains("\\lib\\") && lower.contains("python");
    }
    ["/lib/python", "/lib64/python"].iter().any(|folder| {
        file.find(folder)
            .is_some_and(|at| file[at + folder.len()..].starts_with(|c: char| c.is_ascii_digit()))
    })
}
