//! Writes a segment: columns one after the other, then the indexes, then the footer.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::{FileSystem, durable};

use super::GRANULE_ROWS;
use super::file::Output;
use super::footer::{ColumnEntry, Footer, PageEntry, encode_pages};
use super::id_index;
use super::page;
use super::token_index::TokenCollector;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::error::SegmentError;

/// Values a page of a scanned column holds.
const SCANNED_VALUES: usize = 64 * 1024;
/// Bytes a page of text holds; a page of documents half of it, as they are fetched one by one.
const TEXT_BYTES: usize = 256 * 1024;
/// Most entries of a dictionary: codes are two bytes, and a search tests every entry.
const MAX_DICTIONARY: usize = 8 * 1024;
/// Most bytes of a dictionary.
const MAX_DICTIONARY_BYTES: usize = 1024 * 1024;

/// What a segment is written from.
pub trait SegmentSource {
    fn rows(&self) -> u32;
    fn sequences(&self) -> &[i64];
    fn versions(&self) -> &[i64];
    fn times(&self) -> &[i64];
    /// # Errors
    /// When the source cannot be read.
    fn ids(&self) -> Result<Strings, SegmentError>;
    /// The columns' paths and kinds.
    fn columns(&self) -> Vec<(Arc<str>, Kind)>;
    /// One of them.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn column(&self, at: usize) -> Result<Arc<Column>, SegmentError>;
    /// # Errors
    /// When the source cannot be read.
    fn overflow(&self) -> Result<Option<Arc<Column>>, SegmentError>;
    /// Calls with every document in order.
    ///
    /// # Errors
    /// When the source cannot be read, or the visitor's own.
    fn visit_sources(
        &self,
        visit: &mut dyn FnMut(&str) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError>;
}

/// Writes the segment's file; when it returns, it is on disk under its name.
///
/// # Errors
/// When the source cannot be read or the file not be written.
pub fn write(
    files: &dyn FileSystem,
    path: &Path,
    source: &dyn SegmentSource,
) -> Result<(), SegmentError> {
    let mut writer = Writer {
        out: Output::create(files, path).map_err(io_error(path))?,
        path,
        rows: source.rows(),
        buffer: Vec::new(),
    };
    let mut tokens = TokenCollector::default();
    let mut columns = Vec::new();
    for (at, (name, kind)) in source.columns().into_iter().enumerate() {
        let column = source.column(at)?;
        if column.len() > 0 {
            columns.push(writer.field(&name, kind, &column, source.times(), &mut tokens)?);
        }
    }
    let overflow = match source.overflow()? {
        Some(column) => {
            tokens.add(&column);
            Some(writer.column("", Kind::Text, &column)?)
        }
        None => None,
    };
    let sequences = writer.numbers(source.sequences().to_vec())?;
    let versions = writer.numbers(source.versions().to_vec())?;
    let times = writer.numbers(source.times().to_vec())?;
    let id_strings = source.ids()?;
    let (id_filter, id_index) =
        id_index::write(&id_strings, &mut writer.out).map_err(io_error(path))?;
    let ids = writer.column("", Kind::Text, &dense(Values::Text(id_strings)))?;
    let (sources, source_bytes) = writer.sources(source)?;
    let footer = Footer {
        rows: source.rows(),
        min_time: source.times().iter().copied().min().unwrap_or(0),
        max_time: source.times().iter().copied().max().unwrap_or(0),
        min_sequence: source.sequences().first().map_or(0, |first| *first as u64),
        max_sequence: source.sequences().last().map_or(0, |last| *last as u64),
        source_bytes,
        columns,
        overflow,
        sequences,
        versions,
        times,
        ids,
        sources,
        tokens: tokens.write(&mut writer.out).map_err(io_error(path))?,
        id_index,
        id_filter,
    };
    writer.out.finish(&footer).map_err(io_error(path))?;
    durable::publish(files, path).map_err(io_error(path))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> SegmentError {
    let path = path.to_owned();
    move |source| SegmentError::Io { path, source }
}

fn dense(values: Values) -> Column {
    Column {
        rows: Rows::Dense { first: 0 },
        values,
    }
}

struct Writer<'a> {
    out: Output,
    path: &'a Path,
    rows: u32,
    buffer: Vec<u8>,
}

impl Writer<'_> {
    /// A field's column, with its words for the token index.
    fn field(
        &mut self,
        name: &str,
        kind: Kind,
        column: &Column,
        times: &[i64],
        tokens: &mut TokenCollector,
    ) -> Result<ColumnEntry, SegmentError> {
        if kind == Kind::Instant
            && column.rows == (Rows::Dense { first: 0 })
            && matches!(&column.values, Values::Integer(values) if values == times)
        {
            return Ok(ColumnEntry {
                path: name.to_owned(),
                kind: kind.code(),
                values: u64::from(self.rows),
                dense: true,
                dictionary: None,
                pages: None,
            });
        }
        if kind == Kind::Text
            && let Some(coded) = coded(column)
        {
            tokens.add(&coded);
            return self.column(name, kind, &coded);
        }
        tokens.add(column);
        self.column(name, kind, column)
    }

