//! Writes one group of a segment: its columns in pages, and its footer.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::GRANULE_ROWS;
use super::codec::text::{TextEncoder, write_milliseconds};
use super::file::Output;
use super::footer::{
    ColumnEntry, GroupEntry, GroupFooter, Indexing, PageEntry, Storage, Stretch, encode_pages,
};
use super::page;
use super::token_collector::TokenCollector;
use super::token_index::is_indexed_uuid;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::error::SegmentError;
use crate::varint::{put, put_prefixed};

/// Values of a page of numbers, flags or dictionary codes.
const SCANNED_VALUES: usize = 8 * 1024;
/// Bytes of text of a page at most.
const TEXT_BYTES: usize = 512 * 1024;
/// Distinct texts for a dictionary of the whole column.
const MAX_DICTIONARY: usize = 4 * 1024;
/// Bytes of text in such a dictionary.
const MAX_DICTIONARY_BYTES: usize = 256 * 1024;

/// What a group is written from.
pub trait GroupSource {
    fn rows(&self) -> u32;
    fn sequences(&self) -> &[i64];
    fn versions(&self) -> &[i64];
    fn times(&self) -> &[i64];
    /// Memory that the documents take, roughly.
    fn source_bytes(&self) -> u64;
    /// The ids that clients gave.
    ///
    /// # Errors
    /// When the source cannot be read; so it is with the others.
    fn ids(&self) -> Result<Arc<Column>, SegmentError>;
    /// The columns' paths and kinds.
    fn columns(&self) -> Vec<(Arc<str>, Kind)>;
    /// One of them.
    fn column(&self, at: usize) -> Result<Arc<Column>, SegmentError>;
    /// Values that have no column of their own.
    fn overflow(&self) -> Result<Option<Arc<Column>>, SegmentError>;
    /// The shapes of documents, encoded.
    fn shapes(&self) -> Vec<Vec<u8>>;
    /// Each document's place among the shapes.
    fn codes(&self) -> Vec<i64>;
    /// What shapes leave to their documents.
    fn literals(&self) -> Result<Arc<Column>, SegmentError>;
}

/// Writes the group of a source; its words go to the collector.
///
/// # Errors
/// When the source cannot be read or the file not be written.
pub fn write(
    out: &mut Output,
    path: &Path,
    uid: u64,
    source: &dyn GroupSource,
    tokens: &mut TokenCollector,
) -> Result<GroupEntry, SegmentError> {
    out.begin_group();
    let mut writer = GroupWriter {
        out,
        path,
        buffer: Vec::new(),
        hashes: Vec::new(),
    };
    let footer = writer.footer(source, tokens)?;
    let json = serde_json::to_vec(&footer).map_err(|error| writer.failed(error.into()))?;
    let place = writer.out.compressed(&json);
    let place = place.map_err(|error| writer.failed(error))?;
    let (offset, bytes, crc) = writer.out.end_group();
    let times = source.times().iter().copied();
    let sequences = source.sequences();
    Ok(GroupEntry {
        uid,
        offset,
        bytes,
        crc,
        footer: place,
        rows: source.rows(),
        min_time: times.clone().min().unwrap_or(0),
        max_time: times.max().unwrap_or(0),
        min_sequence: sequences.first().map_or(0, |first| *first as u64),
        max_sequence: sequences.last().map_or(0, |last| *last as u64),
        source_bytes: source.source_bytes(),
    })
}

struct GroupWriter<'a> {
    out: &'a mut Output,
    path: &'a Path,
    buffer: Vec<u8>,
    hashes: Vec<u32>,
}

