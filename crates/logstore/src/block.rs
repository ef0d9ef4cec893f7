//! Documents in columns, in memory: what the memtable holds, what a segment is written from.
//!
//! A block is immutable once built. Every path has up to one column a [`Kind`], so that documents
//! that disagree about a field's type both keep theirs; paths beyond the limit share the overflow
//! column. Never touches a file.

pub mod builder;
pub mod column;
pub mod concat;
pub mod learner;
pub mod overflow;
pub mod shape;
mod source;
pub mod sources;
pub mod strings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use column::{Column, Kind};
use sources::Sources;
use strings::Strings;

/// One column under its path.
#[derive(Debug, Clone)]
pub struct NamedColumn {
    pub path: Arc<str>,
    pub kind: Kind,
    pub column: Arc<Column>,
}

/// Documents in columns, in the order of their writes.
#[derive(Debug, Clone, Default)]
pub struct Block {
    pub rows: u32,
    pub ids: Strings,
    /// What the documents are beside their values; see [`Block::source`].
    pub sources: Sources,
    /// Grow from row to row once the block is in the memtable.
    pub sequences: Arc<Vec<i64>>,
    pub versions: Arc<Vec<i64>>,
    /// Documents' times, in milliseconds.
    pub times: Arc<Vec<i64>>,
    pub columns: Vec<NamedColumn>,
    /// Values of paths that have no column; see [`overflow`].
    pub overflow: Option<Arc<Column>>,
}

impl Block {
    /// Memory that the block takes, roughly.
    pub fn bytes(&self) -> usize {
        let fixed = self.rows as usize * 24;
        let columns: usize = self.columns.iter().map(|named| named.column.bytes()).sum();
        let overflow = self.overflow.as_ref().map_or(0, |column| column.bytes());
        fixed + self.ids.bytes() + self.sources.bytes() + columns + overflow
    }

    /// Oldest and newest time of its documents.
    pub fn time_range(&self) -> Option<(i64, i64)> {
        Some((*self.times.iter().min()?, *self.times.iter().max()?))
    }
}
