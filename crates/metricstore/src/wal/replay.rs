//! Reads the log after a start, whatever a crash or a bad disk left of it.

use std::io;
use std::path::Path;

use swarmscope_files::FileSystem;

use super::frame::{Frames, Next};
use super::record::{self, Event};
use crate::filenames;

/// What was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    pub frames: u64,
    pub events: u64,
    /// Bytes cut off at the end: writes that nobody was told about.
    pub torn_bytes: u64,
    /// Places in the middle that could not be read: writes that may be lost.
    pub damaged: u64,
    /// Of the newest frame.
    pub number: u64,
    /// Of all segments.
    pub bytes: u64,
}

/// Hands everything in a segment to `apply` with its frame's number, in order. The torn end of the last
/// segment is cut off, and what is left of it is on disk then.
///
/// # Errors
/// When the file cannot be read or cut.
pub fn segment(
    files: &dyn FileSystem,
    folder: &Path,
    segment: u64,
    is_last: bool,
    replayed: &mut Replayed,
    apply: &mut dyn FnMut(u64, Event),
) -> io::Result<()> {
    let path = filenames::wal(folder, segment);
    let file = files.open(&path)?;
    let mut frames = Frames::new(file.clone())?;
    replayed.bytes += file.length()?;
    loop {
        match frames.next()? {
            // What a killed process wrote and did not sync is in the system's memory alone; from now on
            // everybody builds on it.
            Next::End if is_last => return file.sync(),
            Next::End => return Ok(()),
            Next::Frame(number) => {
                replayed.frames += 1;
                replayed.number = replayed.number.max(number);
                let events = &mut replayed.events;
                let read = record::read(frames.payload(), &mut |event| {
                    *events += 1;
                    apply(number, event);
                });
                if let Err(error) = read {
                    replayed.damaged += 1;
                    tracing::error!(
                        file = %path.display(), frame = number, %error,
                        "a record of the log is none: acknowledged samples may be lost; check the disk"
                    );
                }
            }
            Next::Torn { offset, bytes } if is_last => {
                replayed.torn_bytes += bytes;
                tracing::warn!(
                    file = %path.display(), bytes,
                    "the log ends in a write that was never completed or acknowledged: cut off"
                );
                file.truncate(offset)?;
                file.sync()?;
                return Ok(());
            }
            Next::Damage { offset, bytes } | Next::Torn { offset, bytes } => {
                replayed.damaged += 1;
                tracing::error!(
                    file = %path.display(), offset, bytes,
                    "the log is damaged: acknowledged samples may be lost; check the disk"
                );
            }
        }
    }
}