impl GroupWriter<'_> {
    fn footer(
        &mut self,
        source: &dyn GroupSource,
        tokens: &mut TokenCollector,
    ) -> Result<GroupFooter, SegmentError> {
        let mut columns = Vec::new();
        let all = source.columns();
        let instants: Vec<usize> = (0..all.len())
            .filter(|at| all[*at].1 == Kind::Instant)
            .collect();
        for (at, (name, kind)) in all.iter().enumerate() {
            let column = source.column(at)?;
            if column.len() == 0 {
                continue;
            }
            let dates = match instants.iter().find(|at| all[**at].0 == *name) {
                Some(dates) if *kind == Kind::Text => Some(source.column(*dates)?),
                _ => None,
            };
            columns.push(self.field(name, *kind, &column, dates.as_deref(), source, tokens)?);
        }
        let overflow = match source.overflow()? {
            Some(column) => {
                Some(self.paged("", Kind::Text, &column, Indexing::Words, Some(tokens))?)
            }
            None => None,
        };
        let encoded = source.shapes();
        let mut shapes = Vec::new();
        put(&mut shapes, encoded.len() as u64);
        for shape in &encoded {
            put_prefixed(&mut shapes, shape);
        }
        let shapes = self.out.compressed(&shapes);
        Ok(GroupFooter {
            columns,
            overflow,
            sequences: self.numbers(source.sequences().to_vec())?,
            versions: self.numbers(source.versions().to_vec())?,
            times: self.numbers(source.times().to_vec())?,
            ids: self.paged("", Kind::Text, &*source.ids()?, Indexing::Words, None)?,
            codes: self.numbers(source.codes())?,
            literals: self.paged("", Kind::Text, &*source.literals()?, Indexing::Words, None)?,
            shapes: shapes.map_err(|error| self.failed(error))?,
        })
    }

    /// A field's column, with its words for the token index.
    fn field(
        &mut self,
        name: &str,
        kind: Kind,
        column: &Column,
        dates: Option<&Column>,
        source: &dyn GroupSource,
        tokens: &mut TokenCollector,
    ) -> Result<ColumnEntry, SegmentError> {
        let derived = |storage, indexing| ColumnEntry {
            path: name.to_owned(),
            kind: kind.code(),
            values: column.len() as u64,
            dense: true,
            storage,
            indexing,
            dictionary: None,
            pages: None,
        };
        if are_times(kind, column, source.times()) {
            return Ok(derived(Storage::Times, Indexing::Words));
        }
        let Values::Text(strings) = &column.values else {
            return self.paged(name, kind, column, Indexing::Words, None);
        };
        if dates.is_some_and(|dates| dates.rows == column.rows) {
            if column.rows == (Rows::Dense { first: 0 }) && spell_times(strings, source.times()) {
                return Ok(derived(Storage::TimeTexts, Indexing::Times));
            }
            return self.paged(name, kind, column, Indexing::Times, None);
        }
        if strings.iter().all(is_indexed_uuid) {
            tokens.add_uuids(column);
            return self.paged(name, kind, column, Indexing::Uuids, None);
        }
        match coded(column) {
            Some(coded) => {
                tokens.add_coded(&coded);
                self.paged(name, kind, &coded, Indexing::Words, None)
            }
            None => self.paged(name, kind, column, Indexing::Words, Some(tokens)),
        }
    }

    /// A column in pages; the words of texts go to the collector, when there is one.
    fn paged(
        &mut self,
        name: &str,
        kind: Kind,
        column: &Column,
        indexing: Indexing,
        mut tokens: Option<&mut TokenCollector>,
    ) -> Result<ColumnEntry, SegmentError> {
        let mut texts = match tokens {
            Some(_) => TextEncoder::new(),
            None => TextEncoder::without_words(),
        };
        let mut pages = Vec::new();
        let mut from = 0;
        while from < column.len() {
            let to = page_end(column, from);
            self.buffer.clear();
            let mut shared = page::Shared {
                texts: &mut texts,
                tokens: &mut self.hashes,
            };
            page::encode(column, from..to, &mut shared, &mut self.buffer);
            if let Some(tokens) = &mut tokens {
                tokens.add(column.row(from) / GRANULE_ROWS, &mut self.hashes);
            }
            pages.push(PageEntry {
                first_row: column.row(from),
                last_row: column.row(to - 1),
                stretch: self.raw_buffer()?,
            });
            from = to;
        }
        self.buffer.clear();
        let storage = match &column.values {
            Values::Coded { dictionary, .. } => {
                page::encode_dictionary(dictionary, &mut self.buffer);
                Storage::Coded
            }
            Values::Text(_) => {
                texts.finish(&mut self.buffer);
                Storage::Pages
            }
            _ => Storage::Pages,
        };
        let is_text = matches!(column.values, Values::Text(_) | Values::Coded { .. });
        Ok(ColumnEntry {
            path: name.to_owned(),
            kind: kind.code(),
            values: column.len() as u64,
            dense: column.is_dense(),
            storage,
            indexing,
            dictionary: if is_text && !pages.is_empty() {
                Some(self.raw_buffer()?)
            } else {
                None
            },
            pages: Some(self.raw(&encode_pages(&pages))?),
        })
    }

    fn numbers(&mut self, values: Vec<i64>) -> Result<ColumnEntry, SegmentError> {
        let column = Column {
            rows: Rows::Dense { first: 0 },
            values: Values::Integer(values),
        };
        self.paged("", Kind::Integer, &column, Indexing::Words, None)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<Stretch, SegmentError> {
        self.out.raw(bytes).map_err(|error| self.failed(error))
    }

    fn raw_buffer(&mut self) -> Result<Stretch, SegmentError> {
        let written = self.out.raw(&self.buffer);
        written.map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> SegmentError {
        SegmentError::Io {
            path: self.path.to_owned(),
            source,
        }
    }
}

/// Whether the values are the documents' times.
fn are_times(kind: Kind, column: &Column, times: &[i64]) -> bool {
    kind == Kind::Instant
        && column.rows == (Rows::Dense { first: 0 })
        && matches!(&column.values, Values::Integer(values) if values == times)
}

/// Whether each text is the spelling of the time in its place.
fn spell_times(strings: &Strings, times: &[i64]) -> bool {
    let mut spelled = Vec::new();
    strings.iter().zip(times).all(|(text, time)| {
        spelled.clear();
        write_milliseconds(*time, &mut spelled).is_some() && spelled == text.as_bytes()
    })
}

/// Where the page that begins with the value `from` ends. The values of one row stay together.
fn page_end(column: &Column, from: usize) -> usize {
    let mut to = from;
    if let Values::Text(strings) = &column.values {
        let granule = column.row(from) / GRANULE_ROWS;
        let mut bytes = 0;
        while to < column.len() && column.row(to) / GRANULE_ROWS == granule && bytes < TEXT_BYTES {
            bytes += strings.get(to).len();
            to += 1;
        }
    } else {
        to = column.len().min(from + SCANNED_VALUES);
    }
    while to < column.len() && column.row(to) == column.row(to - 1) {
        to += 1;
    }
    to
}

/// The column with a dictionary, when few values make it up.
fn coded(column: &Column) -> Option<Column> {
    let Values::Text(strings) = &column.values else {
        return None;
    };
    let limit = MAX_DICTIONARY.min(strings.len() / 4 + 1);
    let mut places: HashMap<&str, u32, RandomState> = HashMap::default();
    let mut dictionary = Strings::default();
    let mut codes = Vec::with_capacity(strings.len());
    for text in strings.iter() {
        let next = dictionary.len() as u32;
        let code = *places.entry(text).or_insert(next);
        if code == next {
            dictionary.push(text);
            if dictionary.len() > limit || dictionary.text_bytes() > MAX_DICTIONARY_BYTES {
                return None;
            }
        }
        codes.push(code);
    }
    Some(Column {
        rows: column.rows.clone(),
        values: Values::Coded {
            dictionary: Arc::new(dictionary),
            codes: codes.into(),
        },
    })
}
