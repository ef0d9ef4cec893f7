//! The manifest: which segments make up which index, and how far the log is contained in them.
//!
//! Replaced as a whole; the moment it takes its name is the moment a flush, merge or removal is
//! real. Segment files that it does not name are remains of a crash. Without it nobody would know what
//! the segments are, so it has a checksum and a copy: the copy is written first, and what either of
//! them names is removed only when both are replaced.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use swarmscope_files::{FileSystem, durable};

use crate::error::OpenError;
use crate::filenames;
use crate::ids::Salt;
use crate::state::State;
use crate::wal::entry::IndexMeta;

/// The manifest's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Every write up to this one is in the segments.
    pub flushed_sequence: u64,
    pub next_segment: u64,
    /// For ids that no client gave.
    pub salt: Salt,
    /// The last sequence whose id a client gave to a document before the sequence was used.
    #[serde(default)]
    pub claimed_sequence: u64,
    pub indices: Vec<IndexEntry>,
}

/// An index and its segments, in the order of their writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    pub meta: IndexMeta,
    pub segments: Vec<SegmentEntry>,
    /// What of it could not be read and was set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<String>,
}

/// A segment's number and which state of its deleted rows is current; 0 is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    pub number: u64,
    #[serde(default)]
    pub deleted: u64,
    /// When its newest document arrived, at the latest, in milliseconds.
    pub arrived_by: i64,
}

/// What a file that should be a manifest is.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Whole(Manifest),
    /// It does not match its checksum.
    Damaged,
    /// It is whole and of another format.
    OtherFormat(u32),
}

impl Manifest {
    /// Of a store that holds nothing.
    pub fn empty(salt: Salt) -> Self {
        Self {
            flushed_sequence: 0,
            next_segment: 1,
            salt,
            claimed_sequence: 0,
            indices: Vec::new(),
        }
    }

    /// What the state is, for writing.
    pub fn of(state: &State) -> Self {
        let indices = state.indices.values().map(|index| IndexEntry {
            meta: (*index.meta).clone(),
            segments: index
                .segments
                .iter()
                .map(|part| SegmentEntry {
                    number: part.segment.number(),
                    deleted: part.deleted_state,
                    arrived_by: part.arrived_by,
                })
                .collect(),
            damage: index.damage.clone(),
        });
        Self {
            flushed_sequence: state.flushed_sequence,
            next_segment: state.next_segment,
            salt: state.salt,
            claimed_sequence: state.claimed_sequence,
            indices: indices.collect(),
        }
    }

    /// Reads the manifest, or its copy when it is damaged; gives whether the copy had to serve.
    ///
    /// # Errors
    /// When neither can be read, or they are of another format.
    pub fn read(files: &dyn FileSystem, folder: &Path) -> Result<(Self, bool), OpenError> {
        for (name, is_copy) in [
            (filenames::MANIFEST, false),
            (filenames::MANIFEST_COPY, true),
        ] {
            let path = folder.join(name);
            match durable::read_file(files, &path) {
                Ok(bytes) => match decode(&bytes) {
                    Found::Whole(manifest) => return Ok((manifest, is_copy)),
                    Found::OtherFormat(found) => {
                        return Err(OpenError::other_format(folder, found));
                    }
                    Found::Damaged => {}
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(OpenError::io("reading", path)(error)),
            }
        }
        Err(OpenError::Manifest {
            path: folder.join(filenames::MANIFEST),
        })
    }

    /// Writes the manifest and its copy; when it returns it is in force.
    ///
    /// # Errors
    /// When the file system refuses; the old one or this one is then in force.
    pub fn write(&self, files: &dyn FileSystem, folder: &Path) -> io::Result<()> {
        let bytes = self.encode()?;
        durable::write_file(files, &folder.join(filenames::MANIFEST_COPY), &bytes)?;
        durable::write_file(files, &folder.join(filenames::MANIFEST), &bytes)
    }

    /// One line that says what it is, the format's number and the checksum of the JSON that follows.
    fn encode(&self) -> io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self).map_err(io::Error::other)?;
        let mut bytes = format!(
            "{}{} {:08x}\n",
            filenames::FORMAT_MARK,
            filenames::FORMAT_VERSION,
            checksum(filenames::FORMAT_VERSION, &json)
        )
        .into_bytes();
        bytes.extend(json);
        Ok(bytes)
    }
}

/// Whether a manifest with this index can be read again: what is nested very deep can only be written.
pub fn can_hold(meta: &IndexMeta) -> bool {
    let mut manifest = Manifest::empty(Salt::random());
    manifest.indices.push(IndexEntry {
        meta: meta.clone(),
        segments: Vec::new(),
        damage: Vec::new(),
    });
    let json = serde_json::to_vec(&manifest);
    json.is_ok_and(|json| serde_json::from_slice::<Manifest>(&json).is_ok())
}

fn checksum(format: u32, json: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&format.to_le_bytes());
    hasher.update(json);
    hasher.finalize()
}

/// Reads a manifest's bytes, whatever they are.
pub fn decode(bytes: &[u8]) -> Found {
    read_checked(bytes).unwrap_or(Found::Damaged)
}

fn read_checked(bytes: &[u8]) -> Option<Found> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let (format, expected) = line.strip_prefix(filenames::FORMAT_MARK)?.split_once(' ')?;
    let format = format.parse().ok()?;
    let json = &bytes[end + 1..];
    if u32::from_str_radix(expected, 16).ok()? != checksum(format, json) {
        return None;
    }
    if format != filenames::FORMAT_VERSION {
        return Some(Found::OtherFormat(format));
    }
    serde_json::from_slice(json).ok().map(Found::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let manifest = Manifest {
            flushed_sequence: 1234,
            ..Manifest::empty(Salt::random())
        };
        let bytes = manifest.encode().expect("encoded");
        assert_eq!(decode(&bytes), Found::Whole(manifest));
        for at in 0..bytes.len() {
            assert_eq!(decode(&bytes[..at]), Found::Damaged, "cut at {at}");
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let found = decode(&changed);
                // A hexadecimal digit in capitals is the same number.
                assert!(
                    found == Found::Damaged || found == decode(&bytes),
                    "byte {at}, bit {bit}: {found:?}"
                );
            }
        }
    }
}
