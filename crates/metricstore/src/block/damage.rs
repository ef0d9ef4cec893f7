//! Counts what cannot be read and says it once.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashSet;

/// What turned out to be unreadable since the start.
#[derive(Debug, Default)]
pub struct Damage {
    count: AtomicU64,
    seen: Mutex<HashSet<(PathBuf, u64)>>,
}

impl Damage {
    /// Notes that something at a place was left out because it cannot be read.
    pub fn left_out(&self, path: &Path, offset: u64, error: &dyn Display) {
        let is_new = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((path.to_owned(), offset));
        if is_new {
            self.count.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "samples cannot be read and are left out; check the disk");
        }
    }

    /// Notes damage elsewhere.
    pub fn add(&self, more: u64) {
        self.count.fetch_add(more, Ordering::Relaxed);
    }

    /// How much there was.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
