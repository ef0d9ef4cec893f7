//! The end of the log that is being written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::{FileSystem, StoredFile, durable};

use super::frame;
use super::record::RecordBuilder;
use super::syncing::Syncing;
use crate::filenames;

/// A segment is followed by another when it is this long: few files, and not much to read twice when a
/// checkpoint is missed.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// The open segment.
#[derive(Debug)]
pub struct Log {
    files: Arc<dyn FileSystem>,
    folder: PathBuf,
    file: Arc<dyn StoredFile>,
    pub syncing: Arc<Syncing>,
    segment: u64,
    /// Bytes in the open segment.
    length: u64,
    /// Bytes in the segments before it.
    earlier: u64,
    /// Of the newest frame.
    number: u64,
    buffer: Vec<u8>,
    payload: Vec<u8>,
}

impl Log {
    /// Begins a segment. `number` is that of the newest frame in the segments before, `earlier` their length.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(
        files: Arc<dyn FileSystem>,
        folder: &Path,
        segment: u64,
        number: u64,
        earlier: u64,
    ) -> io::Result<Self> {
        let file = new_segment(files.as_ref(), folder, segment)?;
        Ok(Self {
            files,
            folder: folder.to_owned(),
            syncing: Arc::new(Syncing::new(Arc::clone(&file))),
            file,
            segment,
            length: 0,
            earlier,
            number,
            buffer: Vec::new(),
            payload: Vec::new(),
        })
    }

    /// Writes a record. Gives the position to wait for in [`Syncing::wait_for`].
    ///
    /// # Errors
    /// When the system refuses. If that leaves the file in doubt the log takes nothing more until it is
    /// begun anew; otherwise the next record may succeed.
    pub fn append(&mut self, record: &RecordBuilder) -> io::Result<u64> {
        if let Some(kind) = self.syncing.failed() {
            return Err(kind.into());
        }
        if self.length >= SEGMENT_BYTES {
            self.syncing.wait_for_all()?;
            self.rotate()?;
        }
        self.payload.clear();
        record.finish(&mut self.payload);
        self.buffer.clear();
        frame::write(&mut self.buffer, self.number + 1, &self.payload);
        if let Err(error) = self.file.append(&self.buffer) {
            // What was written of the frame must not be followed by another.
            if self.file.truncate(self.length).is_err() {
                self.syncing.fail(error.kind());
            }
            return Err(error);
        }
        self.number += 1;
        self.length += self.buffer.len() as u64;
        Ok(self.syncing.wrote(self.buffer.len()))
    }

    /// Goes on in a new segment, whose number is returned. Everything before it has to be on disk.
    ///
    /// # Errors
    /// When it cannot be made; the old one stays in use.
    pub fn rotate(&mut self) -> io::Result<u64> {
        let (segment, file) = self.prepare()?;
        self.install(segment, file);
        Ok(segment)
    }

    /// Makes the next segment, without using it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare(&self) -> io::Result<(u64, Arc<dyn StoredFile>)> {
        let segment = self.segment + 1;
        let file = new_segment(self.files.as_ref(), &self.folder, segment)?;
        Ok((segment, file))
    }

    /// Goes on in a segment that was made. Everything before it has to be on disk, or in a checkpoint.
    pub fn install(&mut self, segment: u64, file: Arc<dyn StoredFile>) {
        self.segment = segment;
        self.earlier += self.length;
        self.length = 0;
        self.file = Arc::clone(&file);
        self.syncing.begin(file);
    }

    /// Says that the segments before the open one are gone.
    pub fn forget_earlier(&mut self) {
        self.earlier = 0;
    }

    /// Bytes in all segments.
    pub fn bytes(&self) -> u64 {
        self.earlier + self.length
    }

    /// Of the newest frame.
    pub fn number(&self) -> u64 {
        self.number
    }
}

fn new_segment(
    files: &dyn FileSystem,
    folder: &Path,
    segment: u64,
) -> io::Result<Arc<dyn StoredFile>> {
    let path = filenames::wal(folder, segment);
    let file = files.create(&path)?;
    durable::sync_parent(files, &path)?;
    Ok(file)
}

/// The numbers of the segments and of the checkpoints in the folder, ascending.
///
/// # Errors
/// When the folder cannot be read.
pub fn numbers(files: &dyn FileSystem, folder: &Path) -> io::Result<(Vec<u64>, Vec<u64>)> {
    let names = files.list(&folder.join(filenames::WAL_FOLDER))?;
    let sorted = |parse: fn(&str) -> Option<u64>| {
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| parse(name)).collect();
        numbers.sort_unstable();
        numbers
    };
    Ok((
        sorted(filenames::wal_segment),
        sorted(filenames::checkpoint_segment),
    ))
}
