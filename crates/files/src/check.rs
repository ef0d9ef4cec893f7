//! What a check of a store's folder finds, file by file, and how far it is.
//!
//! It knows neither what is in a file nor what is wrong with it: the stores do.

use std::error::Error;
use std::path::{Path, PathBuf};

/// One file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Below the folder.
    pub path: PathBuf,
    pub bytes: u64,
    /// Pages of a segment or block, or frames of the log.
    pub units: u64,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What is worth knowing and harmless.
    pub note: Option<String>,
}

/// How far a check is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub bytes_done: u64,
    /// Never less than what is done.
    pub bytes: u64,
}

/// Gathers the files of a check that is under way, and tells after each how far it is.
pub struct Findings<'a> {
    folder: &'a Path,
    files: Vec<FileReport>,
    now: Progress,
    progress: &'a mut dyn FnMut(Progress),
}

impl<'a> Findings<'a> {
    /// Nothing yet, of a folder.
    pub fn new(folder: &'a Path, progress: &'a mut dyn FnMut(Progress)) -> Self {
        Self {
            folder,
            files: Vec::new(),
            now: Progress {
                bytes_done: 0,
                bytes: 0,
            },
            progress,
        }
    }

    /// So many bytes are to be read.
    pub fn expect(&mut self, bytes: u64) {
        self.now.bytes = bytes;
    }

    /// A file that was read already, when what is to be read was counted.
    pub fn whole_file(&mut self, path: &Path) {
        self.note(path, length(path), 1, None, None);
    }

    /// A file was read, of those to be read.
    pub fn read(
        &mut self,
        path: &Path,
        bytes: u64,
        units: u64,
        problem: Option<String>,
        note: Option<String>,
    ) {
        self.now.bytes_done += bytes;
        self.note(path, bytes, units, problem, note);
    }

    /// A file beside those to be read.
    pub fn note(
        &mut self,
        path: &Path,
        bytes: u64,
        units: u64,
        problem: Option<String>,
        note: Option<String>,
    ) {
        self.files.push(FileReport {
            path: path.strip_prefix(self.folder).unwrap_or(path).to_owned(),
            bytes,
            units,
            problem,
            note,
        });
        self.now.bytes = self.now.bytes.max(self.now.bytes_done);
        (self.progress)(self.now);
    }

    /// All of them, in the order in which they were read.
    pub fn into_files(self) -> Vec<FileReport> {
        self.files
    }
}

/// The length of a file; none when there is no such file.
pub fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// An error with what it came from.
pub fn with_cause(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
