//! The newest documents of one index, in memory, searchable at once.
//!
//! Every request adds a block; small blocks are joined so that their number stays logarithmic.
//! A document is found by its id through its sequence, which joining does not change.

use std::collections::HashMap;
use std::sync::Arc;

use crate::block::Block;
use crate::block::concat::concat;
use crate::rows::RowSet;

/// Blocks larger than this are left alone.
const JOINED_ROWS: u32 = 4 * 1024;

/// A block and its deleted rows.
#[derive(Debug, Clone)]
pub struct MemoryPart {
    pub block: Arc<Block>,
    pub deleted: Arc<RowSet>,
}

/// Documents that are in no segment yet.
#[derive(Debug, Clone, Default)]
pub struct Memtable {
    pub parts: Vec<MemoryPart>,
    /// The sequence of each document that is not deleted.
    ids: HashMap<Box<str>, i64>,
}

impl Memtable {
    /// Adds a block whose documents come after all others; `deleted` are those that the same
    /// request replaced or deleted itself.
    pub fn add(&mut self, block: Block, deleted: RowSet) {
        self.ids.reserve(block.rows as usize);
        for (row, id) in (0..).zip(block.ids.iter()) {
            if !deleted.contains(row) {
                self.ids.insert(id.into(), block.sequences[row as usize]);
            }
        }
        self.parts.push(MemoryPart {
            block: Arc::new(block),
            deleted: Arc::new(deleted),
        });
        self.join();
    }

    /// Joins the last blocks while the older one is not much larger than the newer.
    fn join(&mut self) {
        let mut from = self.parts.len() - 1;
        let mut rows = self.parts[from].block.rows;
        while from > 0 {
            let older = self.parts[from - 1].block.rows;
            if older / 2 > rows || older + rows > JOINED_ROWS {
                break;
            }
            rows += older;
            from -= 1;
        }
        if from + 1 == self.parts.len() {
            return;
        }
        let tail = self.parts.split_off(from);
        let inputs: Vec<_> = tail
            .iter()
            .map(|part| (&*part.block, &*part.deleted))
            .collect();
        let block = concat(&inputs);
        if block.rows > 0 {
            self.parts.push(MemoryPart {
                deleted: Arc::new(RowSet::none(block.rows)),
                block: Arc::new(block),
            });
        }
    }

    /// Where the document of this id is: its part and row.
    pub fn find(&self, id: &str) -> Option<(usize, u32)> {
        let sequence = *self.ids.get(id)?;
        let part = self.parts.partition_point(|part| {
            part.block
                .sequences
                .last()
                .is_some_and(|last| *last < sequence)
        });
        let sequences = &self.parts.get(part)?.block.sequences;
        let row = sequences.binary_search(&sequence).ok()?;
        Some((part, u32::try_from(row).ok()?))
    }

    /// Deletes the document of this id; gives whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some((part, row)) = self.find(id) else {
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
            builder
                .push(&mut learner, &format!("id{sequence}"), r#"{"a":1}"#, 0)
                .expect("a document");
        }
        let mut block = builder.finish();
        block.versions = Arc::new(vec![1; sequences.clone().count()]);
        block.sequences = Arc::new(sequences.collect());
        block
    }

    #[test]
    fn documents_are_found_and_removed_while_blocks_are_joined() {
        let mut memtable = Memtable::default();
        for sequence in 0..100 {
            memtable.add(block(sequence..sequence + 1), RowSet::none(1));
            if sequence % 3 == 0 {
                assert!(memtable.remove(&format!("id{sequence}")));
            }
        }
        assert!(memtable.parts.len() < 10, "{}", memtable.parts.len());
        for sequence in 0..100_i64 {
            let found = memtable.find(&format!("id{sequence}"));
            assert_eq!(found.is_some(), sequence % 3 != 0, "{sequence}");
            if let Some((part, row)) = found {
                assert_eq!(memtable.parts[part].block.sequences[row as usize], sequence);
            }
        }
    }
}
