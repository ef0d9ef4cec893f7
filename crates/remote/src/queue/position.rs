//! How far a receiver has come, in a file of its own: the segment and the byte in it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{QueueError, segment};

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub segment: u64,
    pub offset: u64,
}

const ENDING: &str = "position";

fn path(folder: &Path, receiver: &str) -> PathBuf {
    folder.join(format!("{receiver}.{ENDING}"))
}

/// Where a receiver was; `None` for a new one, and for a file that makes no sense.
pub(crate) fn load_position(folder: &Path, receiver: &str) -> Option<Place> {
    let text = std::fs::read_to_string(path(folder, receiver)).ok()?;
    let (segment, offset) = text.trim().split_once(' ')?;
    Some(Place {
        segment: segment.parse().ok()?,
        offset: offset.parse().ok()?,
    })
}

/// Notes where a receiver is, all or nothing.
pub(crate) fn save_position(folder: &Path, receiver: &str, place: Place) -> Result<(), QueueError> {
    let path = path(folder, receiver);
    let temporary = path.with_extension("new");
    let write = || {
        let mut file = File::create(&temporary)?;
        writeln!(file, "{} {}", place.segment, place.offset)?;
        file.sync_data()?;
        std::fs::rename(&temporary, &path)
    };
    write().map_err(QueueError::io("writing", &path))?;
    segment::sync_folder(folder)
}

/// Forgets a receiver.
pub(crate) fn remove_position(folder: &Path, receiver: &str) {
    // A file that stays makes a later receiver of the same name go on where this one was.
    if let Err(error) = std::fs::remove_file(path(folder, receiver)) {
        tracing::debug!(%receiver, %error, "no position to forget");
    }
}
