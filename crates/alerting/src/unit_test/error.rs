//! Why tests of rules could not be run at all.

use std::path::PathBuf;

use swarmscope_model::metrics::MetricError;
use swarmscope_prometheus_config::yaml::YamlError;
use swarmscope_promql::parser::ParseError;

use crate::definition::RuleFileError;

/// Why tests of rules could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum UnitTestError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}:{}: {}", path.display(), error.line, error.reason())]
    Invalid { path: PathBuf, error: YamlError },
    #[error(transparent)]
    Rules(#[from] RuleFileError),
    #[error("input series {text:?}: {source}")]
    Series {
        text: String,
        #[source]
        source: ParseError,
    },
    #[error("there is no store for the test: {0}")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the input series cannot be written: {0}")]
    Write(#[from] MetricError),
}
