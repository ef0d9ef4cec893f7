//! The flusher and the maintainer: when background work happens.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{damage, flush, merge, retention};
use crate::shared::Shared;
use crate::write::writer::Command;

/// How often the flusher looks whether the memtable has rested.
const FLUSHER_TICK: Duration = Duration::from_millis(500);

/// Writes frozen memtables as segments, and has resting ones frozen.
pub fn flusher(shared: &Arc<Shared>, writer: &Sender<Command>) {
    while !shared.closing.load(Ordering::Relaxed) {
        match flush::flush(shared) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, source = ?std::error::Error::source(&error), "the memtable could not be written as segments; trying again");
            }
        }
        shared.rest(&shared.flush_wanted, FLUSHER_TICK);
        if has_rested(shared) && writer.send(Command::Freeze).is_err() {
            return;
        }
    }
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

/// Retention, damage and merging, now and then.
pub fn maintainer(shared: &Arc<Shared>) {
    while !shared.closing.load(Ordering::Relaxed) {
        work(shared);
        // Woken by a flush, which may have left something to merge.
        shared.rest(&shared.flush_done, shared.options.maintenance_interval);
    }
}

/// One round of it.
pub fn work(shared: &Shared) {
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
