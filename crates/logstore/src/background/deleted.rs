//! The deleted rows of a segment on disk.

use std::path::Path;
use std::sync::Arc;

use swarmscope_files::{FileSystem, durable};

use crate::error::SegmentError;
use crate::rows::RowSet;

/// Writes the deleted rows of a segment's groups.
///
/// # Errors
/// When the file system refuses.
pub fn write(files: &dyn FileSystem, path: &Path, deleted: &[Arc<RowSet>]) -> std::io::Result<()> {
    let mut bytes = vec![0; 4];
    for group in deleted {
        bytes.extend_from_slice(&group.len().to_le_bytes());
        for word in group.words() {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
    }
    let checksum = crc32fast::hash(&bytes[4..]);
    bytes[..4].copy_from_slice(&checksum.to_le_bytes());
    durable::write_file(files, path, &bytes)
}

/// Reads the deleted rows of groups with so many rows.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn read(
    files: &dyn FileSystem,
    path: &Path,
    rows: &[u32],
) -> Result<Vec<Arc<RowSet>>, SegmentError> {
    let bytes = durable::read_file(files, path).map_err(|source| SegmentError::Io {
        path: path.to_owned(),
        source,
    })?;
    decode(&bytes, rows).ok_or_else(|| SegmentError::Damaged {
        path: path.to_owned(),
        what: "the list of deleted documents cannot be read",
    })
}

fn decode(bytes: &[u8], rows: &[u32]) -> Option<Vec<Arc<RowSet>>> {
    let (checksum, mut rest) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(rest) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut groups = Vec::with_capacity(rows.len());
    for rows in rows {
        let (len, behind) = rest.split_first_chunk::<4>()?;
        let len = u32::from_le_bytes(*len);
        let (words, behind) = behind.split_at_checked(len.div_ceil(64) as usize * 8)?;
        rest = behind;
        let words = words.chunks_exact(8);
        let words = words.filter_map(|word| Some(u64::from_le_bytes(word.try_into().ok()?)));
        (len == *rows).then_some(())?;
        groups.push(Arc::new(RowSet::from_words(words.collect(), len)));
    }
    rest.is_empty().then_some(groups)
}
