//! The values of one column in the row group that is being filled.
//!
//! Parquet has the values that are there, one after the other, and beside them levels that say to which row
//! a value belongs and which rows have none.

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::SerializedColumnWriter;
use swarmscope_query::document::{ValueRef, instant_of};

use crate::{Column, Kind};

/// Texts one after the other.
#[derive(Debug, Default)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

#[derive(Debug)]
enum Values {
    Integers(Vec<i64>),
    Doubles(Vec<f64>),
    Booleans(Vec<bool>),
    Texts(Texts),
}

/// A column's values so far.
#[derive(Debug)]
pub struct FieldBuffer {
    column: Column,
    values: Values,
    definition: Vec<i16>,
    /// Of lists: 0 where a row begins.
    repetition: Vec<i16>,
    /// How many rows have their levels.
    rows: usize,
}

impl Texts {
    /// Adds one at the end.
    pub fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    /// Takes all of them.
    pub fn take(&mut self) -> Vec<ByteArray> {
        let all = ByteArray::from(std::mem::take(&mut self.bytes));
        let mut start = 0;
        let ends = std::mem::take(&mut self.ends).into_iter();
        ends.map(|end| {
            let text = all.slice(start, end - start);
            start = end;
            text
        })
        .collect()
    }
}

impl FieldBuffer {
    pub fn new(column: Column) -> Self {
        let values = match column.kind {
            Kind::Timestamp | Kind::Integer => Values::Integers(Vec::new()),
            Kind::Double => Values::Doubles(Vec::new()),
            Kind::Boolean => Values::Booleans(Vec::new()),
            Kind::Text | Kind::Json => Values::Texts(Texts::default()),
        };
        Self {
            column,
            values,
            definition: Vec::new(),
            repetition: Vec::new(),
            rows: 0,
        }
    }

    /// Adds a value of this row, which is the last one or a new one. What the column cannot hold is left
    /// to `_source`.
    pub fn add(&mut self, row: usize, value: ValueRef<'_>) {
        let further = self.rows > row;
        if further && !self.column.list {
            return;
        }
        match (&mut self.values, self.column.kind, value) {
            (Values::Integers(all), Kind::Timestamp, value) => {
                let Some(instant) = instant_of(&self.column.path, value) else {
                    return;
                };
                all.push(instant);
            }
            (Values::Integers(all), _, ValueRef::Integer(number)) => all.push(number),
            (Values::Doubles(all), _, ValueRef::Float(number)) => all.push(number),
            (Values::Doubles(all), _, ValueRef::Integer(number)) => all.push(number as f64),
            (Values::Booleans(all), _, ValueRef::Boolean(value)) => all.push(value),
            (Values::Texts(all), Kind::Text, ValueRef::Text(text)) => all.push(text),
            (Values::Texts(all), Kind::Json, value) => all.push(&spelled(value)),
            _ => return,
        }
        self.pad(row);
        self.definition.push(self.present());
        if self.column.list {
            self.repetition.push(i16::from(further));
        }
        self.rows = row + 1;
    }

    /// Rows without a value, up to this one.
    fn pad(&mut self, rows: usize) {
        let missing = rows.saturating_sub(self.rows);
        self.definition.resize(self.definition.len() + missing, 0);
        if self.column.list {
            self.repetition.resize(self.repetition.len() + missing, 0);
        }
        self.rows = self.rows.max(rows);
    }

    /// The definition level of a value that is there.
    fn present(&self) -> i16 {
        if self.column.list { 2 } else { 1 }
    }

    /// Writes a row group's column of so many rows, and begins anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, rows: usize, writer: &mut SerializedColumnWriter<'_>) -> Result<()> {
        self.pad(rows);
        let definition = Some(self.definition.as_slice());
        let repetition = self.column.list.then_some(self.repetition.as_slice());
        match &mut self.values {
            Values::Integers(all) => {
                let writer = writer.typed::<Int64Type>();
                writer.write_batch(all, definition, repetition)?;
                all.clear();
            }
            Values::Doubles(all) => {
                let writer = writer.typed::<DoubleType>();
                writer.write_batch(all, definition, repetition)?;
                all.clear();
            }
            Values::Booleans(all) => {
                let writer = writer.typed::<BoolType>();
                writer.write_batch(all, definition, repetition)?;
                all.clear();
            }
            Values::Texts(all) => {
                let writer = writer.typed::<ByteArrayType>();
                writer.write_batch(&all.take(), definition, repetition)?;
            }
        }
        self.definition.clear();
        self.repetition.clear();
        self.rows = 0;
        Ok(())
    }
}

/// The value as JSON.
fn spelled(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => serde_json::Value::from(text).to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Float(number) => format!("{number:?}"),
        ValueRef::Boolean(value) => value.to_string(),
    }
}
