//! What can be wrong with a data folder and the files in it.

use std::io;
use std::path::{Path, PathBuf};

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
        "the data folder {} has the format {found} of an older version, this one reads {}; export \
         the logs with the version that wrote them and import them here, or use another folder",
        folder.display(),
        filenames::FORMAT_VERSION
    )]
    OlderFormat { folder: PathBuf, found: u32 },
    #[error(
        "the data folder {} has the format {found} of a newer version, this one reads {}; use the \
         version that wrote it or another folder",
        folder.display(),
        filenames::FORMAT_VERSION
    )]
    NewerFormat { folder: PathBuf, found: u32 },
    #[error(
        "{} does not say which format the folder has: {found:?}; restore the folder from a backup \
         or choose another one",
        path.display()
    )]
    UnknownFormat { path: PathBuf, found: String },
    #[error(
        "{} holds files but is no log store: it has no FORMAT file; choose an empty folder",
        folder.display()
    )]
    NotAStore { folder: PathBuf },
    #[error(
        "{} and its copy are missing or damaged; restore the folder from a backup or move it away",
        path.display()
    )]
    Manifest { path: PathBuf },
    #[error("a segment cannot be read, though it may be whole; check the disk and start again")]
    Segment(#[source] SegmentError),
    #[error("{action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a thread of the log store could not be started")]
    Thread(#[source] io::Error),
}

impl OpenError {
    /// The folder has a format that this version does not read.
    pub(crate) fn other_format(folder: &Path, found: u32) -> Self {
        let folder = folder.to_owned();
        if found < filenames::FORMAT_VERSION {
            OpenError::OlderFormat { folder, found }
        } else {
            OpenError::NewerFormat { folder, found }
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

/// Why a segment cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    #[error("{}: {what}", path.display())]
    Damaged { path: PathBuf, what: &'static str },
    #[error("reading {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}
