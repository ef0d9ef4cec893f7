//! The flusher and the maintainer: when background work happens.
//!
//! They wait on threads of their own and work on threads that end with the work. The allocator gives back what a
//! thread has freed when that thread allocates again or ends, and the columns of a whole segment are much to keep
//! for one that waits.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::flush::BackgroundError;
use super::{damage, flush, merge, retention};
use crate::shared::Shared;
use crate::write::writer::Command;

/// How often the flusher looks whether the memtable has rested, and tries again at first.
const FLUSHER_TICK: Duration = Duration::from_millis(500);
/// How long it waits at most before it tries again on a disk that refuses.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Writes frozen memtables as segments, and has resting ones frozen.
pub fn flusher(shared: &Arc<Shared>, writer: &Sender<Command>) {
    let mut wait = FLUSHER_TICK;
    while !shared.closing.load(Ordering::Relaxed) {
        match flush_or_commit(shared) {
            Ok(true) => continue,
            Ok(false) => {
                if shared.flush_failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("the memtable is written as segments again");
                }
                wait = FLUSHER_TICK;
            }
            Err(error) => {
                if !shared.flush_failing.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, source = ?std::error::Error::source(&error), "the memtable could not be written as segments; trying again");
                }
                shared.failed_flushes.fetch_add(1, Ordering::Relaxed);
                shared.flush_done.notify_all();
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
        shared.rest(&shared.flush_wanted, wait);
        if has_rested(shared) && writer.send(Command::Freeze { reply: None }).is_err() {
            return;
        }
    }
}

/// Gives whether there may be more to do.
fn flush_or_commit(shared: &Shared) -> Result<bool, BackgroundError> {
    let is_frozen = shared.state().frozen_sequence.is_some();
    if is_frozen && on_its_own_thread("logs-flush", || flush::flush(shared))? {
        return Ok(true);
    }
    // A flush whose manifest could not be written has nothing frozen any more.
    if shared.commit_wanted.load(Ordering::Relaxed) {
        flush::commit(shared)?;
        shared.flush_done.notify_all();
    }
    Ok(false)
}

fn has_rested(shared: &Shared) -> bool {
    let state = shared.state();
    let Some(since) = state.memtable_since else {
        return false;
    };
    state.frozen_sequence.is_none()
        && (since.elapsed() >= shared.options.memtable_age
            || state.memtable_touched.elapsed() >= shared.options.memtable_idle)
}

/// Retention, damage, merging and what is kept in memory, now and then.
pub fn maintainer(shared: &Arc<Shared>) {
    while !shared.closing.load(Ordering::Relaxed) {
        on_its_own_thread("logs-maintain", || work(shared));
        // Woken by a flush, which may have left something to merge.
        shared.rest(&shared.flush_done, shared.options.maintenance_interval);
    }
}

/// Does a piece of work on a thread that ends with it; here, when the system has no thread to give.
fn on_its_own_thread<T: Send>(name: &str, work: impl Fn() -> T + Sync) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.to_owned());
        match thread.spawn_scoped(scope, &work) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

/// One round of it.
pub fn work(shared: &Shared) {
    shared.cache.forget_unused(shared.options.cache_idle);
    if let Err(error) = retention::retain(shared) {
        tracing::error!(%error, "retention could not be completed");
    }
    if let Err(error) = damage::set_aside(shared) {
        tracing::error!(%error, "damaged segments could not be set aside");
    }
    let _alone = shared
        .merging
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    while !shared.closing.load(Ordering::Relaxed) {
        match merge::merge_once(shared) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "segments could not be merged");
                return;
            }
        }
    }
}
