//! What the threads and searches of one store share.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use swarmscope_files::FileSystem;

use crate::block::learner::pool::Learners;
use crate::options::Options;
use crate::room::Room;
use crate::search::spare::SpareThreads;
use crate::segment::cache::Cache;
use crate::state::State;
use crate::stats::{Counters, Stats};

/// Requests that are parsed at once: one a core, as parsing does nothing but compute.
pub fn parsers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// The store behind its handles.
#[derive(Debug)]
pub struct Shared {
    pub options: Options,
    pub cache: Arc<Cache>,
    pub counters: Counters,
    /// For parsing documents; as many as do so at once.
    pub learners: Learners,
    pub spare_threads: SpareThreads,
    state: RwLock<State>,
    /// Held while segments are merged: two at once would do the same work.
    pub merging: Mutex<()>,
    /// Held while the manifest is written: flushes, merges and removals take turns.
    pub commit: Mutex<()>,
    /// Bytes of writes that are not acknowledged yet.
    pub queued_bytes: AtomicUsize,
    pub read_only: AtomicBool,
    pub room: Room,
    /// Whether the last attempt to write what is frozen, or the manifest, failed.
    pub flush_failing: AtomicBool,
    /// Attempts that failed since the start.
    pub failed_flushes: AtomicU64,
    /// Whether the state holds segments that no manifest on disk names yet.
    pub commit_wanted: AtomicBool,
    pub closing: AtomicBool,
    /// While there are some, files of segments stay though the manifest no longer names them.
    pub pins: AtomicUsize,
    /// Wakes the flusher and those who wait for it.
    pub flush_lock: Mutex<()>,
    pub flush_wanted: Condvar,
    pub flush_done: Condvar,
}

impl Shared {
    /// Around a state that was recovered.
    pub fn new(options: Options, cache: Arc<Cache>, counters: Counters, state: State) -> Self {
        Self {
            learners: Learners::new(parsers()),
            options,
            cache,
            counters,
            spare_threads: SpareThreads::default(),
            state: RwLock::new(state),
            merging: Mutex::default(),
            commit: Mutex::default(),
            queued_bytes: AtomicUsize::new(0),
            read_only: AtomicBool::new(false),
            room: Room::default(),
            flush_failing: AtomicBool::new(false),
            failed_flushes: AtomicU64::new(0),
            commit_wanted: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            pins: AtomicUsize::new(0),
            flush_lock: Mutex::default(),
            flush_wanted: Condvar::new(),
            flush_done: Condvar::new(),
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.options.directory
    }

    /// Where its files are.
    pub fn files(&self) -> &dyn FileSystem {
        self.options.files.as_ref()
    }

    /// The state, to look at.
    pub fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to change.
    pub fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the memtable is as large as it should become.
    pub fn is_memory_full(&self) -> bool {
        let state = self.state();
        state.memtable_rows >= self.options.memtable_rows
            || state.memtable_bytes >= self.options.memtable_bytes
    }

    /// Waits until it is woken, the time is over or the store closes.
    pub fn rest(&self, woken_by: &Condvar, at_most: Duration) {
        let lock = self
            .flush_lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: who closes the store wakes those that wait by then.
        if !self.closing.load(Ordering::Relaxed) {
            drop(woken_by.wait_timeout(lock, at_most));
        }
    }

    /// Tells the threads to end, and wakes those that rest.
    pub fn begin_closing(&self) {
        let lock = self
            .flush_lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.closing.store(true, Ordering::Relaxed);
        drop(lock);
        self.flush_wanted.notify_all();
        self.flush_done.notify_all();
    }

    /// The store as it stands.
    pub fn stats(&self) -> Stats {
        use Ordering::Relaxed;
        let counters = &self.counters;
        let mut stats = Stats {
            queued_bytes: self.queued_bytes.load(Relaxed) as u64,
            wal_bytes: counters.wal_bytes.load(Relaxed),
            cache_bytes: self.cache.bytes() as u64,
            writes: counters.writes.load(Relaxed),
            fsyncs: counters.fsyncs.load(Relaxed),
            flushes: counters.flushes.load(Relaxed),
            merges: counters.merges.load(Relaxed),
            searches: counters.searches.load(Relaxed),
            expired: counters.expired.load(Relaxed),
            damaged: counters.damaged.load(Relaxed),
            read_only: self.read_only.load(Relaxed),
            disk_full: self.room.is_low(),
            ..Stats::default()
        };
        let state = self.state();
        stats.indices = state.indices.len() as u64;
        stats.memtable_bytes = state.memtable_bytes as u64;
        for index in state.indices.values() {
            for part in &index.segments {
                stats.segments += 1;
                stats.segment_bytes += part.segment.bytes();
                stats.documents += u64::from(part.live());
            }
            for memtable in [Some(&index.memory), index.frozen.as_ref()]
                .into_iter()
                .flatten()
            {
                for part in &memtable.parts {
                    let live = u64::from(part.block.rows - part.deleted.count());
                    stats.memtable_documents += live;
                    stats.documents += live;
                }
            }
        }
        stats
    }
}

/// Room in the queue of writes; given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Reservation {
    /// Takes so much room. A single request that is larger than the queue has it for itself.
    ///
    /// # Errors
    /// When the queue is full; gives what is in use.
    pub fn take(shared: &Arc<Shared>, bytes: usize) -> Result<Self, usize> {
        let in_use = shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        let reservation = Self {
            shared: Arc::clone(shared),
            bytes,
        };
        if in_use > 0 && in_use + bytes > shared.options.write_queue_bytes {
            return Err(in_use);
        }
        Ok(reservation)
    }

    /// How much it is.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shared
            .queued_bytes
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
