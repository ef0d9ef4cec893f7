//! The files of the queue: `00000001.segment` and so on, records one after the other.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{QueueError, record};

const ENDING: &str = "segment";

pub(super) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.{ENDING}"))
}

/// The numbers of the segments that are there, ascending.
pub(super) fn numbers(folder: &Path) -> Result<Vec<u64>, QueueError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(QueueError::io("listing", folder))? {
        let path = entry.map_err(QueueError::io("listing", folder))?.path();
        if path.extension().is_some_and(|ending| ending == ENDING)
            && let Some(number) = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok())
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// How many bytes from the front are whole records.
pub(super) fn sound_length(path: &Path) -> Result<u64, QueueError> {
    let bytes = std::fs::read(path).map_err(QueueError::io("reading", path))?;
    let mut sound = 0;
    while let Some((_, length)) = record::cut(&bytes[sound..]) {
        sound += length;
    }
    Ok(sound as u64)
}

/// Makes new names in a folder outlive a power failure.
pub(super) fn sync_folder(folder: &Path) -> Result<(), QueueError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(QueueError::io("syncing", folder))
}
