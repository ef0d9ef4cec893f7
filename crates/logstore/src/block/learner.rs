//! Reads documents, and learns from each how to read the next one like it with less work.
//!
//! What it has learned is a [`trie`] and numbers for fields. It is kept from request to request, has a
//! limit, and is begun anew when that is reached; nothing depends on it but speed.

mod fields;
pub mod pool;
mod trie;

use std::ops::Range;
use std::sync::Arc;

use swarmscope_model::limits::MAX_LEARNED_BYTES;
use swarmscope_query::document::scan::{ScanSink, Scanned, Value, scan};
use swarmscope_query::document::spelling::Spelling;
use swarmscope_query::document::{FieldSink, NotADocument, ValueRef, flatten_slowly};

pub use fields::{Fields, Role, Usual};
use trie::{Step, Trie, kind, variant};

use super::column::Kind;
use super::overflow;
use super::shape::{Shape, Slot};
use super::strings::Strings;

/// What is known about the documents that come.
#[derive(Debug, Default)]
pub struct Learner {
    pub fields: Fields,
    trie: Trie,
    shapes: Vec<Arc<Shape>>,
    shape_bytes: usize,
}

/// A value and its field.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub field: u32,
    pub value: Value,
}

/// What was read of one document. Kept for the next one, for its memory.
#[derive(Debug, Default)]
pub struct Reading {
    /// The values, in the order in which they stand.
    pub found: Vec<Found>,
    /// Where the values are that have to be kept as bytes.
    pub literals: Vec<Range<usize>>,
    /// Texts without their escapes.
    pub unescaped: String,
    /// Values whose fields have no number, as entries of the overflow column.
    pub spilled: Vec<String>,
    /// A number for the document's shape; none when it has none worth keeping.
    pub shape: Option<u32>,
}

impl Reading {
    fn clear(&mut self) {
        self.found.clear();
        self.literals.clear();
        self.unescaped.clear();
        self.spilled.clear();
        self.shape = None;
    }
}

impl Learner {
    /// Reads a document.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn read(&mut self, document: &str, reading: &mut Reading) -> Result<(), NotADocument> {
        reading.clear();
        reading.shape = self.trie.read(document, reading);
        if reading.shape.is_some() {
            return Ok(());
        }
        reading.clear();
        let mut way = Way {
            document,
            fields: &mut self.fields,
            reading,
            steps: Vec::new(),
            end: 0,
        };
        let mut unescaped = String::new();
        if scan(document, &mut unescaped, &mut way).is_some() {
            let Way { steps, end, .. } = way;
            reading.unescaped = unescaped;
            reading.shape = self.learn(document, &steps, end, reading);
            return Ok(());
        }
        reading.clear();
        let mut unscanned = Unscanned {
            fields: &mut self.fields,
            reading,
        };
        flatten_slowly(document.as_bytes(), &mut unscanned)
    }

    /// The shape of a number that was read.
    pub fn shape(&self, number: u32) -> &Arc<Shape> {
        &self.shapes[number as usize]
    }

    /// Forgets everything when there is no room for more. Not while a block is built with it.
    pub fn renew(&mut self) {
        if self.is_full() {
            *self = Self::default();
        }
    }

    fn is_full(&self) -> bool {
        self.trie.is_full() || self.shape_bytes >= MAX_LEARNED_BYTES
    }

    fn learn(
        &mut self,
        document: &str,
        steps: &[Step],
        end: usize,
        reading: &Reading,
    ) -> Option<u32> {
        let values: usize = steps.iter().map(|step| step.fragment.len()).sum();
        if self.is_full()
            || !reading.spilled.is_empty()
            || !Shape::is_worthwhile(steps.len(), values + document.len() - end)
        {
            return None;
        }
        let fragments = steps.iter().map(|step| &document[step.fragment.clone()]);
        let fragments: Strings = fragments.chain([&document[end..]]).collect();
        let slots = steps.iter().map(|step| {
            let field = self.fields.get(step.field);
            Some(Slot {
                column: Some((Arc::clone(&field.path), field.kind)),
                spelling: Spelling::from_code(step.variant & 3)?,
            })
        });
        let shape = Shape::new(fragments, slots.collect::<Option<_>>()?)?;
        let number = self.shapes.len() as u32;
        self.trie
            .learn(document, steps, end..document.len(), number)?;
        self.shape_bytes += shape.bytes();
        self.shapes.push(Arc::new(shape));
        Some(number)
    }
}

/// Notes the way through a document that is read for the first time.
struct Way<'a> {
    document: &'a str,
    fields: &'a mut Fields,
    reading: &'a mut Reading,
    steps: Vec<Step>,
    /// Where the last value ended.
    end: usize,
}

impl ScanSink for Way<'_> {
    fn value(&mut self, path: &str, start: usize, scanned: Scanned, unescaped: &str) {
        let kind = kind(scanned.value);
        let Some(field) = self.fields.number(path, kind) else {
            let value = scanned.value.of(self.document, unescaped);
            self.reading
                .spilled
                .push(overflow::entry(path, kind, value));
            return;
        };
        self.reading.found.push(Found {
            field,
            value: scanned.value,
        });
        if scanned.spelling == Spelling::Literal {
            self.reading.literals.push(start..scanned.end);
        }
        self.steps.push(Step {
            fragment: self.end..start,
            variant: variant(&scanned),
            field,
        });
        self.end = scanned.end;
    }
}

/// Takes the values of a document that the scanner does not read.
struct Unscanned<'a> {
    fields: &'a mut Fields,
    reading: &'a mut Reading,
}

impl FieldSink for Unscanned<'_> {
    fn value(&mut self, path: &str, value: ValueRef<'_>) {
        let kind = Kind::of(value);
        let Some(field) = self.fields.number(path, kind) else {
            self.reading
                .spilled
                .push(overflow::entry(path, kind, value));
            return;
        };
        let value = match value {
            ValueRef::Text(text) => {
                let from = self.reading.unescaped.len() as u32;
                self.reading.unescaped.push_str(text);
                let to = self.reading.unescaped.len() as u32;
                Value::Unescaped { from, to }
            }
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Float(number) => Value::Float(number),
            ValueRef::Boolean(flag) => Value::Boolean(flag),
        };
        self.reading.found.push(Found { field, value });
    }

    fn restart(&mut self) {
        self.reading.clear();
    }
}
