//! What alerts did: every change of a state, kept in a bounded file of JSON lines.
//!
//! The file is only ever appended to, and now and then replaced by its newer half. A line that a crash cut
//! short is cut off when the file is opened; whatever else cannot be read is left out and counted.

mod entry;

pub use entry::HistoryEntry;

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use swarmscope_model::limits::ALERT_HISTORY_ENTRIES;

use crate::durable;

/// A history that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{}: the history of alerts cannot be {operation}: {source}", path.display())]
pub struct HistoryError {
    path: PathBuf,
    operation: &'static str,
    #[source]
    source: io::Error,
}

/// The history of alerts.
pub struct History {
    path: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    file: File,
    /// Oldest first.
    entries: VecDeque<HistoryEntry>,
    lines: usize,
    /// The file may end in the middle of a line.
    is_torn: bool,
}

impl History {
    /// Opens the file, or makes it. Blocks.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let failed = |operation| {
            move |source| HistoryError {
                path: path.to_owned(),
                operation,
                source,
            }
        };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed("read")(error)),
        };
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(failed("opened"))?;
        if whole < text.len() {
            tracing::warn!(path = %path.display(), "the last line of the alerts' history was cut off");
            file.set_len(whole as u64).map_err(failed("repaired"))?;
        }
        let (entries, lines) = read(&text[..whole]);
        if entries.len() < lines {
            let unreadable = lines - entries.len();
            tracing::warn!(path = %path.display(), unreadable, "lines of the alerts' history are left out");
        }
        let history = Self {
            path: path.to_owned(),
            known: Mutex::new(Known {
                file,
                entries,
                lines,
                is_torn: false,
            }),
        };
        history.known().shrink(&history.path);
        Ok(history)
    }

    /// Keeps changes, on disk when it returns. What cannot be written is kept in memory and logged.
    pub fn append(&self, entries: Vec<HistoryEntry>) {
        if entries.is_empty() {
            return;
        }
        let mut known = self.known();
        if let Err(error) = known.write(&entries) {
            tracing::error!(path = %self.path.display(), %error, "changes of alerts are not on disk");
            known.is_torn = true;
        }
        known.entries.extend(entries);
        known.shrink(&self.path);
    }

    /// The latest changes from a time on, in milliseconds since the epoch; those that were written last first.
    pub fn since(&self, from: i64, limit: usize) -> Vec<HistoryEntry> {
        let known = self.known();
        let recent = known.entries.iter().rev();
        // A slow evaluation is written after those of other groups that began later.
        recent
            .filter(|entry| entry.at >= from)
            .take(limit)
            .cloned()
            .collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn write(&mut self, entries: &[HistoryEntry]) -> io::Result<()> {
        let mut text = Vec::new();
        if self.is_torn {
            text.push(b'\n');
        }
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        self.is_torn = false;
        self.lines += entries.len();
        Ok(())
    }

    /// Forgets the oldest, in memory at once, on disk when there are twice as many lines as are kept.
    fn shrink(&mut self, path: &Path) {
        let surplus = self.entries.len().saturating_sub(ALERT_HISTORY_ENTRIES);
        self.entries.drain(..surplus);
        if self.lines < 2 * ALERT_HISTORY_ENTRIES {
            return;
        }
        if let Err(error) = self.rewrite(path) {
            tracing::error!(path = %path.display(), %error, "the history of alerts cannot be shortened");
        }
    }

    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let mut text = Vec::new();
        for entry in &self.entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        durable::replace(path, &text)?;
        self.file = OpenOptions::new().append(true).open(path)?;
        self.lines = self.entries.len();
        self.is_torn = false;
        Ok(())
    }
}

/// The entries that can be read, and how many lines there are.
fn read(text: &[u8]) -> (VecDeque<HistoryEntry>, usize) {
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let mut count = 0;
    let entries = lines
        .inspect(|_| count += 1)
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    (entries, count)
}
