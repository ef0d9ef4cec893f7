//! Reads documents of a group as they were sent: a single one from the pages that hold its values, or
//! all of them as a block, for encoding them anew with others.

use std::sync::Arc;

use super::group::Group;
use crate::block::column::{Column, Kind};
use crate::block::shape::Shape;
use crate::block::sources::Sources;
use crate::block::strings::Strings;
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

    /// The document of a row as it was sent.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn source(&self, row: u32) -> Result<String, SegmentError> {
        let shapes = self.shapes()?;
        let own = shapes
            .get(self.code(row)?)
            .ok_or_else(|| self.damaged("a document has no shape"))?;
        let mut pages: Vec<Option<Arc<Column>>> = Vec::with_capacity(own.columns.len());
        for (slot, column) in own.columns.iter().enumerate() {
            pages.push(match column {
                None => None,
                // The values of an array are one behind the other.
                Some(_) if slot > 0 && own.columns[slot - 1] == *column => pages[slot - 1].clone(),
                Some(column) => self.page_with(*column, row)?,
            });
        }
        let literals = self.literals(row)?;
        let mut values = |slot: usize| {
            let page: &Column = pages[slot].as_deref()?;
            let at = page.places_of(row).nth(own.shape.places()[slot] as usize)?;
            Some(page.value(at))
        };
        let mut source = String::new();
        own.shape
            .write(&mut values, &mut literals.iter(), &mut source)
            .ok_or_else(|| self.damaged("a document lacks a value"))?;
        Ok(source)
    }

    /// What a row's shape leaves to it, in order.
    fn literals(&self, row: u32) -> Result<Strings, SegmentError> {
        let mut literals = Strings::default();
        self.visit_literals(row, &mut |text| literals.push(text))?;
        Ok(literals)
    }
}
