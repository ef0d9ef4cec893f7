//! Reads a segment, lazily: opening reads the footer, a search reads the pages it needs.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use swarmscope_files::FileSystem;

use super::cache::Cache;
use super::file::Input;
use super::footer::{ColumnEntry, Footer, PageEntry, Stretch, decode_pages};
use super::page::{self, Encoding};
use crate::block::column::{Column, Kind, Values};
use crate::block::strings::Strings;
use crate::error::SegmentError;
use crate::rows::RowSet;

/// The page number under which a whole column is cached.
const WHOLE: u32 = u32::MAX;

/// What a segment says of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    pub path: Arc<str>,
    pub kind: Kind,
    pub values: u64,
    /// Every row has one value.
    pub is_dense: bool,
}

/// A column's directory and dictionary, once read.
#[derive(Debug, Default)]
struct Loaded {
    pages: OnceLock<Arc<Vec<PageEntry>>>,
    dictionary: OnceLock<Arc<Strings>>,
}

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    number: u64,
    pub(super) input: Input,
    pub(super) footer: Footer,
    columns: Vec<ColumnInfo>,
    /// Of the columns, then of the overflow, sequences, versions, times, ids and sources.
    loaded: Vec<Loaded>,
    pub(super) tokens: OnceLock<Vec<PageEntry>>,
    pub(super) id_parts: OnceLock<Vec<PageEntry>>,
    pub(super) id_filter: OnceLock<Vec<u64>>,
    cache: Arc<Cache>,
    damage: OnceLock<String>,
}

/// The columns that are not fields, behind those that are.
#[derive(Debug, Clone, Copy)]
enum Fixed {
    Overflow,
    Sequences,
    Versions,
    Times,
    Ids,
    Sources,
}

