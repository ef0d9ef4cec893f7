//! What the handle and the threads of one store share.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmscope_files::durable;

use crate::block::Damage;
use crate::block::cache::Cache;
use crate::chunk::Scratch;
use crate::filenames;
use crate::head::Head;
use crate::head::batch::Admission;
use crate::head::guard::Guard;
use crate::options::Options;
use crate::stats::{Counters, Stats};
use crate::view::View;
use crate::wal::log::Log;
use crate::wal::record::RecordBuilder;
use crate::wal::syncing::Syncing;

/// What only the one who writes needs.
#[derive(Debug)]
pub struct Writer {
    pub log: Log,
    pub guard: Guard,
    pub record: RecordBuilder,
    pub scratch: Scratch,
}

/// What was found when the store was opened.
#[derive(Debug)]
pub struct Recovered {
    pub head: Head,
    pub writer: Writer,
    pub view: View,
    pub cache: Arc<Cache>,
    pub damage: Arc<Damage>,
    pub checkpoint_bytes: u64,
}

/// The store behind its handle.
#[derive(Debug)]
pub struct Shared {
    pub options: Options,
    pub head: Head,
    pub counters: Counters,
    pub syncing: Arc<Syncing>,
    writer: Mutex<Writer>,
    view: RwLock<Arc<View>>,
    pub cache: Arc<Cache>,
    pub damage: Arc<Damage>,
    /// Held while blocks, manifest or checkpoints are changed: they take turns.
    maintenance: Mutex<()>,
    /// What memory is to forget when no view relies on it any more, and up to when.
    forgetting: Mutex<Option<(Arc<()>, i64)>>,
    /// Length of the newest checkpoint.
    pub checkpoint_bytes: AtomicU64,
    /// Samples in order before it are not taken: they would belong into blocks that are written.
    pub in_order_from: AtomicI64,
    /// See [`Options::out_of_order_window`]; can be changed while the store is open.
    pub out_of_order_window: AtomicI64,
    pub closing: AtomicBool,
    rest_lock: Mutex<()>,
    pub woken: Condvar,
}

impl Shared {
    /// Around what was recovered.
    pub fn new(options: Options, recovered: Recovered) -> Self {
        let Recovered {
            head,
            writer,
            view,
            cache,
            damage,
            checkpoint_bytes,
        } = recovered;
        Self {
            syncing: Arc::clone(&writer.log.syncing),
            in_order_from: AtomicI64::new(view.head_from),
            out_of_order_window: AtomicI64::new(milliseconds(options.out_of_order_window)),
            options,
            head,
            counters: Counters::default(),
            writer: Mutex::new(writer),
            view: RwLock::new(Arc::new(view)),
            cache,
            damage,
            maintenance: Mutex::default(),
            forgetting: Mutex::default(),
            checkpoint_bytes: AtomicU64::new(checkpoint_bytes),
            closing: AtomicBool::new(false),
            rest_lock: Mutex::default(),
            woken: Condvar::new(),
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.options.directory
    }

    /// Waits for the turn to write.
    pub fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is besides memory.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes another view valid. Gives the one before.
    pub fn exchange_view(&self, view: View) -> Arc<View> {
        let mut now = self.view.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *now, Arc::new(view))
    }

    /// Waits for the turn to change blocks, manifest or checkpoints.
    pub fn maintenance(&self) -> MutexGuard<'_, ()> {
        self.maintenance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what memory is to forget.
    pub fn set_forgetting(&self, what: Option<(Arc<()>, i64)>) {
        *self
            .forgetting
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// Takes what memory is to forget.
    pub fn take_forgetting(&self) -> Option<(Arc<()>, i64)> {
        self.forgetting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Removes a file that was being written, after a failure.
    pub fn remove_temporary(&self, path: &Path) {
        let temporary = durable::temporary(path);
        if let Err(error) = durable::remove(self.options.files.as_ref(), &temporary) {
            tracing::warn!(file = %temporary.display(), %error, "an unfinished file could not be removed; the next start removes it");
        }
    }

    /// Removes tombstones that others have replaced.
    pub fn remove_tombstones(&self, ulid: &str, state: u64) {
        let path = filenames::tombstones(self.folder(), ulid, state);
        if let Err(error) = durable::remove(self.options.files.as_ref(), &path) {
            tracing::warn!(file = %path.display(), %error, "old tombstones could not be removed; the next start removes them");
        }
    }

    /// Bytes of the log's segments.
    pub fn log_bytes(&self) -> u64 {
        self.writer().log.bytes()
    }

    /// Bytes of the log and its checkpoint.
    pub fn wal_bytes(&self) -> u64 {
        self.log_bytes() + self.checkpoint_bytes.load(Ordering::Relaxed)
    }

    /// Which times are taken now.
    pub fn admission(&self) -> Admission {
        let newest = self.head.max_time();
        let half = self.head.period / 2;
        let late = if newest == i64::MIN {
            newest
        } else {
            newest.saturating_sub(half)
        };
        let window = self.out_of_order_window.load(Ordering::Relaxed);
        Admission {
            in_order_from: late.max(self.in_order_from.load(Ordering::Relaxed)),
            out_of_order_from: (window > 0).then(|| newest.saturating_sub(window)),
            until: self
                .options
                .max_ahead
                .map_or(i64::MAX, |ahead| now().saturating_add(milliseconds(ahead))),
        }
    }

    /// Waits until it is woken, the time is over or the store closes.
    pub fn rest(&self, at_most: Duration) {
        let lock = self
            .rest_lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: who closes the store wakes those that wait by then.
        if !self.closing.load(Ordering::Relaxed) {
            drop(self.woken.wait_timeout(lock, at_most));
        }
    }

    /// Tells the threads to end, and wakes those that rest.
    pub fn begin_closing(&self) {
        let lock = self
            .rest_lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.closing.store(true, Ordering::Relaxed);
        drop(lock);
        self.woken.notify_all();
    }

    /// The store as it stands.
    pub fn stats(&self) -> Stats {
        let view = self.view();
        Stats {
            series: self.head.index().len() as u64,
            exemplars: self.head.exemplars().len() as u64,
            blocks: view.blocks.len() as u64,
            block_bytes: view.blocks.iter().map(|part| part.block.bytes).sum(),
            wal_bytes: self.wal_bytes(),
            cache_bytes: self.cache.bytes() as u64,
            fsyncs: self.syncing.syncs(),
            damaged: self.damage.count(),
            read_only: self.syncing.failed().is_some(),
            ..self.counters.to_stats()
        }
    }
}

/// A duration in the unit of timestamps.
pub fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, milliseconds)
}
