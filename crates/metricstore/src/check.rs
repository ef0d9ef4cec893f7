//! Looks at every byte of a data folder that nobody has open, and says what is wrong with it.
//!
//! Nothing is repaired or changed: what a start would do is only told. Pages of blocks are read against
//! their checksums, every chunk is decoded and counted, frames of the log and of checkpoints are read one
//! by one.

mod block;
mod log;

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::check::{FileReport, Findings, Progress, length, with_cause};
use swarmscope_files::{Disk, FileSystem, Lock, durable};

use crate::block::cache::Cache;
use crate::block::{Block, Damage, Tombstones, ulid};
use crate::error::OpenError;
use crate::filenames;
use crate::manifest::Manifest;
use crate::open::lock;

/// Pages of series and label values in memory meanwhile: each is read once.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    pub files: Vec<FileReport>,
    pub blocks: u64,
    /// Samples in blocks, those included that were deleted since.
    pub samples: u64,
    /// Frames of the log that a start reads.
    pub logged_frames: u64,
}

impl CheckReport {
    /// Files with a problem.
    pub fn problems(&self) -> impl Iterator<Item = &FileReport> {
        self.files.iter().filter(|file| file.problem.is_some())
    }
}

/// Checks a folder.
///
/// # Errors
/// When the folder is in use, is no metric store, or is of another format.
pub fn check(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<CheckReport, OpenError> {
    let files = Disk;
    let _lock = hold(&files, folder)?;
    let mut check = Check {
        folder,
        files: &files,
        cache: Arc::new(Cache::new(CACHE_BYTES)),
        report: CheckReport::default(),
        findings: Findings::new(folder, progress),
    };
    let blocks = check.manifest()?;
    let total = check.total_bytes()?;
    check.findings.expect(total);
    for (ulid, state) in blocks {
        check.block(&ulid, state);
    }
    check.log()?;
    Ok(CheckReport {
        files: check.findings.into_files(),
        ..check.report
    })
}

/// Keeps others from opening the folder. One without a lock file was never open, as a copy.
fn hold(files: &dyn FileSystem, folder: &Path) -> Result<Option<Box<dyn Lock>>, OpenError> {
    let path = folder.join(filenames::FORMAT);
    let found = match durable::read_file(files, &path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(OpenError::NotAStore {
                folder: folder.to_owned(),
            });
        }
        Err(error) => return Err(OpenError::io("reading", path)(error)),
    };
    if found != filenames::FORMAT_VERSION.as_bytes() {
        return Err(OpenError::other_format(folder, &found));
    }
    match folder.join(filenames::LOCK).exists() {
        true => lock(files, folder).map(Some),
        false => Ok(None),
    }
}

struct Check<'a> {
    folder: &'a Path,
    files: &'a dyn FileSystem,
    cache: Arc<Cache>,
    report: CheckReport,
    findings: Findings<'a>,
}

impl Check<'_> {
    /// The blocks that count, with the state of their tombstones.
    fn manifest(&mut self) -> Result<Vec<(String, u64)>, OpenError> {
        let path = self.folder.join(filenames::MANIFEST);
        match Manifest::read(self.files, self.folder) {
            Ok(Some(manifest)) => {
                self.findings.whole_file(&path);
                Ok(manifest.blocks)
            }
            Ok(None) => {
                let problem =
                    "cannot be read; the next start uses every block that is there".to_owned();
                self.findings
                    .note(&path, length(&path), 0, Some(problem), None);
                self.blocks_there()
            }
            // Before the first block there is none.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.blocks_there(),
            Err(error) => Err(OpenError::io("reading", path)(error)),
        }
    }

    fn blocks_there(&self) -> Result<Vec<(String, u64)>, OpenError> {
        let names = self.names(filenames::BLOCKS_FOLDER)?;
        let mut blocks: Vec<_> = names
            .iter()
            .filter_map(|name| filenames::block_ulid(name))
            .filter(|name| ulid::is_one(name))
            .map(|name| (name.to_owned(), 0))
            .collect();
        blocks.sort();
        Ok(blocks)
    }

    fn total_bytes(&self) -> Result<u64, OpenError> {
        let mut total = 0;
        for part in [filenames::BLOCKS_FOLDER, filenames::WAL_FOLDER] {
            let path = self.folder.join(part);
            for name in self.names(part)? {
                total += length(&path.join(name));
            }
        }
        Ok(total)
    }

    /// The names in a part of the folder. A copy lacks those that would be empty.
    fn names(&self, part: &str) -> Result<Vec<String>, OpenError> {
        let path = self.folder.join(part);
        match self.files.list(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            names => names.map_err(OpenError::io("reading", path)),
        }
    }

    fn block(&mut self, ulid: &str, state: u64) {
        self.report.blocks += 1;
        let path = filenames::block(self.folder, ulid);
        let bytes = length(&path);
        let damage = Arc::new(Damage::default());
        let found = Block::open(self.files, &path, ulid, &self.cache, &damage)
            .and_then(|block| block::verify(&block));
        match found {
            Ok(found) => {
                self.report.samples += found.samples;
                self.findings.read(&path, bytes, found.pages, None, None);
            }
            Err(error) => {
                self.findings
                    .read(&path, bytes, 0, Some(with_cause(&error)), None);
            }
        }
        if state > 0 {
            let path = filenames::tombstones(self.folder, ulid, state);
            let bytes = length(&path);
            let read = Tombstones::read(self.files, &path);
            let problem = read.err().map(|error| with_cause(&error));
            self.findings.read(&path, bytes, 1, problem, None);
        }
    }

    /// The newest checkpoint, and the segments of the log behind it.
    fn log(&mut self) -> Result<(), OpenError> {
        if self.names(filenames::WAL_FOLDER)?.is_empty() {
            return Ok(());
        }
        let failed = |source| OpenError::io("reading the log in", self.folder)(source);
        let found = log::read(self.files, self.folder).map_err(failed)?;
        for file in found {
            self.report.logged_frames += file.frames;
            self.findings
                .read(&file.path, file.bytes, file.frames, file.problem, file.note);
        }
        Ok(())
    }
}
