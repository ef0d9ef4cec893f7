//! The samples that wait to be sent, in segments on disk: written at one end, read by every receiver from
//! where it is, removed when all have read them.

mod position;
mod reader;
mod record;
mod segment;

pub(crate) use position::{Place, load_position, remove_position, save_position};
pub(crate) use reader::Reader;
pub use record::QueuedSample;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use swarmscope_model::limits::{
    REMOTE_QUEUE_BYTES, REMOTE_RECORD_SAMPLES, REMOTE_SEGMENT_BYTES, SYNC_EVERY,
};
use swarmscope_model::metrics::Durability;
use tokio::sync::watch;

/// The queue could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("{operation} {}: {source}", path.display())]
    Io {
        operation: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("work on the queue was broken off by a fault of the server")]
    Aborted,
}

impl QueueError {
    fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            operation,
            path,
            source,
        }
    }
}

/// The queue. Cheap to clone; clones are the same queue.
#[derive(Debug, Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    writing: Mutex<Writing>,
    /// The end of what is written: readers go no further.
    end: watch::Sender<Place>,
}

/// The segment that is written.
#[derive(Debug)]
struct Writing {
    file: File,
    path: PathBuf,
    place: Place,
    synced: Instant,
    unsynced: bool,
    /// The bytes of the records are doubtful from here on, because one was written in part.
    torn: bool,
}

impl Queue {
    /// Opens the queue in a folder, which is made when it is not there. A record that was written in part
    /// when the process ended is cut off.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(folder: &Path) -> Result<Self, QueueError> {
        std::fs::create_dir_all(folder).map_err(QueueError::io("making", folder))?;
        let number = segment::numbers(folder)?.last().copied().unwrap_or(1);
        let writing = Writing::open(folder, number)?;
        let (end, _) = watch::channel(writing.place);
        Ok(Self {
            shared: Arc::new(Shared {
                folder: folder.to_owned(),
                writing: Mutex::new(writing),
                end,
            }),
        })
    }

    /// Adds samples. They are in the system's hands when this returns, and on disk when `Synced` is asked.
    ///
    /// # Errors
    /// When they cannot be written. Then none of them is read later, or a first part.
    pub fn append(
        &self,
        samples: &[QueuedSample],
        durability: Durability,
    ) -> Result<(), QueueError> {
        let records: Vec<Vec<u8>> = samples
            .chunks(REMOTE_RECORD_SAMPLES)
            .flat_map(record::encode)
            .collect();
        let mut writing = self.lock();
        for record in &records {
            if writing.place.offset >= REMOTE_SEGMENT_BYTES || writing.torn {
                writing.sync()?;
                *writing = Writing::open(&self.shared.folder, writing.place.segment + 1)?;
            }
            writing.write(record)?;
            self.shared.end.send_replace(writing.place);
        }
        if durability == Durability::Synced || writing.synced.elapsed() > SYNC_EVERY {
            writing.sync()?;
        }
        Ok(())
    }

    /// Brings to disk what is not there yet.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn sync(&self) -> Result<(), QueueError> {
        self.lock().sync()
    }

    /// The end of what is written, and how to wait for more.
    pub(crate) fn end(&self) -> watch::Receiver<Place> {
        self.shared.end.subscribe()
    }

    /// The folder it is in.
    pub(crate) fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// Removes segments that no receiver needs, and the oldest ones when there are too many bytes. Whether
    /// any of those was still needed.
    pub(crate) fn trim(&self, needed_from: Place) -> Result<bool, QueueError> {
        let last = self.lock().place.segment;
        let mut segments = Vec::new();
        for number in segment::numbers(self.folder())? {
            let path = segment::path(self.folder(), number);
            let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
            segments.push((number, path, bytes));
        }
        let mut total: u64 = segments.iter().map(|(_, _, bytes)| bytes).sum();
        let mut lost = false;
        for (number, path, bytes) in segments {
            let needed = number >= needed_from.segment;
            if number == last || (needed && total <= REMOTE_QUEUE_BYTES) {
                break;
            }
            std::fs::remove_file(&path).map_err(QueueError::io("removing", &path))?;
            total -= bytes;
            lost |= needed;
        }
        Ok(lost)
    }

    fn lock(&self) -> MutexGuard<'_, Writing> {
        self.shared
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writing {
    fn open(folder: &Path, number: u64) -> Result<Self, QueueError> {
        let path = segment::path(folder, number);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(QueueError::io("opening", &path))?;
        let sound = segment::sound_length(&path)?;
        let length = file
            .metadata()
            .map_err(QueueError::io("reading", &path))?
            .len();
        if sound < length {
            let bytes = length - sound;
            tracing::warn!(path = %path.display(), bytes, "cut off a record that was written in part");
            file.set_len(sound)
                .map_err(QueueError::io("cutting", &path))?;
        }
        segment::sync_folder(folder)?;
        Ok(Self {
            file,
            path,
            place: Place {
                segment: number,
                offset: sound,
            },
            synced: Instant::now(),
            unsynced: false,
            torn: false,
        })
    }

    fn write(&mut self, record: &[u8]) -> Result<(), QueueError> {
        if let Err(source) = self.file.write_all(record) {
            // What part of it is there is not known: go back, or else to another segment.
            self.torn = self.file.set_len(self.place.offset).is_err();
            return Err(QueueError::io("writing", &self.path)(source));
        }
        self.place.offset += record.len() as u64;
        self.unsynced = true;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), QueueError> {
        if self.unsynced {
            self.file
                .sync_data()
                .map_err(QueueError::io("syncing", &self.path))?;
            self.unsynced = false;
        }
        self.synced = Instant::now();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
