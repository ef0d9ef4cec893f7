//! The documents of a block as they were sent: shapes, to be filled from the columns.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::limits::{MAX_BLOCK_SHAPE_BYTES, MAX_BLOCK_SHAPES};
use swarmscope_query::document::ValueRef;

use super::Block;
use super::column::{Column, ColumnBuilder, Kind, RowMapping, Rows, Values};
use super::shape::Shape;
use super::strings::Strings;

/// What the columns do not say about a block's documents.
#[derive(Debug, Clone)]
pub struct Sources {
    pub shapes: Vec<Arc<Shape>>,
    /// The shape of each row.
    pub codes: Vec<u32>,
    /// The bytes of values that are kept as such, in the order in which they stand.
    pub literals: Column,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            shapes: Vec::new(),
            codes: Vec::new(),
            literals: Column {
                rows: Rows::Listed(Vec::new()),
                values: Values::Text(Strings::default()),
            },
        }
    }
}

impl Sources {
    /// Memory that they take, roughly.
    pub fn bytes(&self) -> usize {
        let shapes: usize = self.shapes.iter().map(|shape| shape.bytes()).sum();
        shapes + self.codes.len() * 4 + self.literals.bytes()
    }
}

/// Sources under construction.
#[derive(Debug)]
pub struct SourcesBuilder {
    shapes: Vec<Arc<Shape>>,
    shape_bytes: usize,
    by_shape: HashMap<Arc<Shape>, u32>,
    codes: Vec<u32>,
    literals: ColumnBuilder,
}

impl Default for SourcesBuilder {
    fn default() -> Self {
        Self {
            shapes: Vec::new(),
            shape_bytes: 0,
            by_shape: HashMap::new(),
            codes: Vec::new(),
            literals: ColumnBuilder::new(Kind::Text),
        }
    }
}

impl SourcesBuilder {
    /// The code of a shape; `None` when there are too many already.
    pub fn code(&mut self, shape: &Arc<Shape>) -> Option<u32> {
        if let Some(code) = self.by_shape.get(shape) {
            return Some(*code);
        }
        let is_full = self.shapes.len() >= MAX_BLOCK_SHAPES
            || self.shape_bytes + shape.bytes() > MAX_BLOCK_SHAPE_BYTES;
        (!is_full || shape.is_whole()).then(|| self.add(shape))
    }

    fn add(&mut self, shape: &Arc<Shape>) -> u32 {
        let code = self.shapes.len() as u32;
        self.shapes.push(Arc::clone(shape));
        self.shape_bytes += shape.bytes();
        self.by_shape.insert(Arc::clone(shape), code);
        code
    }

    /// Adds a row of a shape that has a code. Its literals are to be added, too.
    pub fn push(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// Adds a literal to the row that was added last.
    pub fn literal(&mut self, text: &str) {
        if let Some(row) = self.codes.len().checked_sub(1) {
            self.literals.push(row as u32, ValueRef::Text(text));
        }
    }

    /// Adds a row that is kept as its bytes.
    pub fn push_whole(&mut self, source: &str) {
        let whole = Shape::whole();
        let code = match self.by_shape.get(&whole) {
            Some(code) => *code,
            None => self.add(&whole),
        };
        self.push(code);
        self.literal(source);
    }

    /// Adds the rows of a block that are not dropped. `has` says which columns there will be: documents
    /// that need another one are kept as their bytes.
    pub fn append(
        &mut self,
        block: &Block,
        dropped: &crate::rows::RowSet,
        has: impl Fn(&Arc<str>, Kind) -> bool,
    ) {
        let shapes = block.sources.shapes.iter();
        let codes: Vec<Option<u32>> = shapes
            .map(|shape| {
                let mut columns = shape.slots().iter().filter_map(|slot| slot.column.as_ref());
                let is_complete = columns.all(|(path, kind)| has(path, *kind));
                is_complete.then(|| self.code(shape)).flatten()
            })
            .collect();
        let own = &block.sources;
        if dropped.is_empty()
            && let Some(codes) = codes.iter().copied().collect::<Option<Vec<u32>>>()
        {
            let mapping = RowMapping::all(self.codes.len() as u32);
            self.literals.append(&own.literals, &mapping);
            let rows = own.codes.iter().map(|code| codes[*code as usize]);
            self.codes.extend(rows);
            return;
        }
        let mut documents = Documents::new(block);
        let mut literal = 0;
        let mut text = String::new();
        for row in 0..block.rows {
            let first = literal;
            while literal < own.literals.len() && own.literals.row(literal) == row {
                literal += 1;
            }
            if dropped.contains(row) {
                continue;
            }
            let Some(code) = codes[own.codes[row as usize] as usize] else {
                text.clear();
                documents.write(row, &mut text).expect(UNBROKEN);
                self.push_whole(&text);
                continue;
            };
            self.push(code);
            for at in first..literal {
                if let ValueRef::Text(text) = own.literals.value(at) {
                    self.literal(text);
                }
            }
        }
    }

    /// The sources of a block with so many rows.
    pub fn finish(self, rows: u32) -> Sources {
        Sources {
            shapes: self.shapes,
            codes: self.codes,
            literals: self.literals.finish(rows),
        }
    }
}

/// Of a block that was built in this process.
const UNBROKEN: &str = "a block has every value of its documents";

/// Writes the documents of a block.
#[derive(Debug)]
pub struct Documents<'a> {
    block: &'a Block,
    /// By shape, the column of each slot, once it was needed.
    columns: Vec<Option<Vec<Option<&'a Column>>>>,
}

impl<'a> Documents<'a> {
    /// Of this block.
    pub fn new(block: &'a Block) -> Self {
        Self {
            block,
            columns: vec![None; block.sources.shapes.len()],
        }
    }

    /// Appends the document of a row; `None` when the block lacks a value of it, a part of it may then
    /// have been appended.
    pub fn write(&mut self, row: u32, out: &mut String) -> Option<()> {
        let sources = &self.block.sources;
        let code = *sources.codes.get(row as usize)? as usize;
        let shape = sources.shapes.get(code)?;
        let block = self.block;
        let columns = self.columns[code].get_or_insert_with(|| columns_of(block, shape));
        let mut values = |slot: usize| {
            let column = columns[slot]?;
            let mut places = column.places_of(row);
            Some(column.value(places.nth(shape.places()[slot] as usize)?))
        };
        let texts = |at| match sources.literals.value(at) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        };
        let mut literals = sources.literals.places_of(row).filter_map(texts);
        shape.write(&mut values, &mut literals, out)
    }
}

fn columns_of<'a>(block: &'a Block, shape: &Shape) -> Vec<Option<&'a Column>> {
    let of = |path: &Arc<str>, kind: Kind| {
        let mut columns = block.columns.iter();
        let named = columns.find(|named| named.kind == kind && named.path == *path)?;
        Some(&*named.column)
    };
    let slots = shape.slots().iter();
    slots
        .map(|slot| {
            slot.column
                .as_ref()
                .and_then(|(path, kind)| of(path, *kind))
        })
        .collect()
}

impl Block {
    /// The document of a row as it was sent.
    pub fn source(&self, row: u32) -> String {
        let mut out = String::new();
        let written = Documents::new(self).write(row, &mut out);
        written.expect(UNBROKEN);
        out
    }
}
