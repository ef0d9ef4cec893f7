//! Every name on disk, in one place.
//!
//! ```text
//! LOCK                          locked while a process has the folder open
//! FORMAT                        the version of this layout
//! MANIFEST                      the blocks that count, and how far the log is contained in them
//! wal/0000000042.wal            one segment of the log
//! wal/0000000042.checkpoint     the head as it was when that segment began
//! blocks/ULID.block             one block, immutable
//! blocks/ULID.3.tombstones      spans deleted from it, third state
//! snapshots/…                   copies made by request
//! damaged/…                     what could not be read, kept for a human
//! *.tmp                         being written; removed when found at the start
//! ```

use std::path::{Path, PathBuf};

pub const LOCK: &str = "LOCK";
pub const FORMAT: &str = "FORMAT";
pub const MANIFEST: &str = "MANIFEST";
pub const WAL_FOLDER: &str = "wal";
pub const BLOCKS_FOLDER: &str = "blocks";
pub const SNAPSHOTS_FOLDER: &str = "snapshots";
pub const DAMAGED_FOLDER: &str = "damaged";
/// What [`FORMAT`] holds.
pub const FORMAT_VERSION: &str = "swarmscope metrics 1\n";

const WAL_SUFFIX: &str = ".wal";
const CHECKPOINT_SUFFIX: &str = ".checkpoint";
const BLOCK_SUFFIX: &str = ".block";
const TOMBSTONES_SUFFIX: &str = ".tombstones";

/// A segment of the log.
pub fn wal(folder: &Path, segment: u64) -> PathBuf {
    folder
        .join(WAL_FOLDER)
        .join(format!("{segment:010}{WAL_SUFFIX}"))
}

/// The number in the name of a segment of the log.
pub fn wal_segment(name: &str) -> Option<u64> {
    name.strip_suffix(WAL_SUFFIX)?.parse().ok()
}

/// The head as it was when a segment of the log began.
pub fn checkpoint(folder: &Path, segment: u64) -> PathBuf {
    folder
        .join(WAL_FOLDER)
        .join(format!("{segment:010}{CHECKPOINT_SUFFIX}"))
}

/// The number in the name of a checkpoint.
pub fn checkpoint_segment(name: &str) -> Option<u64> {
    name.strip_suffix(CHECKPOINT_SUFFIX)?.parse().ok()
}

/// A block's file.
pub fn block(folder: &Path, ulid: &str) -> PathBuf {
    folder
        .join(BLOCKS_FOLDER)
        .join(format!("{ulid}{BLOCK_SUFFIX}"))
}

/// The ULID in the name of a block.
pub fn block_ulid(name: &str) -> Option<&str> {
    name.strip_suffix(BLOCK_SUFFIX)
}

/// What is deleted from a block, in its `state`th state.
pub fn tombstones(folder: &Path, ulid: &str, state: u64) -> PathBuf {
    folder
        .join(BLOCKS_FOLDER)
        .join(format!("{ulid}.{state}{TOMBSTONES_SUFFIX}"))
}

/// Whether the name is one of a block's tombstones.
pub fn is_tombstones(name: &str) -> bool {
    name.ends_with(TOMBSTONES_SUFFIX)
}

/// Where a damaged file is kept.
pub fn damaged(folder: &Path, path: &Path) -> PathBuf {
    folder
        .join(DAMAGED_FOLDER)
        .join(path.file_name().unwrap_or_default())
}
