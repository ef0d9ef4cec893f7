//! Reads the log after a start, whatever a crash or a bad disk left of it.
//!
//! What cannot be read is kept for a human before it is cut or skipped: nobody can tell a write that was
//! never completed from one that was acknowledged and went bad since.

use std::io;
use std::path::{Path, PathBuf};

use swarmscope_files::{FileSystem, durable};

use super::entry::{Entry, Reader};
use super::{frame, log};
use crate::filenames;

/// What recovery met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    pub frames: u64,
    /// Bytes cut off at the end: writes that nobody was told about.
    pub torn_bytes: u64,
    /// Places that could not be read and are no torn end: writes that may be lost.
    pub damaged: u64,
    pub bytes: u64,
    /// A sequence that no document in the log has, nor one that could not be read.
    pub next_sequence: u64,
}

/// Hands every entry of every whole frame to `apply`, with its sequence, in order. The torn end of
/// the last file is cut off; empty files are removed.
///
/// # Errors
/// When a file cannot be read, cut or removed.
pub fn replay(
    files: &dyn FileSystem,
    folder: &Path,
    mut apply: impl FnMut(u64, Entry<'_>),
) -> io::Result<Recovered> {
    let mut recovered = Recovered::default();
    let logs = with_content(files, log::files(files, folder)?)?;
    for (place, (first, path)) in logs.iter().enumerate() {
        recovered.next_sequence = recovered.next_sequence.max(*first);
        let bytes = durable::read_file(files, path)?;
        let mut file = LogFile {
            files,
            folder,
            path,
            is_kept: false,
            recovered: &mut recovered,
        };
        let whole = file.replay(&bytes, &mut apply);
        let is_last = place + 1 == logs.len();
        if whole < bytes.len() {
            file.end(&bytes, whole, is_last)?;
        }
        if is_last {
            // What a killed process wrote and did not sync is in the system's memory alone; from now on
            // everybody builds on it.
            files.open(path)?.sync()?;
        }
        recovered.bytes += whole as u64;
    }
    Ok(recovered)
}

/// The files with content; the others are removed. One that was begun in vain and stayed would make those
/// before it look older than they are.
fn with_content(
    files: &dyn FileSystem,
    logs: Vec<(u64, PathBuf)>,
) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut with_content = Vec::with_capacity(logs.len());
    for (first, path) in logs {
        if files.open(&path)?.length()? == 0 {
            durable::remove(files, &path)?;
        } else {
            with_content.push((first, path));
        }
    }
    Ok(with_content)
}

/// One file of the log, while it is read.
struct LogFile<'a> {
    files: &'a dyn FileSystem,
    folder: &'a Path,
    path: &'a Path,
    /// Whether a second name in the folder of damaged files keeps it.
    is_kept: bool,
    recovered: &'a mut Recovered,
}

impl LogFile<'_> {
    /// Gives the length up to the end of the last whole frame.
    fn replay(&mut self, bytes: &[u8], apply: &mut impl FnMut(u64, Entry<'_>)) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let Some(frame) = frame::read(&bytes[at..]) else {
                let Some(next) = frame::find(&bytes[at + 1..]) else {
                    return at;
                };
                self.damaged(at, next + 1);
                at += next + 1;
                continue;
            };
            at += frame.length();
            self.recovered.frames += 1;
            let mut sequence = frame.sequence;
            let mut entries = Reader::new(frame.payload);
            for entry in &mut entries {
                apply(sequence, entry);
                sequence += 1;
            }
            self.saw(sequence);
            let unread = entries.rest().len();
            if unread > 0 {
                self.damaged(at - unread, unread);
            }
        }
        at
    }

    /// What is behind the last whole frame: torn by a crash, if it is the end of the last file and no
    /// longer than what was being written.
    fn end(&mut self, bytes: &[u8], whole: usize, is_last: bool) -> io::Result<()> {
        let rest = &bytes[whole..];
        if !is_last || !frame::is_torn(rest) {
            self.damaged(whole, rest.len());
        }
        if !is_last {
            return Ok(());
        }
        self.recovered.torn_bytes += rest.len() as u64;
        tracing::warn!(
            file = %self.path.display(),
            bytes = rest.len(),
            "the log ends in a write that is not complete and was not acknowledged: cut off"
        );
        self.files.open(self.path)?.truncate(whole as u64)
    }

    fn damaged(&mut self, offset: usize, length: usize) {
        self.recovered.damaged += 1;
        // A document takes more than a byte, so none that may be lost shares its number with a new one.
        self.saw(self.recovered.next_sequence + length as u64);
        let aside = filenames::damaged(self.folder, self.path);
        if !self.is_kept {
            self.is_kept = self.keep(&aside).is_ok();
        }
        tracing::error!(
            file = %self.path.display(),
            offset,
            bytes = length,
            kept_as = self.is_kept.then(|| aside.display().to_string()),
            "the log is damaged: if this was acknowledged it is lost; check the disk"
        );
    }

    /// Copies the file as it is now.
    fn keep(&self, aside: &Path) -> io::Result<()> {
        let bytes = durable::read_file(self.files, self.path)?;
        durable::write_file(self.files, aside, &bytes)
    }

    fn saw(&mut self, next: u64) {
        self.recovered.next_sequence = self.recovered.next_sequence.max(next);
    }
}
