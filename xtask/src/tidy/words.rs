//! Words that do not belong into the tree: paths of somebody's machine, marks of unfinished work.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// What to look for, and why it must not be there. Written in two halves so that this file passes.
const FORBIDDEN: [(&str, &str); 6] = [
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("todo", "!("), "unfinished work"),
    (concat!("FIX", "ME"), "unfinished work"),
    (concat!("#[ig", "nore"), "a test that does not run"),
];

/// Data of others, errors as programs print them, and generated files may say what they like.
const EXEMPT: [&str; 5] = [
    "Cargo.lock",
    "LICENSE",
    "crates/fingerprint/tests/corpus/",
    "ui/package-lock.json",
    "tests/data/",
];

/// Every place with a forbidden word.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files {
        let name = file.to_string_lossy();
        if EXEMPT.iter().any(|exempt| name.starts_with(exempt)) {
            continue;
        }
        // Pictures and other binary files have no lines.
        let Ok(text) = String::from_utf8(std::fs::read(root.join(file))?) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for (word, why) in FORBIDDEN {
                if line.contains(word) {
                    problems.push(format!("{name}:{}: {word:?} is {why}", number + 1));
                }
            }
        }
    }
    Ok(problems)
}