impl Segment {
    /// Opens a segment's file.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn open(
        files: &dyn FileSystem,
        path: &Path,
        number: u64,
        cache: &Arc<Cache>,
    ) -> Result<Self, SegmentError> {
        let (input, footer) = Input::open(files, path)?;
        let mut columns = Vec::with_capacity(footer.columns.len());
        for entry in &footer.columns {
            columns.push(ColumnInfo {
                path: Arc::from(entry.path.as_str()),
                kind: Kind::from_code(entry.kind)
                    .ok_or_else(|| input.damaged("a column has an unknown kind"))?,
                values: entry.values,
                is_dense: entry.dense,
            });
        }
        let fixed = Fixed::Sources as usize + 1;
        Ok(Self {
            number,
            loaded: (0..columns.len() + fixed)
                .map(|_| Loaded::default())
                .collect(),
            columns,
            input,
            footer,
            tokens: OnceLock::new(),
            id_parts: OnceLock::new(),
            id_filter: OnceLock::new(),
            cache: Arc::clone(cache),
            damage: OnceLock::new(),
        })
    }

    /// The number in its name.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its documents, deleted ones included.
    pub fn rows(&self) -> u32 {
        self.footer.rows
    }

    /// Oldest and newest time of its documents.
    pub fn time_range(&self) -> (i64, i64) {
        (self.footer.min_time, self.footer.max_time)
    }

    /// First and last sequence of its documents.
    pub fn sequence_range(&self) -> (u64, u64) {
        (self.footer.min_sequence, self.footer.max_sequence)
    }

    /// Its size on disk.
    pub fn bytes(&self) -> u64 {
        self.input.length()
    }

    /// Bytes of its documents as they were sent.
    pub fn source_bytes(&self) -> u64 {
        self.footer.source_bytes
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        self.input.path()
    }

    /// Its columns.
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// Whether it was found damaged and is left out.
    pub fn is_damaged(&self) -> bool {
        self.damage.get().is_some()
    }

    /// What is wrong with it.
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Leaves the segment out from now on; gives whether this is news.
    pub fn mark_damaged(&self, error: &SegmentError) -> bool {
        self.damage.set(error.to_string()).is_ok()
    }

    /// Whether there are values that found no column.
    pub fn has_overflow(&self) -> bool {
        self.footer.overflow.is_some()
    }

    /// Calls with the pages of a column that hold rows of `within`, or with the whole column.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit<E: From<SegmentError>>(
        &self,
        column: usize,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        let entry = &self.footer.columns[column];
        if entry.pages.is_none() {
            return visit(&*self.whole(self.fixed(Fixed::Times))?);
        }
        self.visit_at(column, within, visit)
    }

    /// The same for the overflow column; nothing when there is none.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit_overflow<E: From<SegmentError>>(
        &self,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.has_overflow() {
            self.visit_at(self.fixed(Fixed::Overflow), within, visit)?;
        }
        Ok(())
    }

    fn visit_at<E: From<SegmentError>>(
        &self,
        place: usize,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.is_paged(place) {
            return visit(&*self.whole(place)?);
        }
        let pages = self.pages(place)?;
        for (number, page) in (0..).zip(pages.iter()) {
            if within.intersects(page.first_row..page.last_row.saturating_add(1)) {
                visit(&*self.page(place, number, page)?)?;
            }
        }
        Ok(())
    }

    /// A column in one piece, for merging: not cached.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_column(&self, column: usize) -> Result<Column, SegmentError> {
        if self.footer.columns[column].pages.is_none() {
            return self.read_whole(self.fixed(Fixed::Times));
        }
        self.read_whole(column)
    }

    /// The overflow column in one piece.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_overflow(&self) -> Result<Option<Column>, SegmentError> {
        if !self.has_overflow() {
            return Ok(None);
        }
        self.read_whole(self.fixed(Fixed::Overflow)).map(Some)
    }

    /// The documents' times.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn times(&self) -> Result<Arc<Column>, SegmentError> {
        self.whole(self.fixed(Fixed::Times))
    }

    /// The documents' places in the order of writes.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn sequences(&self) -> Result<Arc<Column>, SegmentError> {
        self.whole(self.fixed(Fixed::Sequences))
    }

    /// The documents' versions.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn versions(&self) -> Result<Arc<Column>, SegmentError> {
        self.whole(self.fixed(Fixed::Versions))
    }

    /// The id of a row.
    ///
    /// # Errors
    /// When its page cannot be read.
    pub fn id(&self, row: u32) -> Result<String, SegmentError> {
        self.text(Fixed::Ids, row)
    }

    /// The document of a row as it was sent.
    ///
    /// # Errors
    /// When its page cannot be read.
    pub fn source(&self, row: u32) -> Result<String, SegmentError> {
        self.text(Fixed::Sources, row)
    }

    fn text(&self, fixed: Fixed, row: u32) -> Result<String, SegmentError> {
        let place = self.fixed(fixed);
        let pages = self.pages(place)?;
        let number = pages.partition_point(|page| page.last_row < row);
        let missing = || self.input.damaged("a row is missing");
        let entry = pages.get(number).ok_or_else(missing)?;
        let page = self.page(place, number as u32, entry)?;
        match &page.values {
            Values::Text(strings) if row >= entry.first_row => {
                let at = (row - entry.first_row) as usize;
                (at < strings.len())
                    .then(|| strings.get(at).to_owned())
                    .ok_or_else(missing)
            }
            _ => Err(missing()),
        }
    }

    /// All ids, for merging.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_ids(&self) -> Result<Column, SegmentError> {
        self.read_whole(self.fixed(Fixed::Ids))
    }

    /// Calls with every document in order, page by page, for merging.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit_sources<E: From<SegmentError>>(
        &self,
        visit: &mut dyn FnMut(u32, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.fixed(Fixed::Sources);
        for page in self.pages(place)?.iter() {
            let column = self.read_page(place, page)?;
            if let Values::Text(strings) = &column.values {
                for (row, text) in (page.first_row..).zip(strings.iter()) {
                    visit(row, text)?;
                }
            }
        }
        Ok(())
    }

    fn fixed(&self, fixed: Fixed) -> usize {
        self.columns.len() + fixed as usize
    }

    fn entry(&self, place: usize) -> &ColumnEntry {
        let footer = &self.footer;
        match place.checked_sub(self.columns.len()) {
            None => &footer.columns[place],
            Some(0) => footer.overflow.as_ref().unwrap_or(&footer.sources),
            Some(1) => &footer.sequences,
            Some(2) => &footer.versions,
            Some(3) => &footer.times,
            Some(4) => &footer.ids,
            Some(_) => &footer.sources,
        }
    }

    fn kind(&self, place: usize) -> Result<Kind, SegmentError> {
        Kind::from_code(self.entry(place).kind)
            .ok_or_else(|| self.input.damaged("a column has an unknown kind"))
    }

    /// Whether a search reads single pages of the column.
    fn is_paged(&self, place: usize) -> bool {
        let entry = self.entry(place);
        entry.kind == Kind::Text.code() && entry.dictionary.is_none()
    }

    pub(super) fn directory(&self, stretch: Stretch) -> Result<Vec<PageEntry>, SegmentError> {
        decode_pages(&self.input.raw(stretch)?)
            .ok_or_else(|| self.input.damaged("a directory cannot be read"))
    }

    fn pages(&self, place: usize) -> Result<Arc<Vec<PageEntry>>, SegmentError> {
        let stretch = self.entry(place).pages.unwrap_or_default();
        let pages = once(&self.loaded[place].pages, || {
            self.directory(stretch).map(Arc::new)
        })?;
        Ok(Arc::clone(pages))
    }

    fn page(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
    ) -> Result<Arc<Column>, SegmentError> {
        let key = (self.number, place as u32, number);
        if let Some(cached) = self.cache.get(key) {
            return Ok(cached);
        }
        let page = Arc::new(self.read_page(place, entry)?);
        self.cache.put(key, &page);
        Ok(page)
    }

    fn whole(&self, place: usize) -> Result<Arc<Column>, SegmentError> {
        let key = (self.number, place as u32, WHOLE);
        if let Some(cached) = self.cache.get(key) {
            return Ok(cached);
        }
        let column = Arc::new(self.read_whole(place)?);
        self.cache.put(key, &column);
        Ok(column)
    }

    fn read_whole(&self, place: usize) -> Result<Column, SegmentError> {
        let pages = self.pages(place)?;
        let pages = pages.iter().map(|page| self.read_page(place, page));
        page::join(pages.collect::<Result<_, _>>()?)
            .ok_or_else(|| self.input.damaged("a column has no pages"))
    }

    fn read_page(&self, place: usize, entry: &PageEntry) -> Result<Column, SegmentError> {
        let broken = || self.input.damaged("a page cannot be decoded");
        let kind = self.kind(place)?;
        let dictionary = match self.entry(place).dictionary {
            None => None,
            Some(stretch) => Some(once(&self.loaded[place].dictionary, || {
                page::decode_strings(&self.input.compressed(stretch)?)
                    .map(Arc::new)
                    .ok_or_else(broken)
            })?),
        };
        let encoding = match dictionary {
            Some(_) => Encoding::Coded,
            None => Encoding::Plain,
        };
        let column = page::decode(
            &self.input.compressed(entry.stretch)?,
            kind,
            encoding,
            dictionary,
        )
        .ok_or_else(broken)?;
        let last = column.len().checked_sub(1).map(|last| column.row(last));
        if last.is_some_and(|last| last >= self.rows()) {
            return Err(broken());
        }
        Ok(column)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.cache.forget(self.number);
    }
}

/// The value, made on the first call; a failure is tried again.
pub(super) fn once<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, SegmentError>,
) -> Result<&T, SegmentError> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
