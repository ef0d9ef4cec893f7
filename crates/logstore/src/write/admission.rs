//! Whether a write can be taken: it is refused as a whole before anything of it is on disk.

use std::sync::atomic::Ordering;

use swarmscope_query::store::StoreError;

use crate::room::Shortage;
use crate::shared::Shared;

/// Why nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The log failed.
    ReadOnly,
    /// The documents would take the reserve of the disk.
    DiskFull(Shortage),
    /// The disk takes no segments, and memory is full of documents that wait for it.
    Memory { in_use: usize, limit: usize },
}

impl Refusal {
    /// Whether deletions are taken nevertheless: they are small, and what makes room.
    pub fn spares_deletions(self) -> bool {
        matches!(self, Refusal::DiskFull(_))
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ReadOnly => StoreError::ReadOnly,
            Refusal::DiskFull(Shortage { free, needed }) => StoreError::DiskFull { free, needed },
            Refusal::Memory { in_use, limit } => StoreError::Overloaded {
                what: "the memory for documents that cannot be written as segments",
                in_use,
                limit,
            },
        }
    }
}

/// Whether a write of so many bytes can be taken.
///
/// # Errors
/// When it cannot.
pub fn admit(shared: &Shared, bytes: usize) -> Result<(), Refusal> {
    if shared.read_only.load(Ordering::Relaxed) {
        return Err(Refusal::ReadOnly);
    }
    if shared.flush_failing.load(Ordering::Relaxed) && shared.is_memory_full() {
        return Err(Refusal::Memory {
            in_use: shared.state().memtable_bytes,
            limit: shared.options.memtable_bytes,
        });
    }
    shared.room.check(shared, bytes).map_err(Refusal::DiskFull)
}
