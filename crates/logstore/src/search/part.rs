//! One view of memtable blocks and segments.

use std::ops::Deref;
use std::sync::Arc;

use crate::block::column::{Column, Kind};
use crate::block::{Block, NamedColumn, overflow};
use crate::error::SegmentError;
use crate::rows::RowSet;
use crate::segment::Segment;

use super::error::SearchError;

/// Documents in memory or on disk.
#[derive(Debug, Clone)]
pub enum Data {
    Memory(Arc<Block>),
    Segment(Arc<Segment>),
}

/// A block or segment of an index, with its deleted rows, as one moment has it.
#[derive(Debug, Clone)]
pub struct Part {
    pub index: Arc<str>,
    pub data: Data,
    pub deleted: Arc<RowSet>,
}

/// A number for each row.
#[derive(Debug, Clone)]
pub enum Numbers {
    Vector(Arc<Vec<i64>>),
    Column(Arc<Column>),
}

impl Deref for Numbers {
    type Target = [i64];

    fn deref(&self) -> &[i64] {
        match self {
            Numbers::Vector(values) => values,
            Numbers::Column(column) => column.integers(),
        }
    }
}

/// A column of a part: where it is and what it holds.
#[derive(Debug, Clone)]
pub struct ColumnRef {
    pub path: Arc<str>,
    pub kind: Kind,
    pub values: u64,
    /// Every row has one value.
    pub is_dense: bool,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    /// A place among the part's columns.
    Own(usize),
    /// Gathered from the overflow column.
    Gathered(Arc<Column>),
}

impl Part {
    /// Its rows, deleted ones included.
    pub fn rows(&self) -> u32 {
        match &self.data {
            Data::Memory(block) => block.rows,
            Data::Segment(segment) => segment.rows(),
        }
    }

    /// Oldest and newest time of its documents.
    pub fn time_range(&self) -> (i64, i64) {
        match &self.data {
            Data::Memory(block) => block.time_range().unwrap_or((0, 0)),
            Data::Segment(segment) => segment.time_range(),
        }
    }

    /// The last sequence in it.
    pub fn last_sequence(&self) -> u64 {
        match &self.data {
            Data::Memory(block) => block.sequences.last().map_or(0, |last| *last as u64),
            Data::Segment(segment) => segment.sequence_range().1,
        }
    }

    /// The documents' times.
    ///
    /// # Errors
    /// When the segment cannot be read; so it is with the others.
    pub fn times(&self) -> Result<Numbers, SegmentError> {
        self.numbers(|block| &block.times, Segment::times)
    }

    /// The documents' places in the order of writes.
    pub fn sequences(&self) -> Result<Numbers, SegmentError> {
        self.numbers(|block| &block.sequences, Segment::sequences)
    }

    /// The documents' versions.
    pub fn versions(&self) -> Result<Numbers, SegmentError> {
        self.numbers(|block| &block.versions, Segment::versions)
    }

    fn numbers(
        &self,
        of_block: impl Fn(&Block) -> &Arc<Vec<i64>>,
        of_segment: impl Fn(&Segment) -> Result<Arc<Column>, SegmentError>,
    ) -> Result<Numbers, SegmentError> {
        Ok(match &self.data {
            Data::Memory(block) => Numbers::Vector(Arc::clone(of_block(block))),
            Data::Segment(segment) => Numbers::Column(of_segment(segment)?),
        })
    }

    /// The id of a row.
    pub fn id(&self, row: u32) -> Result<String, SegmentError> {
        match &self.data {
            Data::Memory(block) => Ok(block.ids.get(row as usize).to_owned()),
            Data::Segment(segment) => segment.id(row),
        }
    }

    /// The document of a row.
    pub fn source(&self, row: u32) -> Result<String, SegmentError> {
        match &self.data {
            Data::Memory(block) => Ok(block.source(row)),
            Data::Segment(segment) => segment.source(row),
        }
    }

    /// The rows with these ids.
    pub fn rows_with_id(&self, id: &str) -> Result<Option<u32>, SegmentError> {
        match &self.data {
            Data::Segment(segment) => segment.find_id(id, &self.deleted),
            Data::Memory(block) => Ok((0..)
                .zip(block.ids.iter())
                .find(|(row, own)| *own == id && !self.deleted.contains(*row))
                .map(|(row, _)| row)),
        }
    }

    /// The rows of granules that hold all the words; `None` when every row may.
    pub fn rows_with_words(&self, words: &[String]) -> Result<Option<RowSet>, SegmentError> {
        match &self.data {
            Data::Memory(_) => Ok(None),
            Data::Segment(segment) => segment.rows_with_words(words).map(Some),
        }
    }

    /// The columns whose path is chosen.
    pub fn columns(
        &self,
        chosen: impl Fn(&str, Kind) -> bool,
    ) -> Result<Vec<ColumnRef>, SegmentError> {
        let mut columns = Vec::new();
        let mut own = |place: usize, path: &Arc<str>, kind: Kind, values: u64, dense: bool| {
            if chosen(path, kind) {
                columns.push(ColumnRef {
                    path: Arc::clone(path),
                    kind,
                    values,
                    is_dense: dense,
                    place: Place::Own(place),
                });
            }
        };
        let mut collector = overflow::Collector::default();
        match &self.data {
            Data::Memory(block) => {
                for (place, named) in block.columns.iter().enumerate() {
                    let dense = named.column.is_dense();
                    own(
                        place,
                        &named.path,
                        named.kind,
                        named.column.len() as u64,
                        dense,
                    );
                }
                if let Some(overflow) = &block.overflow {
                    collector.add(overflow, &chosen);
                }
            }
            Data::Segment(segment) => {
                for (place, info) in segment.columns().iter().enumerate() {
                    own(place, &info.path, info.kind, info.values, info.is_dense);
                }
                let all = RowSet::all(self.rows());
                segment.visit_overflow::<SegmentError>(&all, &mut |column| {
                    collector.add(column, &chosen);
                    Ok(())
                })?;
            }
        }
        let gathered = collector.finish(self.rows()).into_iter();
        columns.extend(
            gathered.map(|NamedColumn { path, kind, column }| ColumnRef {
                path,
                kind,
                values: column.len() as u64,
                is_dense: false,
                place: Place::Gathered(column),
            }),
        );
        Ok(columns)
    }

    /// Calls with pages that hold the column's values of the rows `within`, and maybe of others.
    pub fn visit(
        &self,
        column: &ColumnRef,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        match (&column.place, &self.data) {
            (Place::Gathered(column), _) => visit(column),
            (Place::Own(place), Data::Memory(block)) => visit(&block.columns[*place].column),
            (Place::Own(place), Data::Segment(segment)) => segment.visit(*place, within, visit),
        }
    }
}
