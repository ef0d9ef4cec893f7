//! Reads documents back from a Parquet file that has them whole in `_source`, ours or another's.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::basic::Type as Physical;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use swarmscope_model::limits::{IMPORT_BATCH_BYTES, IMPORT_BATCH_ROWS};

use crate::{ID, INDEX, ReadError, SOURCE};

/// A document as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// `None` when the file does not say.
    pub index: Option<String>,
    /// `None` when the file does not say.
    pub id: Option<String>,
    /// `None` where the file has no document in a row.
    pub source: Option<String>,
}

/// An open file.
pub struct DocumentReader {
    file: SerializedFileReader<File>,
    /// The places of the columns among the file's; the names in the order of [`NAMES`].
    places: [Option<usize>; 3],
    next_group: usize,
    group: Option<Group>,
    /// Rows that were read.
    row: u64,
}

const NAMES: [&str; 3] = [INDEX, ID, SOURCE];

/// A row group that is being read.
struct Group {
    columns: [Option<TextColumn>; 3],
    left: usize,
    batch: usize,
}

/// One column of a row group.
struct TextColumn {
    reader: ColumnReaderImpl<ByteArrayType>,
    optional: bool,
}

impl DocumentReader {
    /// Reads the file's end, which describes it.
    ///
    /// # Errors
    /// When it is no Parquet file, or has no documents.
    pub fn new(file: File) -> Result<Self, ReadError> {
        guarded(|| Self::opened(file))
    }

    fn opened(file: File) -> Result<Self, ReadError> {
        let file = SerializedFileReader::new(file)?;
        let columns = file.metadata().file_metadata().schema_descr().columns();
        let mut places = [None; 3];
        for (place, name) in places.iter_mut().zip(NAMES) {
            let own = |column: &ColumnDescriptor| column.path().parts() == [name];
            *place = columns.iter().position(|column| own(column));
            if let Some(at) = *place {
                check_text(name, &columns[at])?;
            }
        }
        if places[2].is_none() {
            let fields = file.metadata().file_metadata().schema().get_fields();
            let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
            return Err(ReadError::NoSource {
                found: names.join(", "),
            });
        }
        Ok(Self {
            file,
            places,
            next_group: 0,
            group: None,
            row: 0,
        })
    }

    /// How many rows the file says it has.
    pub fn rows(&self) -> u64 {
        let rows = self.file.metadata().file_metadata().num_rows();
        u64::try_from(rows).unwrap_or(0)
    }

    /// The next documents, or `None` at the end.
    ///
    /// # Errors
    /// When the file is damaged, or a text is not UTF-8.
    pub fn next_batch(&mut self) -> Result<Option<Vec<Restored>>, ReadError> {
        guarded(|| self.batch())
    }

    fn batch(&mut self) -> Result<Option<Vec<Restored>>, ReadError> {
        loop {
            if let Some(group) = &mut self.group
                && group.left > 0
            {
                let batch = group.read(self.row)?;
                self.row += batch.len() as u64;
                return Ok(Some(batch));
            }
            if self.next_group == self.file.num_row_groups() {
                return Ok(None);
            }
            self.group = Some(self.open_group(self.next_group)?);
            self.next_group += 1;
        }
    }

    fn open_group(&self, number: usize) -> Result<Group, ReadError> {
        let group = self.file.get_row_group(number)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut columns = [None, None, None];
        for (column, place) in columns.iter_mut().zip(self.places) {
            let Some(place) = place else { continue };
            if let ColumnReader::ByteArrayColumnReader(reader) = group.get_column_reader(place)? {
                let optional = group
                    .metadata()
                    .column(place)
                    .column_descr()
                    .max_def_level()
                    > 0;
                *column = Some(TextColumn { reader, optional });
            }
        }
        let bytes = self.places[2].map_or(0, |place| {
            group.metadata().column(place).uncompressed_size().max(0) as usize
        });
        // Documents of ten megabytes must not be read by the thousand.
        let average = (bytes / rows.max(1)).max(1);
        let batch = (IMPORT_BATCH_BYTES / average).clamp(1, IMPORT_BATCH_ROWS);
        Ok(Group {
            columns,
            left: rows,
            batch,
        })
    }
}

/// The library takes some of what a damaged file says of itself at its word, and panics when it cannot
/// be so. To who reads the file that is an error like others.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let reason = "what it says of its parts cannot be".to_owned();
        Err(ReadError::Parquet(ParquetError::General(reason)))
    })
}

impl Group {
    fn read(&mut self, row: u64) -> Result<Vec<Restored>, ReadError> {
        let wanted = self.batch.min(self.left);
        let mut texts = [const { Vec::new() }; 3];
        for ((column, texts), name) in self.columns.iter_mut().zip(&mut texts).zip(NAMES) {
            *texts = match column {
                Some(column) => column.read(wanted, name, row)?,
                None => vec![None; wanted],
            };
        }
        self.left -= wanted;
        let [indices, ids, sources] = texts;
        let documents = indices.into_iter().zip(ids).zip(sources);
        Ok(documents
            .map(|((index, id), source)| Restored { index, id, source })
            .collect())
    }
}

impl TextColumn {
    fn read(
        &mut self,
        rows: usize,
        name: &'static str,
        row: u64,
    ) -> Result<Vec<Option<String>>, ReadError> {
        let mut values: Vec<ByteArray> = Vec::new();
        let mut levels: Vec<i16> = Vec::new();
        let wanted = self.optional.then_some(&mut levels);
        let (records, ..) = self.reader.read_records(rows, wanted, None, &mut values)?;
        let mut values = values.into_iter();
        let mut texts = Vec::with_capacity(records);
        for at in 0..records {
            let row = row + at as u64;
            if self.optional && levels.get(at) == Some(&0) {
                texts.push(None);
                continue;
            }
            let value = values.next().ok_or(ReadError::Uneven { row })?;
            texts.push(Some(text(&value, name, row)?));
        }
        if records != rows {
            return Err(ReadError::Uneven { row });
        }
        Ok(texts)
    }
}

fn text(value: &ByteArray, column: &'static str, row: u64) -> Result<String, ReadError> {
    String::from_utf8(value.data().to_vec()).map_err(|_| ReadError::NotUtf8 { column, row })
}

fn check_text(column: &'static str, found: &ColumnDescriptor) -> Result<(), ReadError> {
    let found = match found.physical_type() {
        Physical::BYTE_ARRAY => return Ok(()),
        Physical::BOOLEAN => "a boolean",
        Physical::INT32 | Physical::INT64 | Physical::INT96 => "an integer",
        Physical::FLOAT | Physical::DOUBLE => "a number",
        Physical::FIXED_LEN_BYTE_ARRAY => "bytes of a fixed length",
    };
    Err(ReadError::NotText { column, found })
}
