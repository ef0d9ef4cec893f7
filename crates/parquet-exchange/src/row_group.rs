//! The row group that is being filled: every column's values in memory, until there are enough.

use std::io::Write;

use hashbrown::HashMap;
use parquet::data_type::ByteArrayType;
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use swarmscope_model::limits::{EXPORT_GROUP_BYTES, EXPORT_GROUP_CELLS, EXPORT_GROUP_ROWS};
use swarmscope_query::document::Document;

use crate::field_buffer::{FieldBuffer, Texts};
use crate::{Column, Record};

/// Documents that are not written yet.
pub struct RowGroup {
    rows: usize,
    bytes: usize,
    indices: Texts,
    ids: Texts,
    sources: Texts,
    fields: Vec<FieldBuffer>,
    places: HashMap<String, usize>,
}

impl RowGroup {
    /// An empty one with these columns.
    pub fn new(columns: &[Column]) -> Self {
        let names = columns.iter().map(|column| column.path.clone());
        Self {
            rows: 0,
            bytes: 0,
            indices: Texts::default(),
            ids: Texts::default(),
            sources: Texts::default(),
            places: names.enumerate().map(|(at, name)| (name, at)).collect(),
            fields: columns.iter().cloned().map(FieldBuffer::new).collect(),
        }
    }

    /// Adds a document.
    pub fn push(&mut self, record: &Record<'_>) {
        self.indices.push(record.index);
        self.ids.push(record.id);
        self.sources.push(record.source);
        if let Ok(document) = Document::parse(record.source.as_bytes()) {
            for (path, value) in document.fields() {
                if let Some(place) = self.places.get(path) {
                    self.fields[*place].add(self.rows, value);
                }
            }
        }
        self.rows += 1;
        self.bytes += record.source.len();
    }

    /// Whether it is time to write: a row group is in memory as a whole, here and in most readers.
    pub fn is_full(&self) -> bool {
        self.rows >= EXPORT_GROUP_ROWS
            || self.bytes >= EXPORT_GROUP_BYTES
            || self.rows * self.fields.len() >= EXPORT_GROUP_CELLS
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Writes it and begins anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write<W: Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        let mut group = file.next_row_group()?;
        for texts in [&mut self.indices, &mut self.ids, &mut self.sources] {
            let mut column = next_column(&mut group)?;
            let writer = column.typed::<ByteArrayType>();
            writer.write_batch(&texts.take(), None, None)?;
            column.close()?;
        }
        for field in &mut self.fields {
            let mut column = next_column(&mut group)?;
            field.write(self.rows, &mut column)?;
            column.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

fn next_column<'a, W: Write + Send>(
    group: &'a mut SerializedRowGroupWriter<'_, W>,
) -> Result<parquet::file::writer::SerializedColumnWriter<'a>> {
    group
        .next_column()?
        .ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))
}
