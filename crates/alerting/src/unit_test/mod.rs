//! Tests of rules, in the files that `promtool test rules` reads: series are made up, rules evaluated over
//! them, and alerts and query results compared with what is expected.
//!
//! Each test gets a store of its own from the caller; nothing real is touched.

mod compare;
mod error;
mod file;
mod run;
mod series;

use std::path::Path;
use std::sync::Arc;

use swarmscope_model::metrics::MetricStore;

use crate::definition::{Syntax, load_patterns};
pub use error::UnitTestError;

/// Makes an empty store, which takes samples of any time.
pub type MakeStore<'a> =
    &'a dyn Fn() -> Result<Arc<dyn MetricStore>, Box<dyn std::error::Error + Send + Sync>>;

/// What became of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    pub name: String,
    /// What is not as expected; empty when the test passed.
    pub failures: Vec<String>,
}

/// Runs every test of a file.
///
/// # Errors
/// When the file or a rule file that it names cannot be read, or a store cannot be had.
pub fn run_file(
    path: &Path,
    syntax: Syntax,
    make_store: MakeStore<'_>,
) -> Result<Vec<TestOutcome>, UnitTestError> {
    let text = std::fs::read_to_string(path).map_err(|source| UnitTestError::Read {
        path: path.to_owned(),
        source,
    })?;
    let tests = file::parse(&text).map_err(|error| UnitTestError::Invalid {
        path: path.to_owned(),
        error,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let patterns: Vec<_> = tests
        .rule_files
        .iter()
        .map(|pattern| folder.join(pattern))
        .collect();
    let groups = load_patterns(&patterns, syntax)?;
    tests
        .tests
        .iter()
        .enumerate()
        .map(|(position, test)| {
            let name = match test.name.as_str() {
                "" => format!("unnamed#{position}"),
                name => name.to_owned(),
            };
            let store = make_store().map_err(UnitTestError::Store)?;
            let failures = run::run(&tests, test, &groups, syntax, store)?;
            Ok(TestOutcome { name, failures })
        })
        .collect()
}
