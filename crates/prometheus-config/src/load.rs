//! From a file on disk to a configuration: file names in it count from its folder.

use std::path::{Path, PathBuf};

use crate::configuration::Configuration;
use crate::yaml::YamlError;

/// Why a configuration could not be loaded. The one before it should stay in force.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}: {}", place(path, error.line), error.reason())]
    Invalid { path: PathBuf, error: YamlError },
    #[error("{pattern:?} is no pattern of file names: {source}")]
    Pattern {
        pattern: String,
        #[source]
        source: glob::PatternError,
    },
}

/// Loads `prometheus.yml` and the files with scrape jobs that it names, with variables from the process's
/// environment.
///
/// # Errors
/// When a file cannot be read or is wrong; the message names file and line.
pub fn load(path: &Path) -> Result<Configuration, LoadError> {
    let invalid = |error| LoadError::Invalid {
        path: path.to_owned(),
        error,
    };
    let variable = |name: &str| std::env::var(name).ok();
    let mut configuration = Configuration::parse(&read(path)?, &variable).map_err(invalid)?;
    configuration.set_directory(directory(path));
    for pattern in configuration.scrape_config_files.clone() {
        for file in matching_files(&pattern)? {
            configuration
                .add_jobs(&read(&file)?, directory(&file))
                .map_err(|error| LoadError::Invalid {
                    path: file.clone(),
                    error,
                })?;
        }
    }
    Ok(configuration)
}

/// The files that a pattern names, by name; none when nothing matches. What is not readable is left out.
///
/// # Errors
/// When it is no pattern.
pub fn matching_files(pattern: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let text = pattern.to_string_lossy();
    let found = glob::glob(&text).map_err(|source| LoadError::Pattern {
        pattern: text.clone().into_owned(),
        source,
    })?;
    Ok(found.filter_map(Result::ok).collect())
}

/// File and line; what is about the file as a whole has none.
fn place(path: &Path, line: usize) -> String {
    match line {
        0 => path.display().to_string(),
        line => format!("{}:{line}", path.display()),
    }
}

fn read(path: &Path) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}
