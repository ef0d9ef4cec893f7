//! Why a block cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use swarmscope_model::metrics::MetricError;

use crate::wire::Malformed;

/// What is wrong with a block's file.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    #[error("{}: damaged data at byte {offset}: {what}", path.display())]
    Damaged {
        path: PathBuf,
        offset: u64,
        what: &'static str,
    },
    #[error("reading {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl BlockError {
    /// For `map_err`: what the system refused to read.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// For `map_err`: where bytes are not what they should be.
    pub fn malformed(path: &Path, offset: u64) -> impl FnOnce(Malformed) -> Self {
        let path = path.to_owned();
        move |Malformed(what)| Self::Damaged { path, offset, what }
    }
}

impl From<BlockError> for MetricError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Damaged { path, offset, what } => Self::Damaged {
                path: path.display().to_string(),
                offset,
                reason: what.to_owned(),
            },
            BlockError::Io { path, source } => Self::Io {
                operation: "reading",
                path: path.display().to_string(),
                source,
            },
        }
    }
}
