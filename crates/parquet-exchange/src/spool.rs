//! Documents in a temporary file between the two passes: compressed, read once, in order.
//!
//! The file's name and its removal are the caller's; a file without a name removes itself.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use crate::WriteError;

/// Fast: it is read once and thrown away.
const LEVEL: i32 = 1;
/// Sequence, and the lengths of index, id and source.
const HEAD: usize = 8 + 3 * 4;

/// A document with its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its place in the store's order of writes.
    pub sequence: u64,
    pub index: &'a str,
    pub id: &'a str,
    /// The text of a JSON object.
    pub source: &'a str,
}

/// Takes documents.
pub struct Spool {
    output: Encoder<'static, File>,
    records: u64,
}

/// Gives them back.
pub struct SpoolReader {
    input: Decoder<'static, BufReader<File>>,
    left: u64,
    text: String,
}

impl Spool {
    /// Begins in an empty file.
    ///
    /// # Errors
    /// When the compressor has no memory.
    pub fn new(file: File) -> Result<Self, WriteError> {
        Ok(Self {
            output: Encoder::new(file, LEVEL)?,
            records: 0,
        })
    }

    /// Adds a document.
    ///
    /// # Errors
    /// When the file cannot be written, or a text has 4 GiB.
    pub fn push(&mut self, record: &Record<'_>) -> Result<(), WriteError> {
        self.output.write_all(&record.sequence.to_le_bytes())?;
        for text in [record.index, record.id, record.source] {
            let length = u32::try_from(text.len()).map_err(std::io::Error::other)?;
            self.output.write_all(&length.to_le_bytes())?;
        }
        for text in [record.index, record.id, record.source] {
            self.output.write_all(text.as_bytes())?;
        }
        self.records += 1;
        Ok(())
    }

    /// Goes back to the beginning, to read.
    ///
    /// # Errors
    /// When what is left cannot be written.
    pub fn read(self) -> Result<SpoolReader, WriteError> {
        let mut file = self.output.finish()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(SpoolReader {
            input: Decoder::new(file)?,
            left: self.records,
            text: String::new(),
        })
    }
}

impl SpoolReader {
    /// How many documents are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next document, which is there until the one after it is asked for.
    ///
    /// # Errors
    /// When the file cannot be read, or has something else.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, WriteError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut head = [0; HEAD];
        self.input.read_exact(&mut head)?;
        let (sequence, lengths) = head.split_first_chunk().ok_or(WriteError::SpoolDamaged)?;
        let mut lengths = lengths.as_chunks::<4>().0.iter();
        let mut length = || lengths.next().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let (index, id, source) = (length() as usize, length() as usize, length() as usize);
        self.text.clear();
        let whole = (index as u64) + (id as u64) + (source as u64);
        // `take` and not a buffer of that size: a damaged length must not take all memory.
        (&mut self.input)
            .take(whole)
            .read_to_string(&mut self.text)?;
        let text = self.text.as_str();
        let parts = text.split_at_checked(index);
        let (index, rest) = parts.ok_or(WriteError::SpoolDamaged)?;
        let (id, found) = rest.split_at_checked(id).ok_or(WriteError::SpoolDamaged)?;
        if found.len() != source {
            return Err(WriteError::SpoolDamaged);
        }
        Ok(Some(Record {
            sequence: u64::from_le_bytes(*sequence),
            index,
            id,
            source: found,
        }))
    }
}
