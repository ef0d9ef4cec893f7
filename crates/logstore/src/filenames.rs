//! Every name on disk, in one place.
//!
//! ```text
//! LOCK                          locked while a process has the folder open
//! FORMAT                        the version of this layout
//! MANIFEST                      indices, their segments, and how far the log is contained in them
//! MANIFEST.copy                 the same again, for the day that the first cannot be read
//! DEFINITIONS                   what is set up beside the documents, and its checksum
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
pub const MANIFEST_COPY: &str = "MANIFEST.copy";
pub const DEFINITIONS: &str = "DEFINITIONS";
pub const WAL_FOLDER: &str = "wal";
pub const SEGMENTS_FOLDER: &str = "segments";
pub const DAMAGED_FOLDER: &str = "damaged";
/// What [`FORMAT`] and the manifest begin with; the number of the format follows.
pub const FORMAT_MARK: &str = "swarmscope logs ";
/// The number of this format: 2 has a manifest with checksum and copy.
pub const FORMAT_VERSION: u32 = 2;

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

/// What [`FORMAT`] holds.
pub fn format_line() -> String {
    format!("{FORMAT_MARK}{FORMAT_VERSION}\n")
}

/// The number of the format in what [`FORMAT`] holds.
pub fn format_number(content: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(content).ok()?;
    text.strip_prefix(FORMAT_MARK)?
        .trim_ascii_end()
        .parse()
        .ok()
}

/// Where a damaged file is kept.
pub fn damaged(folder: &Path, path: &Path) -> PathBuf {
    folder
        .join(DAMAGED_FOLDER)
        .join(path.file_name().unwrap_or_default())
}
