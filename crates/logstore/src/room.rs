//! Room on the disk: writes are refused before there is none, so that what makes room still works.
//!
//! A flush needs room for its segments before it can remove the log, a merge and a deletion as well.
//! Writes therefore leave a reserve alone: a part for everybody who writes to this disk, and as much as
//! the documents in memory may need when they become segments.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::shared::Shared;
use swarmscope_model::limits::{DISK_RESERVE_BYTES, DISK_RESERVE_SHARE};

/// What a write lacked, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    pub free: u64,
    pub needed: u64,
}

/// Whether the disk had too little room when it was last looked at.
#[derive(Debug, Default)]
pub struct Room {
    is_low: AtomicBool,
}

impl Room {
    /// Whether writes are refused.
    pub fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Whether a write of so many bytes leaves the reserve alone.
    ///
    /// # Errors
    /// When it does not; nothing is to be written then.
    pub fn check(&self, shared: &Shared, bytes: usize) -> Result<(), Shortage> {
        let Ok(space) = shared.files().space(shared.folder()) else {
            // The write itself will tell what is wrong with the disk.
            return Ok(());
        };
        let in_memory = {
            let state = shared.state();
            state.memtable_bytes + state.frozen_bytes
        };
        let reserve = DISK_RESERVE_BYTES.min(space.total / DISK_RESERVE_SHARE) + in_memory as u64;
        let needed = reserve.saturating_add(bytes as u64);
        let is_low = space.free < needed;
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            if is_low {
                tracing::error!(
                    free = space.free,
                    reserve,
                    "the disk is nearly full: documents are refused until there is room again; \
                     free some, or keep logs for a shorter time"
                );
            } else {
                tracing::info!(
                    free = space.free,
                    "the disk has room again: documents are taken"
                );
            }
        }
        if is_low {
            return Err(Shortage {
                free: space.free,
                needed,
            });
        }
        Ok(())
    }

    /// Whether background work may write so many bytes: it leaves the part for everybody alone, too.
    pub fn allows(&self, shared: &Shared, bytes: u64) -> bool {
        let Ok(space) = shared.files().space(shared.folder()) else {
            return true;
        };
        let reserve = DISK_RESERVE_BYTES.min(space.total / DISK_RESERVE_SHARE);
        space.free >= reserve.saturating_add(bytes)
    }
}
