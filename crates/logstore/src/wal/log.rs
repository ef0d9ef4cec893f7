//! The end of the log that is being written.
//!
//! When a sync fails nobody knows what is on disk, and trying again may lie: the log then takes
//! nothing more. A full disk is no such failure as long as what was written in part can be cut off.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use swarmscope_files::{FileSystem, StoredFile, durable};

use crate::filenames;
use crate::stats::{Counters, count};

/// The open log file and those before it that are still needed.
#[derive(Debug)]
pub struct Log {
    files: Arc<dyn FileSystem>,
    folder: PathBuf,
    file: Arc<dyn StoredFile>,
    /// The length that is on disk and acknowledged.
    length: u64,
    /// Set by the first failure.
    failed: Option<io::ErrorKind>,
}

impl Log {
    /// Begins a new file whose writes have this sequence or a later one.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(files: Arc<dyn FileSystem>, folder: &Path, sequence: u64) -> io::Result<Self> {
        let path = filenames::wal(folder, sequence);
        let file = files.create(&path)?;
        durable::sync_parent(files.as_ref(), &path)?;
        Ok(Self {
            folder: folder.to_owned(),
            files,
            file,
            length: 0,
            failed: None,
        })
    }

    /// Appends frames; when it returns they are on disk.
    ///
    /// # Errors
    /// When the disk is full the frames are cut off again and later writes may succeed; after any
    /// failure that leaves the file in doubt, and ever after.
    pub fn append(&mut self, frames: &[u8], counters: &Counters) -> io::Result<()> {
        if let Some(kind) = self.failed {
            return Err(io::Error::new(
                kind,
                "an earlier write to the log failed; restart after checking the disk",
            ));
        }
        if let Err(error) = self.file.append(frames) {
            // Synced, or a crash could bring back a frame that was refused.
            let cut = self
                .file
                .truncate(self.length)
                .and_then(|()| self.file.sync());
            if cut.is_err() {
                self.failed = Some(error.kind());
            }
            return Err(error);
        }
        count(&counters.fsyncs);
        if let Err(error) = self.file.sync() {
            self.failed = Some(error.kind());
            // The next start would find the frames in the system's memory, build on them, and they may never
            // reach the disk. That the cut fails as well changes nothing: they are in doubt either way.
            drop(self.file.truncate(self.length));
            return Err(error);
        }
        self.length += frames.len() as u64;
        counters
            .wal_bytes
            .fetch_add(frames.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Goes on in a new file.
    ///
    /// # Errors
    /// When it cannot be made; the old one stays in use.
    pub fn rotate(&mut self, sequence: u64) -> io::Result<()> {
        // What a failed log has on disk is unknown: a file behind it could repeat its sequences.
        if self.length == 0 || self.failed.is_some() {
            return Ok(());
        }
        match Self::begin(Arc::clone(&self.files), &self.folder, sequence) {
            Ok(next) => *self = next,
            Err(error) => {
                // With a file behind it, this one would be removed before its last writes are in
                // segments.
                let path = filenames::wal(&self.folder, sequence);
                if durable::remove(self.files.as_ref(), &path).is_err() {
                    self.failed = Some(error.kind());
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether the log takes nothing more.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }
}

/// The log files in order, each with the sequence in its name.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(files: &dyn FileSystem, folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let folder = folder.join(filenames::WAL_FOLDER);
    let names = files.list(&folder)?;
    let numbered = names
        .iter()
        .filter_map(|name| Some((filenames::wal_sequence(name)?, folder.join(name))));
    let mut found: Vec<_> = numbered.collect();
    found.sort();
    Ok(found)
}

/// Removes the files whose every write has a sequence below `sequence`: those before the last
/// file that begins at or before it.
///
/// # Errors
/// When the file system refuses.
pub fn remove_before(
    disk: &dyn FileSystem,
    folder: &Path,
    sequence: u64,
    counters: &Counters,
) -> io::Result<()> {
    for pair in files(disk, folder)?.windows(2) {
        if pair[1].0 <= sequence {
            let length = disk.open(&pair[0].1).and_then(|file| file.length());
            durable::remove(disk, &pair[0].1)?;
            counters
                .wal_bytes
                .fetch_sub(length.unwrap_or(0), Ordering::Relaxed);
        }
    }
    Ok(())
}
