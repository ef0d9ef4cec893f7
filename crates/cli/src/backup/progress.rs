//! How far a backup is, for whoever waits for it: told by the one that makes it, shown by others.

use std::sync::{Arc, Mutex, PoisonError};

use swarmscope_api::native::BackupProgress;

/// Is told how far a backup is.
pub trait Advance: Send {
    /// What is done from now on.
    fn step(&mut self, step: &'static str);

    /// Bytes of the step that are done, and all of them.
    fn bytes(&mut self, done: u64, total: u64);
}

/// The progress of a server's backup.
#[derive(Debug, Default)]
pub struct ProgressCell(Mutex<Option<BackupProgress>>);

impl ProgressCell {
    /// As it is now; `None` when no backup is under way.
    pub fn now(&self) -> Option<BackupProgress> {
        self.lock().clone()
    }

    /// A backup begins; it ends when what is given back is dropped.
    pub fn begin(self: &Arc<Self>) -> Shown {
        Shown(Arc::clone(self))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<BackupProgress>> {
        // A number is right whatever panicked elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A backup under way, in its cell.
#[derive(Debug)]
pub struct Shown(Arc<ProgressCell>);

impl Advance for Shown {
    fn step(&mut self, step: &'static str) {
        *self.0.lock() = Some(BackupProgress {
            step,
            bytes_done: 0,
            bytes: 0,
        });
    }

    fn bytes(&mut self, done: u64, total: u64) {
        if let Some(progress) = self.0.lock().as_mut() {
            (progress.bytes_done, progress.bytes) = (done, total);
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}
