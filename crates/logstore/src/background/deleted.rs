//! The deleted rows of a segment on disk.

use std::path::Path;

use swarmscope_files::{FileSystem, durable};

use crate::error::SegmentError;
use crate::rows::RowSet;

/// Writes the deleted rows.
///
/// # Errors
/// When the file system refuses.
pub fn write(files: &dyn FileSystem, path: &Path, deleted: &RowSet) -> std::io::Result<()> {
    let mut bytes = vec![0; 4];
    bytes.extend_from_slice(&deleted.len().to_le_bytes());
    for word in deleted.words() {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    let checksum = crc32fast::hash(&bytes[4..]);
    bytes[..4].copy_from_slice(&checksum.to_le_bytes());
    durable::write_file(files, path, &bytes)
}

/// Reads the deleted rows.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn read(files: &dyn FileSystem, path: &Path) -> Result<RowSet, SegmentError> {
    let bytes = durable::read_file(files, path).map_err(|source| SegmentError::Io {
        path: path.to_owned(),
        source,
    })?;
    decode(&bytes).ok_or_else(|| SegmentError::Damaged {
        path: path.to_owned(),
        what: "the list of deleted documents cannot be read",
    })
}

fn decode(bytes: &[u8]) -> Option<RowSet> {
    let (checksum, rest) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(rest) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let words = rest.chunks_exact(8);
    let words = words.filter_map(|word| Some(u64::from_le_bytes(word.try_into().ok()?)));
    Some(RowSet::from_words(
        words.collect(),
        u32::from_le_bytes(*len),
    ))
}
