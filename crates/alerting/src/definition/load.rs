//! From files on disk to groups: all of them, or none.

use std::path::{Path, PathBuf};

use swarmscope_prometheus_config::matching_files;

use super::error::RuleFileError;
use super::file::{self, Syntax};
use super::group::GroupDefinition;

/// Loads the files that patterns name; a pattern that names none is no error.
///
/// # Errors
/// When a pattern is none, or as for [`load`].
pub fn load_patterns(
    patterns: &[PathBuf],
    syntax: Syntax,
) -> Result<Vec<GroupDefinition>, RuleFileError> {
    let mut files = Vec::new();
    for pattern in patterns {
        for file in matching_files(pattern)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    load(&files, syntax)
}

/// Loads rule files.
///
/// # Errors
/// When one cannot be read, or with all that is wrong in the first one that is wrong.
pub fn load(files: &[PathBuf], syntax: Syntax) -> Result<Vec<GroupDefinition>, RuleFileError> {
    let mut groups = Vec::new();
    for path in files {
        groups.extend(load_one(path, syntax)?);
    }
    Ok(groups)
}

fn load_one(path: &Path, syntax: Syntax) -> Result<Vec<GroupDefinition>, RuleFileError> {
    let text = std::fs::read_to_string(path).map_err(|source| RuleFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    file::parse(&text, path, syntax).map_err(|problems| RuleFileError::Invalid {
        path: path.to_owned(),
        problems,
    })
}
