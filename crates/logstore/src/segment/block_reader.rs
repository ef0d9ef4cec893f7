//! Reads a whole group as a block, for encoding its documents anew with others.

use std::sync::Arc;

use super::group::Group;
use crate::block::column::{Column, Kind};
use crate::block::shape::Shape;
use crate::block::sources::Sources;
use crate::block::{Block, NamedColumn};
use crate::error::SegmentError;

/// A shape, and the column of each of its slots.
#[derive(Debug)]
pub struct PlacedShape {
    pub shape: Arc<Shape>,
    columns: Vec<Option<usize>>,
}

impl PlacedShape {
    /// Reads a shape; `None` when there is none, or the group lacks a column of it.
    pub fn decode(mut bytes: &[u8], place: impl Fn(&str, Kind) -> Option<usize>) -> Option<Self> {
        let shape = Shape::decode(&mut bytes)?;
        let slots = shape.slots().iter();
        let columns = slots
            .map(|slot| match &slot.column {
                None => Some(None),
                Some((path, kind)) => place(path, *kind).map(Some),
            })
            .collect::<Option<_>>()?;
        bytes.is_empty().then_some(Self {
            shape: Arc::new(shape),
            columns,
        })
    }

    /// The columns that have values of such a document; one may come several times.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().flatten().copied()
    }

    /// The column of a slot.
    pub fn column(&self, slot: usize) -> Option<usize> {
        self.columns.get(slot).copied().flatten()
    }

    /// Which of the values that a document has in the slot's column stands there.
    pub fn nth(&self, slot: usize) -> usize {
        self.shape.places()[slot] as usize
    }
}

impl Group {
    /// The group as a block, all of it in memory.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_block(&self) -> Result<Block, SegmentError> {
        let numbers = |column: Arc<Column>| Arc::new(column.integers().to_vec());
        let mut columns = Vec::with_capacity(self.columns().len());
        for (place, info) in self.columns().iter().enumerate() {
            columns.push(NamedColumn {
                path: Arc::clone(&info.path),
                kind: info.kind,
                column: Arc::new(self.read_column(place)?),
            });
        }
        let shapes = self.shapes()?;
        let codes = self.read_codes()?;
        let codes = codes.integers().iter();
        let codes: Option<Vec<u32>> = codes
            .map(|code| {
                u32::try_from(*code)
                    .ok()
                    .filter(|code| (*code as usize) < shapes.len())
            })
            .collect();
        Ok(Block {
            rows: self.rows(),
            ids: self.read_ids()?,
            sources: Sources {
                shapes: shapes.iter().map(|own| Arc::clone(&own.shape)).collect(),
                codes: codes.ok_or_else(|| self.damaged("a document has no shape"))?,
                literals: self.read_literals()?,
            },
            sequences: numbers(self.sequences()?),
            versions: numbers(self.versions()?),
            times: numbers(self.times()?),
            columns,
            overflow: self.read_overflow()?.map(Arc::new),
        })
    }
}
