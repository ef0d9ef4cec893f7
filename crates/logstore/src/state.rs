//! What the store holds at a moment: indices with their segments and memtables.
//!
//! Changed by the writer (documents), the flusher and the maintainer (segments), each for a short
//! moment under the lock; searches take a snapshot of shared parts. Never does I/O while it is
//! changed, but for looking up ids in segments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use swarmscope_query::document::ValueRef;

use crate::block::Block;
use crate::error::SegmentError;
use crate::ids::Salt;
use crate::memtable::{MemoryPart, Memtable};
use crate::rows::RowSet;
use crate::segment::Segment;
use crate::wal::entry::IndexMeta;

/// A segment in use and its deleted rows.
#[derive(Debug, Clone)]
pub struct SegmentPart {
    pub segment: Arc<Segment>,
    /// By group.
    pub deleted: Vec<Arc<RowSet>>,
    /// Which state of the deleted rows is on disk; 0 is none.
    pub deleted_state: u64,
    /// Whether rows were deleted since.
    pub deleted_changed: bool,
    /// When its newest document arrived, at the latest, in milliseconds: what retention goes by.
    pub arrived_by: i64,
}

impl SegmentPart {
    /// A segment just written; the deleted rows are by group.
    pub fn new(segment: Arc<Segment>, deleted: Vec<Arc<RowSet>>, arrived_by: i64) -> Self {
        Self {
            segment,
            deleted_changed: deleted.iter().any(|set| !set.is_empty()),
            deleted,
            deleted_state: 0,
            arrived_by,
        }
    }

    /// Rows that are not deleted.
    pub fn live(&self) -> u32 {
        self.segment.rows() - self.deleted_rows()
    }

    /// The group and row of an id that is not deleted. With a damaged index the ids themselves are looked
    /// through: what of the segment can be read will be written anew, and must not be there twice then.
    ///
    /// # Errors
    /// When the file system refuses to read the segment.
    pub fn find_id(&self, id: &str, salt: Salt) -> Result<Option<(usize, u32)>, SegmentError> {
        let counts = |group: usize, row: u32| !self.deleted[group].contains(row);
        match self.segment.find_id(id, salt, &counts) {
            Err(error @ SegmentError::Damaged { .. }) => {
                self.found_damaged(&error);
                Ok(self.scan_for_id(id, salt))
            }
            other => other,
        }
    }

    /// The same without an index. What cannot be read is lost, and no obstacle.
    fn scan_for_id(&self, id: &str, salt: Salt) -> Option<(usize, u32)> {
        let mut groups = self.segment.groups().iter().zip(&self.deleted).enumerate();
        groups.find_map(|(number, (group, deleted))| {
            let ids = group.read_ids().ok()?;
            let given = (0..ids.len())
                .filter(|at| ids.value(*at) == ValueRef::Text(id))
                .map(|at| ids.row(at))
                .find(|row| !deleted.contains(*row));
            let made = || {
                let row = group.row_of_sequence(salt.sequence(id)?).ok()??;
                (ids.places_of(row).is_empty() && !deleted.contains(row)).then_some(row)
            };
            Some((number, given.or_else(made)?))
        })
    }

    /// If it is damage, leaves the segment out of searches until what can be read of it is written anew.
    fn found_damaged(&self, error: &SegmentError) {
        if matches!(error, SegmentError::Damaged { .. }) && self.segment.mark_damaged(error) {
            tracing::error!(%error, "a segment is damaged and left out");
        }
    }

    /// Rows that are deleted.
    pub fn deleted_rows(&self) -> u32 {
        self.deleted.iter().map(|set| set.count()).sum()
    }
}

/// The numbers of a document that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub version: u64,
    /// Of the write that it came with.
    pub sequence: u64,
}

/// One index.
#[derive(Debug, Clone)]
pub struct Index {
    pub meta: Arc<IndexMeta>,
    /// In the order of their writes.
    pub segments: Vec<SegmentPart>,
    /// Being written as a segment.
    pub frozen: Option<Memtable>,
    pub memory: Memtable,
    /// What could not be read.
    pub damage: Vec<String>,
    /// The store's, for ids that no client gave.
    pub salt: Salt,
}

impl Index {
    /// An empty index.
    pub fn new(meta: Arc<IndexMeta>, salt: Salt) -> Self {
        Self {
            meta,
            salt,
            segments: Vec::new(),
            frozen: None,
            memory: Memtable::default(),
            damage: Vec::new(),
        }
    }

