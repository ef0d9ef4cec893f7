//! Writes documents into a Parquet file, row group by row group.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::row_group::RowGroup;
use crate::{Columns, ID, Record, SOURCE, WriteError};

/// A file in the making. Without [`DocumentWriter::finish`] it is none.
pub struct DocumentWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: RowGroup,
    written: Written,
}

/// What a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    pub documents: u64,
    pub row_groups: u64,
}

impl<W: Write + Send> DocumentWriter<W> {
    /// Begins a file with these columns.
    ///
    /// # Errors
    /// When its head cannot be written.
    pub fn new(output: W, columns: &Columns) -> Result<Self, WriteError> {
        let file = SerializedFileWriter::new(output, columns.schema()?, Arc::new(properties()))?;
        Ok(Self {
            file,
            group: RowGroup::new(&columns.columns),
            written: Written::default(),
        })
    }

    /// Adds a document.
    ///
    /// # Errors
    /// When a row group is full and cannot be written.
    pub fn push(&mut self, record: &Record<'_>) -> Result<(), WriteError> {
        self.group.push(record);
        self.written.documents += 1;
        if self.group.is_full() {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        self.written.row_groups += 1;
        Ok(self.group.write(&mut self.file)?)
    }

    /// Writes what is left and the file's end; gives the output back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(W, Written), WriteError> {
        if !self.group.is_empty() {
            self.write_group()?;
        }
        Ok((self.file.into_inner()?, self.written))
    }
}

fn properties() -> WriterProperties {
    let whole = |name: &str| ColumnPath::from(name);
    WriterProperties::builder()
        .set_created_by(format!("swarmscope {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        // No value of these comes twice, and nobody looks for a range of documents.
        .set_column_dictionary_enabled(whole(ID), false)
        .set_column_dictionary_enabled(whole(SOURCE), false)
        .set_column_statistics_enabled(whole(SOURCE), EnabledStatistics::None)
        .build()
}
