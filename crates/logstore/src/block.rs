//! Documents in columns, in memory: what the memtable holds, what a segment is written from.
//!
//! A block is immutable once built. Every path has up to one column a [`Kind`], so that documents
//! that disagree about a field's type both keep theirs; paths beyond the limit share the overflow
//! column. Never touches a file.

pub mod builder;
pub mod codes;
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

use swarmscope_query::document::ValueRef;

use column::{Column, Kind, Rows, Values};
use sources::Sources;

/// One column under its path.
#[derive(Debug, Clone)]
pub struct NamedColumn {
    pub path: Arc<str>,
    pub kind: Kind,
    pub column: Arc<Column>,
}

/// Documents in columns, in the order of their writes.
#[derive(Debug, Clone)]
pub struct Block {
    pub rows: u32,
    /// Ids that clients gave; the other rows' are told from their sequences.
    pub ids: Column,
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

impl Default for Block {
    fn default() -> Self {
        Self {
            rows: 0,
            ids: Column {
                rows: Rows::Listed(Vec::new()),
                values: Values::Text(strings::Strings::default()),
            },
            sources: Sources::default(),
            sequences: Arc::default(),
            versions: Arc::default(),
            times: Arc::default(),
            columns: Vec::new(),
            overflow: None,
        }
    }
}

impl Block {
    /// The id that a client gave to the document of a row.
    pub fn given_id(&self, row: u32) -> Option<&str> {
        match self.ids.value(self.ids.places_of(row).next()?) {
            ValueRef::Text(id) => Some(id),
            _ => None,
        }
    }

    /// The ids that clients gave, with their rows.
    pub fn given_ids(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..self.ids.len()).filter_map(|at| match self.ids.value(at) {
            ValueRef::Text(id) => Some((self.ids.row(at), id)),
            _ => None,
        })
    }

    /// The row of a sequence, if it is here.
    pub fn row_of(&self, sequence: u64) -> Option<u32> {
        let row = self.sequences.binary_search(&i64::try_from(sequence).ok()?);
        u32::try_from(row.ok()?).ok()
    }

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
