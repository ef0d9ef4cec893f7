//! Group commit: whoever needs the log on disk waits for one sync that serves all who wait.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use swarmscope_files::StoredFile;

/// How far the log is on disk.
#[derive(Debug)]
pub struct Syncing {
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Debug)]
struct State {
    file: Arc<dyn StoredFile>,
    /// Bytes written since the start, over all segments.
    written: u64,
    /// Of these, how many are on disk.
    synced: u64,
    syncing: bool,
    /// When a sync fails nobody knows what is on disk, and trying again may lie.
    failed: Option<io::ErrorKind>,
    syncs: u64,
}

impl Syncing {
    /// For a log that writes to this file.
    pub fn new(file: Arc<dyn StoredFile>) -> Self {
        Self {
            state: Mutex::new(State {
                file,
                written: 0,
                synced: 0,
                syncing: false,
                failed: None,
                syncs: 0,
            }),
            done: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that bytes were written. Gives the position to wait for.
    pub fn wrote(&self, bytes: usize) -> u64 {
        let mut state = self.state();
        state.written += bytes as u64;
        state.written
    }

    /// Returns when everything up to the position is on disk.
    ///
    /// # Errors
    /// When a sync fails, and until the log begins anew.
    pub fn wait_for(&self, position: u64) -> io::Result<()> {
        let mut state = self.state();
        loop {
            if state.synced >= position {
                return Ok(());
            }
            if let Some(kind) = state.failed {
                return Err(kind.into());
            }
            if state.syncing {
                state = self
                    .done
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.syncing = true;
            let (file, written) = (Arc::clone(&state.file), state.written);
            drop(state);
            let result = file.sync();
            state = self.state();
            state.syncing = false;
            state.syncs += 1;
            match &result {
                Ok(()) => state.synced = state.synced.max(written),
                Err(error) => state.failed = Some(error.kind()),
            }
            self.done.notify_all();
            result?;
        }
    }

    /// The position behind everything that was written.
    pub fn position(&self) -> u64 {
        self.state().written
    }

    /// Returns when everything that was written is on disk.
    ///
    /// # Errors
    /// When a sync fails, and until the log begins anew.
    pub fn wait_for_all(&self) -> io::Result<()> {
        self.wait_for(self.position())
    }

    /// Goes on with another file; everything before it is on disk, here or in a checkpoint.
    pub fn begin(&self, file: Arc<dyn StoredFile>) {
        let mut state = self.state();
        state.file = file;
        state.synced = state.written;
        state.failed = None;
        self.done.notify_all();
    }

    /// Why the log takes nothing, if it does not.
    pub fn failed(&self) -> Option<io::ErrorKind> {
        self.state().failed
    }

    /// Says that the file is in doubt.
    pub fn fail(&self, kind: io::ErrorKind) {
        self.state().failed = Some(kind);
    }

    /// Syncs since the start.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }
}
