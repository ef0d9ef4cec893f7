//! Rules about the tree that no compiler checks. Each rule is a module; a problem is one line that
//! names the place and what to do.

mod dependencies;
mod module_docs;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Checks every rule and gives what is wrong.
///
/// # Errors
/// When the tree cannot be read.
pub fn run() -> Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("xtask has a parent")?;
    let files = tracked_files(root)?;
    let mut problems = dependencies::check(root)?;
    problems.extend(module_docs::check(root, &files)?);
    problems.extend(words::check(root, &files)?);
    Ok(problems)
}

/// The files that git knows, relative to the root.
fn tracked_files(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z"])
        .output()?;
    ensure!(output.status.success(), "git ls-files failed");
    let names = String::from_utf8(output.stdout)?;
    let files: Vec<PathBuf> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect();
    // A check of nothing would always pass.
    ensure!(!files.is_empty(), "git knows no files here");
    Ok(files
        .into_iter()
        .filter(|file| root.join(file).is_file())
        .collect())
}
