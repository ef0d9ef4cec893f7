//! A Parquet file as documents with their ids.

use std::fs::File;
use std::path::Path;
use std::vec::IntoIter;

use swarmscope_parquet_exchange::{DocumentReader, ReadError, Restored};

use super::lines::line_id;
use super::source::Item;
use crate::failure::Failure;

/// The rows of a file.
pub struct Rows {
    name: String,
    /// The path that ids are made from, where rows have none.
    identity: String,
    reader: DocumentReader,
    batch: IntoIter<Restored>,
    row: u64,
}

impl Rows {
    /// Reads what the file says about itself.
    ///
    /// # Errors
    /// When it is damaged, or has no documents.
    pub fn new(path: &Path, name: String, identity: String, file: File) -> Result<Self, Failure> {
        let reader = DocumentReader::new(file).map_err(|error| {
            let hint = match error {
                ReadError::NoSource { .. } | ReadError::NotText { .. } => {
                    "import takes files of `swarmscope export --parquet`, and any that has each document's JSON in _source; others become JSON lines with duckdb -c \"COPY 'FILE' TO 'x.ndjson'\""
                }
                _ => "export it again, or fetch it again; nothing was imported",
            };
            Failure::with_hint(format!("{}: {}", path.display(), told(&error)), hint)
        })?;
        Ok(Self {
            name,
            identity,
            reader,
            batch: Vec::new().into_iter(),
            row: 0,
        })
    }

    /// What to call it.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The next document, or `None` at the end.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn next_row(&mut self) -> Result<Option<Item>, Failure> {
        let restored = loop {
            if let Some(restored) = self.batch.next() {
                break restored;
            }
            match self.reader.next_batch() {
                Ok(Some(batch)) => self.batch = batch.into_iter(),
                Ok(None) => return Ok(None),
                Err(error) => {
                    return Err(Failure::with_hint(
                        format!("{}: {}", self.name, told(&error)),
                        "the rows before are stored; export or fetch the file again",
                    ));
                }
            }
        };
        let document = restored.source.map(String::into_bytes);
        let id = restored.id.or_else(|| {
            let document = document.as_deref()?;
            Some(line_id(&self.identity, self.row, document))
        });
        self.row += 1;
        Ok(Some(Item {
            length: document.as_ref().map_or(0, Vec::len) as u64,
            document,
            id,
            index: restored.index,
        }))
    }
}

fn told(error: &ReadError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
