//! Every module opens by saying why it exists.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// Rust files that do not open with `//!`.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
    {
        let text = std::fs::read_to_string(root.join(file))?;
        if !text.starts_with("//!") {
            problems.push(format!(
                "{}: open the module with //! and why it exists",
                file.display()
            ));
        }
    }
    Ok(problems)
}
