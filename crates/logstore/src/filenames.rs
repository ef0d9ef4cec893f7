//! Every name on disk, in one place.
//!
//! ```text
//! LOCK                          locked while a process has the folder open
//! FORMAT                        the version of this layout
//! MANIFEST                      indices, their segments, and how far the log is contained in them
//! wal/00000000000000000042.wal  writes from that sequence on, not yet in segments
//! segments/0000000017.seg       one segment of one index, immutable
//! segments/0000000017.3.del     rows deleted from it, third state
//! damaged/…                     what could not be read, kept for a human
//! *.tmp                         being written; removed when found at the start
//! ```

use std::path::{Path, PathBuf};

pub const LOCK: &str = "LOCK";
pub const FORMAT: &str = "FORMAT";
pub const MANIFEST: &str = "MANIFEST";
pub const WAL_FOLDER: &str = "wal";
pub const SEGMENTS_FOLDER: &str = "segments";
pub const DAMAGED_FOLDER: &str = "damaged";
/// What [`FORMAT`] holds.
pub const FORMAT_VERSION: &str = "swarmscope logs 2\n";

const WAL_SUFFIX: &str = ".wal";

/// The log file whose first frame has this sequence or a later one.
pub fn wal(folder: &Path, sequence: u64) -> PathBuf {
    folder
        .join(WAL_FOLDER)
        .join(format!("{sequence:020}{WAL_SUFFIX}"))
}

/// The sequence in a log file's name.
pub fn wal_sequence(name: &str) -> Option<u64> {
    name.strip_suffix(WAL_SUFFIX)?.parse().ok()
}

/// A segment's file.
pub fn segment(folder: &Path, number: u64) -> PathBuf {
    folder
        .join(SEGMENTS_FOLDER)
        .join(format!("{number:010}.seg"))
}

/// The deleted rows of a segment in their `state`th state.
pub fn deleted(folder: &Path, number: u64, state: u64) -> PathBuf {
    folder
        .join(SEGMENTS_FOLDER)
        .join(format!("{number:010}.{state}.del"))
}

/// Where a damaged file is kept.
pub fn damaged(folder: &Path, path: &Path) -> PathBuf {
    folder
        .join(DAMAGED_FOLDER)
        .join(path.file_name().unwrap_or_default())
}
