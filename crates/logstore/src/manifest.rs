//! The manifest: which segments make up which index, and how far the log is contained in them.
//!
//! Replaced as a whole; the moment it takes its name is the moment a flush, merge or removal is
//! real. Segment files that it does not name are remains of a crash.

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
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Every write up to this one is in the segments.
    pub flushed_sequence: u64,
    pub next_segment: u64,
    /// For ids that no client gave. None in a manifest that is not written yet.
    #[serde(default)]
    pub salt: Option<Salt>,
    /// The last sequence whose id a client gave to a document before the sequence was used.
    #[serde(default)]
    pub claimed_sequence: u64,
    pub indices: Vec<IndexEntry>,
}

/// An index and its segments, in the order of their writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexEntry {
    pub meta: IndexMeta,
    pub segments: Vec<SegmentEntry>,
    /// What of it could not be read and was set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<String>,
}

/// A segment's number and which state of its deleted rows is current; 0 is none.
#[derive(Debug, Serialize, Deserialize)]
pub struct SegmentEntry {
    pub number: u64,
    #[serde(default)]
    pub deleted: u64,
    /// When its newest document arrived, at the latest, in milliseconds.
    pub arrived_by: i64,
}

impl Manifest {
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
            salt: Some(state.salt),
            claimed_sequence: state.claimed_sequence,
            indices: indices.collect(),
        }
    }

    /// Reads the manifest; that there is none yet is an empty store.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(files: &dyn FileSystem, folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(filenames::MANIFEST);
        match durable::read_file(files, &path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|source| OpenError::Manifest { path, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self {
                next_segment: 1,
                ..Self::default()
            }),
            Err(error) => Err(OpenError::io("reading", path)(error)),
        }
    }

    /// Writes the manifest; when it returns it is in force.
    ///
    /// # Errors
    /// When the file system refuses; the old one then stays in force.
    pub fn write(&self, files: &dyn FileSystem, folder: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        durable::write_file(files, &folder.join(filenames::MANIFEST), &bytes)
    }
}
