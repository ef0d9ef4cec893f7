//! What the handle and the threads of one store share.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::chunk::Scratch;
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

/// The store behind its handle.
#[derive(Debug)]
pub struct Shared {
    pub options: Options,
    pub head: Head,
    pub counters: Counters,
    pub syncing: Arc<Syncing>,
    writer: Mutex<Writer>,
    view: RwLock<Arc<View>>,
    /// Samples in order before it are not taken: they would belong into blocks that are written.
    pub in_order_from: AtomicI64,
    pub closing: AtomicBool,
    rest_lock: Mutex<()>,
    pub woken: Condvar,
}

impl Shared {
    /// Around a head that was recovered.
    pub fn new(
        options: Options,
        head: Head,
        counters: Counters,
        writer: Writer,
        view: View,
    ) -> Self {
        Self {
            syncing: Arc::clone(&writer.log.syncing),
            in_order_from: AtomicI64::new(view.head_from),
            options,
            head,
            counters,
            writer: Mutex::new(writer),
            view: RwLock::new(Arc::new(view)),
            closing: AtomicBool::new(false),
            rest_lock: Mutex::default(),
            woken: Condvar::new(),
        }
    }

    /// Waits for the turn to write.
    pub fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is besides memory.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
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
        let window = milliseconds(self.options.out_of_order_window);
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
        Stats {
            series: self.head.index().len() as u64,
            exemplars: self.head.exemplars().len() as u64,
            fsyncs: self.syncing.syncs(),
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
