//! What can be wrong with a data folder and the files in it.

use std::io;
use std::path::{Path, PathBuf};

use swarmscope_model::metrics::MetricError;

use crate::filenames;

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the data folder {} is in use by another process{holder}; stop that one or choose another folder",
        folder.display()
    )]
    InUse { folder: PathBuf, holder: String },
    #[error(
        "the data folder {} has the format {found:?}, this version reads {expected:?}; \
         use the version that wrote it or another folder",
        folder.display()
    )]
    UnknownFormat {
        folder: PathBuf,
        found: String,
        expected: &'static str,
    },
    #[error(
        "{} holds files but is no metric store: it has no FORMAT file; choose an empty folder",
        folder.display()
    )]
    NotAStore { folder: PathBuf },
    #[error("{action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a thread of the metric store could not be started")]
    Thread(#[source] io::Error),
}

impl OpenError {
    /// Of a folder whose format this version does not read.
    pub(crate) fn other_format(folder: &Path, found: &[u8]) -> Self {
        OpenError::UnknownFormat {
            folder: folder.to_owned(),
            found: String::from_utf8_lossy(found).trim().to_owned(),
            expected: filenames::FORMAT_VERSION.trim_ascii_end(),
        }
    }

    /// For `map_err`: what was done with which file when the system refused.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| OpenError::Io {
            action,
            path,
            source,
        }
    }
}

/// For `map_err`: what was done with which file when the system refused.
pub(crate) fn io_error(
    operation: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> MetricError {
    let path = path.display().to_string();
    move |source| MetricError::Io {
        operation,
        path,
        source,
    }
}

/// Whether the disk, or what a user may have of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
