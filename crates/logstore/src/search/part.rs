//! One view of memtable blocks and segments.

use std::ops::Deref;
use std::sync::Arc;

use swarmscope_query::value_view::ValueViews;

use crate::block::column::{Column, Kind};
use crate::block::{Block, NamedColumn, overflow};
use crate::error::SegmentError;
use crate::ids::Salt;
use crate::rows::RowSet;
use crate::segment::{Group, Indexing, Segment, Unique};

use super::error::SearchError;

/// Documents in memory or on disk.
#[derive(Debug, Clone)]
pub enum Data {
    Memory(Arc<Block>),
    /// A group of a segment, by its place there.
    Group(Arc<Segment>, usize),
}

/// A block or a segment's group of an index, with its deleted rows, as one moment has it.
#[derive(Debug, Clone)]
pub struct Part {
    pub index: Arc<str>,
    /// The store\'s, for ids that no client gave.
    pub salt: Salt,
    pub data: Data,
    pub deleted: Arc<RowSet>,
    /// Oldest and newest time of its documents.
    pub time_range: (i64, i64),
    /// How sorts and aggregations look at the values of fields.
    pub views: ValueViews,
    /// What its rows stand in, when these are objects of arrays.
    pub around: Option<Arc<Around>>,
}

/// The documents, or objects, that the objects of a part stand in.
#[derive(Debug)]
pub struct Around {
    /// Where the objects are.
    pub path: String,
    pub part: Arc<Part>,
    /// The row there of each object.
    pub rows: Vec<u32>,
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
    /// How its words are found.
    pub indexing: Indexing,
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
            Data::Group(segment, group) => segment.groups()[*group].rows(),
        }
    }

    /// The first sequence in it.
    pub fn first_sequence(&self) -> u64 {
        match &self.data {
            Data::Memory(block) => block.sequences.first().map_or(0, |first| *first as u64),
            Data::Group(segment, group) => segment.groups()[*group].sequence_range().0,
        }
    }

    /// The last sequence in it.
    pub fn last_sequence(&self) -> u64 {
        match &self.data {
            Data::Memory(block) => block.sequences.last().map_or(0, |last| *last as u64),
            Data::Group(segment, group) => segment.groups()[*group].sequence_range().1,
        }
    }

    /// The documents' times.
    ///
    /// # Errors
    /// When the segment cannot be read; so it is with the others.
    pub fn times(&self) -> Result<Numbers, SegmentError> {
        self.numbers(|block| &block.times, Group::times)
    }

    /// The documents' places in the order of writes.
    pub fn sequences(&self) -> Result<Numbers, SegmentError> {
        self.numbers(|block| &block.sequences, Group::sequences)
    }

    fn numbers(
        &self,
        of_block: impl Fn(&Block) -> &Arc<Vec<i64>>,
        of_group: impl Fn(&Group) -> Result<Arc<Column>, SegmentError>,
    ) -> Result<Numbers, SegmentError> {
        Ok(match &self.data {
            Data::Memory(block) => Numbers::Vector(Arc::clone(of_block(block))),
            Data::Group(segment, group) => Numbers::Column(of_group(&segment.groups()[*group])?),
        })
    }

    /// The time, sequence and version of a row.
    pub fn numbers_of(&self, row: u32) -> Result<(i64, i64, i64), SegmentError> {
        let at = row as usize;
        match &self.data {
            Data::Memory(block) => Ok((block.times[at], block.sequences[at], block.versions[at])),
            Data::Group(segment, group) => segment.groups()[*group].numbers_of(row),
        }
    }

    /// The time and sequence of a row.
    ///
    /// # Errors
    /// When the segment cannot be read.
    pub fn position_of(&self, row: u32) -> Result<(i64, i64), SegmentError> {
        let at = row as usize;
        match &self.data {
            Data::Memory(block) => Ok((block.times[at], block.sequences[at])),
            Data::Group(segment, group) => segment.groups()[*group].position_of(row),
        }
    }

    /// The id of a row that has this sequence.
    pub fn id(&self, row: u32, sequence: u64) -> Result<String, SegmentError> {
        let generated = || self.salt.id(sequence);
        match &self.data {
            Data::Memory(block) => Ok(block.given_id(row).map_or_else(generated, str::to_owned)),
            Data::Group(segment, group) => {
                let given = segment.groups()[*group].id(row)?;
                Ok(given.unwrap_or_else(generated))
            }
        }
    }

    /// The documents of rows, which rise.
    pub fn sources(&self, rows: &[u32]) -> Result<Vec<String>, SegmentError> {
        match &self.data {
            Data::Memory(block) => Ok(rows.iter().map(|row| block.source(*row)).collect()),
            Data::Group(segment, group) => segment.groups()[*group].sources(rows),
        }
    }

    /// The rows with these ids.
    pub fn rows_with_id(&self, id: &str) -> Result<Option<u32>, SegmentError> {
        match &self.data {
            Data::Group(segment, own) => {
                let counts = |group, row| group == *own && !self.deleted.contains(row);
                let found = segment.find_id(id, self.salt, &counts)?;
                Ok(found.map(|(_, row)| row))
            }
            Data::Memory(block) => {
                let mut given = block.given_ids().filter(|(_, own)| *own == id);
                let given = given.find(|(row, _)| !self.deleted.contains(*row));
                let generated = || {
                    let row = block.row_of(self.salt.sequence(id)?)?;
                    let counts = !self.deleted.contains(row) && block.given_id(row).is_none();
                    counts.then_some(row)
                };
                Ok(given.map(|(row, _)| row).or_else(generated))
            }
        }
    }

    /// The rows of granules where a column so indexed may hold all the words; `None` when every row
    /// may.
    pub fn rows_with_words(
        &self,
        indexing: Indexing,
        words: &[String],
    ) -> Result<Option<RowSet>, SegmentError> {
        match &self.data {
            Data::Memory(_) => Ok(None),
            Data::Group(segment, group) => segment.rows_with_words(*group, indexing, words),
        }
    }

    /// Whether no row can hold all the words in a column so indexed.
    ///
    /// # Errors
    /// When the segment cannot be read.
    pub fn lacks_words(&self, indexing: Indexing, words: &[String]) -> Result<bool, SegmentError> {
        match &self.data {
            Data::Memory(_) => Ok(false),
            Data::Group(segment, group) => segment.lacks_words(*group, indexing, words),
        }
    }

    /// The columns whose path is chosen.
    pub fn columns(
        &self,
        chosen: impl Fn(&str, Kind) -> bool,
    ) -> Result<Vec<ColumnRef>, SegmentError> {
        let mut columns = Vec::new();
        let mut own = |place: usize,
                       path: &Arc<str>,
                       kind: Kind,
                       values: u64,
                       dense: bool,
                       indexing: Indexing| {
            if chosen(path, kind) {
                columns.push(ColumnRef {
                    path: Arc::clone(path),
                    kind,
                    values,
                    is_dense: dense,
                    indexing,
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
                        Indexing::Words,
                    );
                }
                if let Some(overflow) = &block.overflow {
                    collector.add(overflow, &chosen);
                }
            }
            Data::Group(segment, group) => {
                let group = &segment.groups()[*group];
                for (place, info) in group.columns().iter().enumerate() {
                    own(
                        place,
                        &info.path,
                        info.kind,
                        info.values,
                        info.is_dense,
                        info.indexing,
                    );
                }
                if group.has_overflow() {
                    let all = RowSet::all(self.rows());
                    group.visit_overflow::<SegmentError>(&all, &mut |column| {
                        collector.add(column, &chosen);
                        Ok(())
                    })?;
                }
            }
        }
        let gathered = collector.finish(self.rows()).into_iter();
        columns.extend(
            gathered.map(|NamedColumn { path, kind, column }| ColumnRef {
                path,
                kind,
                values: column.len() as u64,
                is_dense: false,
                indexing: Indexing::Words,
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
            (Place::Own(place), Data::Group(segment, group)) => {
                segment.groups()[*group].visit(*place, within, visit)
            }
        }
    }

    /// The same when only the different values of the rows `within` matter.
    pub fn visit_distinct(
        &self,
        column: &ColumnRef,
        within: &RowSet,
        visit: &mut dyn FnMut(Unique<'_>) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        match (&column.place, &self.data) {
            (Place::Own(place), Data::Group(segment, group)) => {
                segment.groups()[*group].visit_distinct(*place, within, visit)
            }
            _ => self.visit(column, within, &mut |page| visit(Unique::Page(page))),
        }
    }

    /// The same when only texts matter that hold all of some words: of a page it may be called with those
    /// texts alone.
    pub fn visit_holding(
        &self,
        column: &ColumnRef,
        words: &[String],
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        match (&column.place, &self.data) {
            (Place::Own(place), Data::Group(segment, group)) if column.kind == Kind::Text => {
                segment.groups()[*group].visit_holding(*place, words, within, visit)
            }
            _ => self.visit(column, within, visit),
        }
    }
}