    /// How the document of this id stands, unless there is none.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn standing(&self, id: &str) -> Result<Option<Standing>, SegmentError> {
        if let Some((part, row)) = self.find_in_memory(id) {
            return Ok(Some(Standing {
                version: part.block.versions[row as usize] as u64,
                sequence: part.block.sequences[row as usize] as u64,
            }));
        }
        match self.find_in_segments(id)? {
            Some((part, group, row)) => {
                let part = &self.segments[part];
                let numbers = part.segment.groups()[group].numbers_of(row);
                let (_, sequence, version) =
                    numbers.inspect_err(|error| part.found_damaged(error))?;
                Ok(Some(Standing {
                    version: version as u64,
                    sequence: sequence as u64,
                }))
            }
            None => Ok(None),
        }
    }

    /// Where in the memtables the document of this id is.
    pub fn find_in_memory(&self, id: &str) -> Option<(&MemoryPart, u32)> {
        let memtables = [Some(&self.memory), self.frozen.as_ref()];
        memtables.into_iter().flatten().find_map(|memtable| {
            let (part, row) = memtable.find(id, self.salt)?;
            Some((&memtable.parts[part], row))
        })
    }

    /// Where in the segments the document of this id is: segment, group and row.
    ///
    /// # Errors
    /// When the file system refuses to read a segment.
    pub fn find_in_segments(&self, id: &str) -> Result<Option<(usize, usize, u32)>, SegmentError> {
        for (place, part) in self.segments.iter().enumerate().rev() {
            if let Some((group, row)) = part.find_id(id, self.salt)? {
                return Ok(Some((place, group, row)));
            }
        }
        Ok(None)
    }

    /// Deletes the document of this id, wherever it is.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn remove(&mut self, id: &str) -> Result<bool, SegmentError> {
        if self.memory.remove(id, self.salt)
            || self
                .frozen
                .as_mut()
                .is_some_and(|frozen| frozen.remove(id, self.salt))
        {
            return Ok(true);
        }
        let found = self.find_in_segments(id)?;
        if let Some((place, group, row)) = found {
            let part = &mut self.segments[place];
            Arc::make_mut(&mut part.deleted[group]).insert(row);
            part.deleted_changed = true;
        }
        Ok(found.is_some())
    }
}

/// Everything.
#[derive(Debug)]
pub struct State {
    pub indices: BTreeMap<String, Index>,
    /// For the ids of documents that come without one.
    pub salt: Salt,
    /// The last sequence whose id a client gave to a document before the sequence was used. Up to there
    /// an id that is told from a sequence may be taken.
    pub claimed_sequence: u64,
    /// The last write that is visible.
    pub newest_sequence: u64,
    /// Every write up to this one is in segments.
    pub flushed_sequence: u64,
    /// The last write in the frozen memtables, while there are some.
    pub frozen_sequence: Option<u64>,
    pub next_segment: u64,
    /// Segments whose files are being written: no remains of a crash.
    pub writing: BTreeSet<u64>,
    pub memtable_rows: usize,
    pub memtable_bytes: usize,
    /// The same of the frozen memtables.
    pub frozen_bytes: usize,
    /// When the memtable's first and last documents came.
    pub memtable_since: Option<Instant>,
    pub memtable_touched: Instant,
}

impl State {
    /// Nothing.
    pub fn new(salt: Salt) -> Self {
        Self {
            indices: BTreeMap::new(),
            salt,
            claimed_sequence: 0,
            newest_sequence: 0,
            flushed_sequence: 0,
            frozen_sequence: None,
            next_segment: 1,
            writing: BTreeSet::new(),
            memtable_rows: 0,
            memtable_bytes: 0,
            frozen_bytes: 0,
            memtable_since: None,
            memtable_touched: Instant::now(),
        }
    }

    /// Adds a block to an index's memtable.
    pub fn add(&mut self, index: &str, block: Block, deleted: RowSet) {
        let Some(index) = self.indices.get_mut(index) else {
            return;
        };
        if block.rows == 0 {
            return;
        }
        self.memtable_rows += block.rows as usize;
        self.memtable_bytes += block.bytes();
        self.memtable_touched = Instant::now();
        self.memtable_since.get_or_insert_with(Instant::now);
        index.memory.add(block, deleted);
    }

    /// The number for a segment that is about to be written.
    pub fn take_segment_number(&mut self) -> u64 {
        let number = self.next_segment;
        self.next_segment += 1;
        self.writing.insert(number);
        number
    }

    /// Freezes all memtables; gives the last write in them. `None` when there is nothing to freeze
    /// or the last ones are not written yet.
    pub fn freeze(&mut self) -> Option<u64> {
        if self.frozen_sequence.is_some() || self.newest_sequence == self.flushed_sequence {
            return None;
        }
        for index in self.indices.values_mut() {
            if !index.memory.is_empty() {
                index.frozen = Some(std::mem::take(&mut index.memory));
            }
        }
        self.memtable_rows = 0;
        self.frozen_bytes = std::mem::take(&mut self.memtable_bytes);
        self.memtable_since = None;
        self.frozen_sequence = Some(self.newest_sequence);
        self.frozen_sequence
    }
}
