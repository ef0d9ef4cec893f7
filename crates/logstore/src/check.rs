//! Looks at every byte of a data folder that nobody has open, and says what is wrong with it.
//!
//! Nothing is repaired or changed: what recovery would do is only told. Pages are read against
//! their checksums and decoded, samples of rows are looked up in the indexes, frames of the log are
//! read one by one.

mod log;
mod segment;

use std::path::Path;
use std::sync::Arc;

use swarmscope_files::check::{FileReport, Findings, Progress, length, with_cause};
use swarmscope_files::{Disk, FileSystem, Lock, durable};

use crate::background::deleted;
use crate::error::OpenError;
use crate::filenames;
use crate::ids::Salt;
use crate::manifest::{Manifest, SegmentEntry};
use crate::open::lock;
use crate::segment::Segment;
use crate::segment::cache::Cache;

/// Decoded columns in memory meanwhile: every page is read once.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    pub files: Vec<FileReport>,
    pub indices: u64,
    /// Documents in segments, without the deleted ones.
    pub documents: u64,
    /// Documents in the log that are in no segment yet.
    pub logged_documents: u64,
    /// Rows that were looked up in the indexes.
    pub sampled_rows: u64,
    /// Damage that an earlier run has put on record.
    pub recorded_damage: Vec<String>,
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
/// When the folder is in use, is no log store, or its manifest cannot be read.
pub fn check(folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<CheckReport, OpenError> {
    let files = Disk;
    let _lock = hold(&files, folder)?;
    check_format(&files, folder)?;
    let (manifest, is_copy) = Manifest::read(&files, folder)?;
    let mut check = Check {
        folder,
        files: &files,
        salt: manifest.salt,
        cache: Arc::new(Cache::new(CACHE_BYTES)),
        report: CheckReport::default(),
        findings: Findings::new(folder, progress),
    };
    check.findings.expect(total_bytes(folder, &manifest)?);
    check.findings.whole_file(&folder.join(filenames::FORMAT));
    let path = folder.join(filenames::MANIFEST);
    if is_copy {
        let problem = "cannot be read; its copy can, and the next start restores it".to_owned();
        check.findings.note(&path, 0, 0, Some(problem), None);
    } else {
        check.findings.whole_file(&path);
    }
    for index in &manifest.indices {
        check.report.indices += 1;
        let damage = index.damage.iter();
        let named = damage.map(|damage| format!("{}: {damage}", index.meta.name));
        check.report.recorded_damage.extend(named);
        for entry in &index.segments {
            check.segment(&index.meta.name, entry);
        }
    }
    check.log(manifest.flushed_sequence)?;
    Ok(CheckReport {
        files: check.findings.into_files(),
        ..check.report
    })
}

/// Keeps others from opening the folder. One without a lock file was never open, as a copy.
///
/// # Errors
/// When it is in use, or no log store: nothing is made of it then.
pub fn hold(files: &dyn FileSystem, folder: &Path) -> Result<Option<Box<dyn Lock>>, OpenError> {
    if !folder.join(filenames::FORMAT).exists() {
        return Err(OpenError::NotAStore {
            folder: folder.to_owned(),
        });
    }
    match folder.join(filenames::LOCK).exists() {
        true => lock(files, folder).map(Some),
        false => Ok(None),
    }
}

/// Refuses a folder of another format, and changes nothing.
///
/// # Errors
/// When it is of another format, or its format cannot be read.
pub fn check_format(files: &dyn FileSystem, folder: &Path) -> Result<(), OpenError> {
    let path = folder.join(filenames::FORMAT);
    let content = durable::read_file(files, &path).map_err(OpenError::io("reading", &path))?;
    match filenames::format_number(&content) {
        Some(filenames::FORMAT_VERSION) => Ok(()),
        Some(found) => Err(OpenError::other_format(folder, found)),
        None => Err(OpenError::UnknownFormat {
            path,
            found: String::from_utf8_lossy(&content).trim().to_owned(),
        }),
    }
}

fn total_bytes(folder: &Path, manifest: &Manifest) -> Result<u64, OpenError> {
    let mut total = 0;
    for entry in manifest.indices.iter().flat_map(|index| &index.segments) {
        total += length(&filenames::segment(folder, entry.number));
    }
    let logs = crate::wal::log::files(&Disk, folder)
        .map_err(OpenError::io("listing the log in", folder))?;
    Ok(total + logs.iter().map(|(_, path)| length(path)).sum::<u64>())
}

struct Check<'a> {
    folder: &'a Path,
    files: &'a dyn FileSystem,
    salt: Salt,
    cache: Arc<Cache>,
    report: CheckReport,
    findings: Findings<'a>,
}

impl Check<'_> {
    fn segment(&mut self, index: &str, entry: &SegmentEntry) {
        let path = filenames::segment(self.folder, entry.number);
        let bytes = length(&path);
        let opened = Segment::open(self.files, &path, entry.number, &self.cache);
        let outcome = opened.and_then(|segment| {
            let deleted = self.deleted(entry, &segment)?;
            let pages = segment.verify()?;
            let sampled = segment::samples(&segment, self.salt)?;
            Ok((pages, sampled, segment.rows() - deleted))
        });
        match outcome {
            Ok((pages, sampled, documents)) => {
                self.report.documents += u64::from(documents);
                self.report.sampled_rows += sampled;
                self.findings.read(&path, bytes, pages, None, None);
            }
            Err(error) => {
                let problem = format!("a segment of {index}: {}", with_cause(&error));
                self.findings.read(&path, bytes, 0, Some(problem), None);
            }
        }
    }

    /// How many rows are deleted.
    fn deleted(
        &mut self,
        entry: &SegmentEntry,
        segment: &Segment,
    ) -> Result<u32, crate::error::SegmentError> {
        if entry.deleted == 0 {
            return Ok(0);
        }
        let path = filenames::deleted(self.folder, entry.number, entry.deleted);
        let rows: Vec<u32> = segment.groups().iter().map(|group| group.rows()).collect();
        let sets = deleted::read(self.files, &path, &rows)?;
        self.findings.whole_file(&path);
        Ok(sets.iter().map(|set| set.count()).sum())
    }

    fn log(&mut self, flushed: u64) -> Result<(), OpenError> {
        let logs = crate::wal::log::files(self.files, self.folder)
            .map_err(OpenError::io("listing the log in", self.folder))?;
        for (place, (_, path)) in logs.iter().enumerate() {
            let bytes = durable::read_file(self.files, path)
                .map_err(OpenError::io("reading", path.as_path()))?;
            let found = log::frames(&bytes, flushed);
            self.report.logged_documents += found.documents;
            let length = bytes.len() as u64;
            let is_last = place + 1 == logs.len();
            let (problem, note) = found.verdict(is_last);
            self.findings
                .read(path, length, found.frames, problem, note);
        }
        Ok(())
    }
}