    fn column(
        &mut self,
        name: &str,
        kind: Kind,
        column: &Column,
    ) -> Result<ColumnEntry, SegmentError> {
        let dictionary = match &column.values {
            Values::Coded { dictionary, .. } => {
                self.buffer.clear();
                page::encode_strings(dictionary, &mut self.buffer);
                Some(
                    self.out
                        .compressed(&self.buffer)
                        .map_err(io_error(self.path))?,
                )
            }
            _ => None,
        };
        let mut pages = Vec::new();
        let mut from = 0;
        while from < column.len() {
            let to = page_end(column, from);
            self.buffer.clear();
            page::encode(column, from..to, &mut self.buffer);
            pages.push(PageEntry {
                first_row: column.row(from),
                last_row: column.row(to - 1),
                stretch: self
                    .out
                    .compressed(&self.buffer)
                    .map_err(io_error(self.path))?,
            });
            from = to;
        }
        Ok(ColumnEntry {
            path: name.to_owned(),
            kind: kind.code(),
            values: column.len() as u64,
            dense: column.is_dense(),
            dictionary,
            pages: Some(self.directory(&pages)?),
        })
    }

    fn numbers(&mut self, values: Vec<i64>) -> Result<ColumnEntry, SegmentError> {
        self.column("", Kind::Integer, &dense(Values::Integer(values)))
    }

    /// The documents, never more than a page of them in memory.
    fn sources(&mut self, source: &dyn SegmentSource) -> Result<(ColumnEntry, u64), SegmentError> {
        let (mut pages, mut strings) = (Vec::new(), Strings::default());
        let (mut first, mut bytes) = (0_u32, 0_u64);
        source.visit_sources(&mut |text| {
            strings.push(text);
            bytes += text.len() as u64;
            if strings.text_bytes() >= TEXT_BYTES / 2 {
                let page = std::mem::take(&mut strings);
                first = self.source_page(first, page, &mut pages)?;
            }
            Ok(())
        })?;
        if !strings.is_empty() {
            self.source_page(first, strings, &mut pages)?;
        }
        let entry = ColumnEntry {
            path: String::new(),
            kind: Kind::Text.code(),
            values: u64::from(self.rows),
            dense: true,
            dictionary: None,
            pages: Some(self.directory(&pages)?),
        };
        Ok((entry, bytes))
    }

    /// Writes documents from row `first` on; gives the row behind them.
    fn source_page(
        &mut self,
        first: u32,
        strings: Strings,
        pages: &mut Vec<PageEntry>,
    ) -> Result<u32, SegmentError> {
        let count = strings.len();
        let column = Column {
            rows: Rows::Dense { first },
            values: Values::Text(strings),
        };
        self.buffer.clear();
        page::encode(&column, 0..count, &mut self.buffer);
        let next = first + count as u32;
        pages.push(PageEntry {
            first_row: first,
            last_row: next - 1,
            stretch: self
                .out
                .compressed(&self.buffer)
                .map_err(io_error(self.path))?,
        });
        Ok(next)
    }

    fn directory(&mut self, pages: &[PageEntry]) -> Result<super::footer::Stretch, SegmentError> {
        self.out
            .raw(&encode_pages(pages))
            .map_err(io_error(self.path))
    }
}

/// Where the page that begins with the value `from` ends.
fn page_end(column: &Column, from: usize) -> usize {
    let Values::Text(strings) = &column.values else {
        return column.len().min(from + SCANNED_VALUES);
    };
    let granule = column.row(from) / GRANULE_ROWS;
    let mut bytes = 0;
    let mut to = from;
    while to < column.len() && column.row(to) / GRANULE_ROWS == granule && bytes < TEXT_BYTES {
        bytes += strings.get(to).len();
        to += 1;
    }
    to
}

/// The column with a dictionary, when its values repeat enough.
fn coded(column: &Column) -> Option<Column> {
    let Values::Text(strings) = &column.values else {
        return None;
    };
    let limit = MAX_DICTIONARY.min(strings.len() / 2 + 1);
    let mut places: HashMap<&str, u32> = HashMap::new();
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
            codes,
        },
    })
}
