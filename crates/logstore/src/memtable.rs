//! The newest documents of one index, in memory, searchable at once.
//!
//! Every request adds a block; small blocks are joined so that their number stays logarithmic.
//! A document is found by its id through its sequence, which joining does not change. Only ids that
//! clients gave are kept; the others say their sequence themselves.

use std::collections::HashMap;
use std::sync::Arc;

use crate::block::Block;
use crate::block::concat::concat;
use crate::ids::Salt;
use crate::rows::RowSet;

/// Blocks larger than this are left alone.
const JOINED_ROWS: u32 = 4 * 1024;

/// Fewer blocks than this are not worth a copy.
const JOINED_BLOCKS: usize = 4;

/// A block and its deleted rows.
#[derive(Debug, Clone)]
pub struct MemoryPart {
    pub block: Arc<Block>,
    pub deleted: Arc<RowSet>,
    /// Oldest and newest time of the block's documents: every search asks.
    pub times: (i64, i64),
}

impl MemoryPart {
    fn new(block: Block, deleted: RowSet) -> Self {
        Self {
            times: block.time_range().unwrap_or((0, 0)),
            block: Arc::new(block),
            deleted: Arc::new(deleted),
        }
    }
}

/// Documents that are in no segment yet.
#[derive(Debug, Clone, Default)]
pub struct Memtable {
    pub parts: Vec<MemoryPart>,
    /// The sequence of each document whose client gave it an id and that is not deleted.
    ids: HashMap<Box<str>, i64>,
}

impl Memtable {
    /// Adds a block whose documents come after all others; `deleted` are those that the same
    /// request replaced or deleted itself.
    pub fn add(&mut self, block: Block, deleted: RowSet) {
        for (row, id) in block.given_ids() {
            if !deleted.contains(row) {
                self.ids.insert(id.into(), block.sequences[row as usize]);
            }
        }
        self.parts.push(MemoryPart::new(block, deleted));
        self.join();
    }

    /// Joins the last blocks when there are several and the one before them is much larger than all of
    /// them: a row is copied once for each time that its block grows by half.
    fn join(&mut self) {
        let mut from = self.parts.len();
        let mut rows = 0;
        while from > 0 {
            let older = self.parts[from - 1].block.rows;
            if older / 2 > rows && rows > 0 || older + rows > JOINED_ROWS {
                break;
            }
            rows += older;
            from -= 1;
        }
        if self.parts.len() - from < JOINED_BLOCKS {
            return;
        }
        let tail = self.parts.split_off(from);
        let inputs: Vec<_> = tail
            .iter()
            .map(|part| (&*part.block, &*part.deleted))
            .collect();
        let block = concat(&inputs);
        if block.rows > 0 {
            let deleted = RowSet::none(block.rows);
            self.parts.push(MemoryPart::new(block, deleted));
        }
    }

    /// Where the document of this id is: its part and row. The salt is the store's.
    pub fn find(&self, id: &str, salt: Salt) -> Option<(usize, u32)> {
        if let Some(sequence) = self.ids.get(id) {
            return self.find_sequence(*sequence as u64);
        }
        let (part, row) = self.find_sequence(salt.sequence(id)?)?;
        let MemoryPart { block, deleted, .. } = &self.parts[part];
        (!deleted.contains(row) && block.given_id(row).is_none()).then_some((part, row))
    }

    fn find_sequence(&self, sequence: u64) -> Option<(usize, u32)> {
        let part = self.parts.partition_point(|part| {
            let last = part.block.sequences.last();
            last.is_some_and(|last| (*last as u64) < sequence)
        });
        let row = self.parts.get(part)?.block.row_of(sequence)?;
        Some((part, row))
    }

    /// Deletes the document of this id; gives whether there was one.
    pub fn remove(&mut self, id: &str, salt: Salt) -> bool {
        let Some((part, row)) = self.find(id, salt) else {
            return false;
        };
        Arc::make_mut(&mut self.parts[part].deleted).insert(row);
        self.ids.remove(id);
        true
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::builder::BlockBuilder;
    use crate::block::learner::Learner;

    fn block(sequences: std::ops::Range<i64>) -> Block {
        let mut builder = BlockBuilder::default();
        let mut learner = Learner::default();
        for sequence in sequences.clone() {
            let given = (sequence % 2 == 0).then(|| format!("id{sequence}"));
            builder
                .push(&mut learner, given.as_deref(), r#"{"a":1}"#, 0)
                .expect("a document");
        }
        let mut block = builder.finish();
        block.versions = Arc::new(vec![1; sequences.clone().count()]);
        block.sequences = Arc::new(sequences.collect());
        block
    }

    fn id(sequence: i64, salt: Salt) -> String {
        if sequence % 2 == 0 {
            format!("id{sequence}")
        } else {
            salt.id(sequence as u64)
        }
    }

    #[test]
    fn documents_are_found_and_removed_while_blocks_are_joined() {
        let salt = Salt::random();
        let mut memtable = Memtable::default();
        for sequence in 0..100 {
            memtable.add(block(sequence..sequence + 1), RowSet::none(1));
            if sequence % 3 == 0 {
                assert!(memtable.remove(&id(sequence, salt), salt));
                assert!(!memtable.remove(&id(sequence, salt), salt));
            }
        }
        assert!(memtable.parts.len() < 20, "{}", memtable.parts.len());
        for sequence in 0..100_i64 {
            let found = memtable.find(&id(sequence, salt), salt);
            assert_eq!(found.is_some(), sequence % 3 != 0, "{sequence}");
            if sequence % 2 == 0 {
                assert_eq!(memtable.find(&salt.id(sequence as u64), salt), None);
            }
            if let Some((part, row)) = found {
                assert_eq!(memtable.parts[part].block.sequences[row as usize], sequence);
            }
        }
    }
}
