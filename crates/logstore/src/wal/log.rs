//! The end of the log that is being written.
//!
//! When a sync fails nobody knows what is on disk, and trying again may lie: the log then takes
//! nothing more.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::durable;
use crate::filenames;
use crate::stats::{Counters, count};

/// The open log file and those before it that are still needed.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    file: File,
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
    pub fn begin(folder: &Path, sequence: u64) -> io::Result<Self> {
        let path = filenames::wal(folder, sequence);
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&path)?;
        durable::sync_parent(&path)?;
        Ok(Self {
            folder: folder.to_owned(),
            file,
            length: 0,
            failed: None,
        })
    }

    /// Appends frames; when it returns they are on disk.
    ///
    /// # Errors
    /// When the disk is full the frames are taken back and later writes may succeed; after any
    /// failure that leaves the file in doubt, and ever after.
    pub fn append(&mut self, frames: &[u8], counters: &Counters) -> io::Result<()> {
        if let Some(kind) = self.failed {
            return Err(io::Error::new(
                kind,
                "an earlier write to the log failed; restart after checking the disk",
            ));
        }
        if let Err(error) = self.file.write_all(frames) {
            let taken_back = self
                .file
                .set_len(self.length)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
            if taken_back.is_err() {
                self.failed = Some(error.kind());
            }
            return Err(error);
        }
        count(&counters.fsyncs);
        if let Err(error) = self.file.sync_data() {
            self.failed = Some(error.kind());
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
        if self.length > 0 {
            *self = Self::begin(&self.folder, sequence)?;
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
pub fn files(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder.join(filenames::WAL_FOLDER))? {
        let entry = entry?;
        if let Some(sequence) = entry.file_name().to_str().and_then(filenames::wal_sequence) {
            files.push((sequence, entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// Removes the files whose every write has a sequence below `sequence`: those before the last
/// file that begins at or before it.
///
/// # Errors
/// When the file system refuses.
pub fn remove_before(folder: &Path, sequence: u64, counters: &Counters) -> io::Result<()> {
    let files = files(folder)?;
    for pair in files.windows(2) {
        if pair[1].0 <= sequence {
            let length = pair[0].1.metadata().map_or(0, |metadata| metadata.len());
            durable::remove(&pair[0].1)?;
            counters.wal_bytes.fetch_sub(length, Ordering::Relaxed);
        }
    }
    Ok(())
}
