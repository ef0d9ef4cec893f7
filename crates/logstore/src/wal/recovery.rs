//! Reads the log after a start, whatever a crash or a bad disk left of it.

use std::io;
use std::path::Path;

use swarmscope_files::{FileSystem, durable};

use super::entry::{Entry, Reader};
use super::{frame, log};

/// What recovery met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    pub frames: u64,
    /// Bytes cut off at the end: writes that nobody was told about.
    pub torn_bytes: u64,
    /// Places in the middle that could not be read: writes that may be lost.
    pub damaged: u64,
    pub bytes: u64,
    /// The sequence behind the last one in the log.
    pub next_sequence: u64,
}

/// Hands every entry of every whole frame to `apply`, with its sequence, in order. The torn end of
/// the last file is cut off.
///
/// # Errors
/// When a file cannot be read or cut.
pub fn replay(
    files: &dyn FileSystem,
    folder: &Path,
    mut apply: impl FnMut(u64, Entry<'_>),
) -> io::Result<Recovered> {
    let mut recovered = Recovered::default();
    let logs = log::files(files, folder)?;
    for (place, (_, path)) in logs.iter().enumerate() {
        let is_last = place + 1 == logs.len();
        let bytes = durable::read_file(files, path)?;
        let whole = replay_file(path, &bytes, is_last, &mut recovered, &mut apply);
        if is_last && whole < bytes.len() {
            recovered.torn_bytes += (bytes.len() - whole) as u64;
            tracing::warn!(
                file = %path.display(),
                bytes = bytes.len() - whole,
                "the log ends in a write that was never completed or acknowledged: cut off"
            );
            let file = files.open(path)?;
            file.truncate(whole as u64)?;
            file.sync()?;
        }
        recovered.bytes += whole as u64;
    }
    Ok(recovered)
}

/// Gives the length up to the end of the last whole frame.
fn replay_file(
    path: &Path,
    bytes: &[u8],
    is_last: bool,
    recovered: &mut Recovered,
    apply: &mut impl FnMut(u64, Entry<'_>),
) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let Some(frame) = frame::read(&bytes[at..]) else {
            let next = frame::find(&bytes[at + 1..]);
            if next.is_some() || !is_last {
                recovered.damaged += 1;
                tracing::error!(
                    file = %path.display(),
                    offset = at,
                    skipped = next.map_or(bytes.len() - at, |found| found + 1),
                    "the log is damaged: acknowledged writes may be lost; check the disk"
                );
            }
            match next {
                Some(found) => {
                    at += found + 1;
                    continue;
                }
                None => return at,
            }
        };
        at += frame.length();
        recovered.frames += 1;
        let mut sequence = frame.sequence;
        for entry in Reader::new(frame.payload) {
            apply(sequence, entry);
            sequence += 1;
        }
        recovered.next_sequence = recovered.next_sequence.max(sequence);
    }
    at
}
