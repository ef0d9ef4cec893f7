//! Reads a group of a segment, lazily: opening reads its footer, a search reads the pages it needs.

mod pages;
mod rows;
mod selected;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

pub use selected::Selected;

use super::block_reader::PlacedShape;
use super::cache::Cache;
use super::codec::text::{WordFinder, write_milliseconds};
use super::file::Input;
use super::footer::{ColumnEntry, GroupEntry, GroupFooter, Indexing, PageEntry, Storage};
use super::page;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::error::SegmentError;
use crate::rows::RowSet;
use crate::varint::{take, take_prefixed};

/// Rows of a page of times that are spelled.
const TIME_TEXTS: u32 = super::GRANULE_ROWS;

/// Part of a page's rows up to which their texts are spelled one by one.
const FEW: u32 = 8;

/// What a group says of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    pub path: Arc<str>,
    pub kind: Kind,
    pub values: u64,
    /// Every row has one value.
    pub is_dense: bool,
    pub indexing: Indexing,
}

/// Values of a column for whom only the different ones matter.
#[derive(Debug)]
pub enum Unique<'a> {
    /// A page, or the whole column.
    Page(&'a Column),
    /// Texts that are UUIDs in lower case.
    Uuids(&'a [[u8; 16]]),
}

/// The directory of a column's pages, once read.
type Directory = OnceLock<Arc<Vec<PageEntry>>>;

/// A group of an open segment.
#[derive(Debug)]
pub struct Group {
    input: Arc<Input>,
    entry: GroupEntry,
    footer: GroupFooter,
    columns: Vec<ColumnInfo>,
    /// Of the columns, then of those in [`Fixed`].
    directories: Vec<Directory>,
    shapes: OnceLock<Arc<Vec<PlacedShape>>>,
    cache: Arc<Cache>,
}

/// The columns that are not fields, behind those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fixed {
    Overflow,
    Sequences,
    Versions,
    Times,
    Ids,
    Codes,
    Literals,
}

impl Group {
    /// Reads the group's footer.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn open(
        input: &Arc<Input>,
        entry: GroupEntry,
        cache: &Arc<Cache>,
    ) -> Result<Self, SegmentError> {
        let json = input.compressed(entry.offset, entry.footer)?;
        let footer: GroupFooter = serde_json::from_slice(&json)
            .map_err(|_| input.damaged("the footer of a group cannot be read"))?;
        let mut columns = Vec::with_capacity(footer.columns.len());
        for column in &footer.columns {
            columns.push(ColumnInfo {
                path: Arc::from(column.path.as_str()),
                kind: Kind::from_code(column.kind)
                    .ok_or_else(|| input.damaged("a column has an unknown kind"))?,
                values: column.values,
                is_dense: column.dense,
                indexing: column.indexing,
            });
        }
        let places = columns.len() + Fixed::Literals as usize + 1;
        Ok(Self {
            input: Arc::clone(input),
            entry,
            footer,
            directories: (0..places).map(|_| Directory::default()).collect(),
            columns,
            shapes: OnceLock::new(),
            cache: Arc::clone(cache),
        })
    }

    /// Where it is, and what can be said of it without looking inside.
    pub fn entry(&self) -> &GroupEntry {
        &self.entry
    }

    /// Its file.
    pub fn input(&self) -> &Arc<Input> {
        &self.input
    }

    /// Its documents, deleted ones included.
    pub fn rows(&self) -> u32 {
        self.entry.rows
    }

    /// Oldest and newest time of its documents.
    pub fn time_range(&self) -> (i64, i64) {
        (self.entry.min_time, self.entry.max_time)
    }

    /// First and last sequence of its documents.
    pub fn sequence_range(&self) -> (u64, u64) {
        (self.entry.min_sequence, self.entry.max_sequence)
    }

    /// Its columns.
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// Whether there are values that found no column.
    pub fn has_overflow(&self) -> bool {
        self.footer.overflow.is_some()
    }

    /// Calls with pages of a column that hold rows of `within`, or with the whole column.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit<E: From<SegmentError>>(
        &self,
        column: usize,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        self.visit_at(column, within, visit)
    }

    /// The same when only the different values of the rows `within` matter: of a page of UUIDs whose rows all are
    /// within it is called with those alone.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit_distinct<E: From<SegmentError>>(
        &self,
        column: usize,
        within: &RowSet,
        visit: &mut dyn FnMut(Unique<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(fragments) = self.fragments_of(column)? else {
            return self.visit_at(column, within, &mut |page| visit(Unique::Page(page)));
        };
        let pages = self.pages(column)?;
        for (number, page) in (0..).zip(pages.iter()) {
            let rows = page.last_row.saturating_sub(page.first_row) + 1;
            let uuids = match within.count_between(page.first_row, page.last_row) {
                0 => continue,
                wanted if wanted < rows => None,
                _ => page::distinct_uuids(&Bytes::from(self.raw(page.stretch)?), &fragments),
            };
            match uuids {
                Some(uuids) => visit(Unique::Uuids(&uuids))?,
                None => visit(Unique::Page(&*self.page(column, number, page)?))?,
            }
        }
        Ok(())
    }

    /// The same when only texts matter that hold all of some words: of a page it may be called with those
    /// texts alone that may hold them and are of rows `within`.
    ///
    /// # Errors
    /// When a page cannot be read, or the visitor's own.
    pub fn visit_holding<E: From<SegmentError>>(
        &self,
        column: usize,
        words: &[String],
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(fragments) = self.fragments_of(column)? else {
            return self.visit_at(column, within, visit);
        };
        let mut finder = WordFinder::new(&fragments, words.iter().map(String::as_str));
        let pages = self.pages(column)?;
        for (number, page) in (0..).zip(pages.iter()) {
            if !within.intersects(page.first_row..page.last_row.saturating_add(1)) {
                continue;
            }
            let rows = page.last_row.saturating_sub(page.first_row) + 1;
            let wanted = within.count_between(page.first_row, page.last_row);
            let some = if finder.is_some() || wanted < rows / FEW {
                self.some_texts(column, number, page, &fragments, finder.as_mut(), within)?
            } else {
                None
            };
            match some {
                Some(some) => visit(&some)?,
                None => visit(&*self.page(column, number, page)?)?,
            }
        }
        Ok(())
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
        match self.column_entry(place).storage {
            Storage::Times => return self.visit_at(self.fixed(Fixed::Times), within, visit),
            Storage::TimeTexts => return self.visit_time_texts(place, within, visit),
            Storage::Pages | Storage::Coded => {}
        }
        let pages = self.pages(place)?;
        let wanted =
            |page: &PageEntry| within.intersects(page.first_row..page.last_row.saturating_add(1));
        if !self.is_text_in_pages(place) {
            let touched = pages.iter().filter(|page| wanted(page)).count();
            if touched * 2 > pages.len() {
                return visit(&*self.whole(place)?);
            }
        }
        for (number, page) in (0..).zip(pages.iter()) {
            if wanted(page) {
                visit(&*self.page(place, number, page)?)?;
            }
        }
        Ok(())
    }

    fn visit_time_texts<E: From<SegmentError>>(
        &self,
        place: usize,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), E>,
    ) -> Result<(), E> {
        for first in (0..self.rows()).step_by(TIME_TEXTS as usize) {
            let rows = first..self.rows().min(first + TIME_TEXTS);
            if within.intersects(rows.clone()) {
                visit(&*self.time_texts(place, rows)?)?;
            }
        }
        Ok(())
    }

    /// A page of times, spelled.
    fn time_texts(&self, place: usize, rows: Range<u32>) -> Result<Arc<Column>, SegmentError> {
        self.cached(place, rows.start / TIME_TEXTS, || {
            let times = self.times()?;
            let own = times.integers().get(rows.start as usize..rows.end as usize);
            let texts = own.and_then(spelled);
            let texts = texts.ok_or_else(|| self.input.damaged("a time cannot be spelled"))?;
            Ok(Column {
                rows: Rows::Dense { first: rows.start },
                values: Values::Text(texts),
            })
        })
    }

    /// A column in one piece, for rewriting: not cached.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_column(&self, column: usize) -> Result<Column, SegmentError> {
        match self.footer.columns[column].storage {
            Storage::Times => self.read_whole(self.fixed(Fixed::Times)),
            Storage::TimeTexts => {
                let mut pages = Vec::new();
                self.visit_time_texts::<SegmentError>(
                    column,
                    &RowSet::all(self.rows()),
                    &mut |page| {
                        pages.push(page.clone());
                        Ok(())
                    },
                )?;
                page::join(pages).ok_or_else(|| self.input.damaged("a column has no pages"))
            }
            Storage::Pages | Storage::Coded => self.read_whole(column),
        }
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
    /// When a page cannot be read; so it is with the others.
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

    /// The error that this group is damaged.
    pub fn damaged(&self, what: &'static str) -> SegmentError {
        self.input.damaged(what)
    }

    /// Every id that a client gave.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_ids(&self) -> Result<Column, SegmentError> {
        self.read_whole(self.fixed(Fixed::Ids))
    }

    /// The shapes of its documents.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn shapes(&self) -> Result<Arc<Vec<PlacedShape>>, SegmentError> {
        let shapes = once(&self.shapes, || {
            let bytes = self
                .input
                .compressed(self.entry.offset, self.footer.shapes)?;
            let place = |path: &str, kind: Kind| {
                let mut columns = self.columns.iter();
                columns.position(|column| column.kind == kind && *column.path == *path)
            };
            let shapes = split_shapes(&bytes).and_then(|shapes| {
                let shapes = shapes.into_iter();
                shapes
                    .map(|bytes| PlacedShape::decode(bytes, place))
                    .collect::<Option<Vec<_>>>()
            });
            shapes
                .map(Arc::new)
                .ok_or_else(|| self.input.damaged("the shapes cannot be read"))
        })?;
        Ok(Arc::clone(shapes))
    }

    /// The shapes of all rows.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_codes(&self) -> Result<Column, SegmentError> {
        self.read_whole(self.fixed(Fixed::Codes))
    }

    /// What the shapes leave to their documents.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn read_literals(&self) -> Result<Column, SegmentError> {
        self.read_whole(self.fixed(Fixed::Literals))
    }

    /// Reads and decodes everything once, for checking; gives how many pages there were.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<u64, SegmentError> {
        let mut pages = 0;
        for place in 0..self.directories.len() {
            let absent = place == self.fixed(Fixed::Overflow) && !self.has_overflow();
            if absent || self.column_entry(place).pages.is_none() {
                continue;
            }
            let mut values = 0;
            for entry in self.pages(place)?.iter() {
                values += self.read_page(place, entry)?.len() as u64;
                pages += 1;
            }
            if values != self.column_entry(place).values {
                return Err(self.input.damaged("a column has lost values"));
            }
        }
        self.shapes()?;
        Ok(pages)
    }

    fn fixed(&self, fixed: Fixed) -> usize {
        self.columns.len() + fixed as usize
    }

    fn column_entry(&self, place: usize) -> &ColumnEntry {
        let footer = &self.footer;
        match place.checked_sub(self.columns.len()) {
            None => &footer.columns[place],
            Some(0) => footer.overflow.as_ref().unwrap_or(&footer.literals),
            Some(1) => &footer.sequences,
            Some(2) => &footer.versions,
            Some(3) => &footer.times,
            Some(4) => &footer.ids,
            Some(5) => &footer.codes,
            Some(_) => &footer.literals,
        }
    }
}

/// The times as texts; `None` when one cannot be spelled.
fn spelled(times: &[i64]) -> Option<Strings> {
    let (mut texts, mut text) = (Strings::default(), Vec::new());
    for time in times {
        text.clear();
        write_milliseconds(*time, &mut text)?;
        texts.push(std::str::from_utf8(&text).ok()?);
    }
    Some(texts)
}

fn split_shapes(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let rest = &mut bytes;
    let count = take(rest)?;
    let mut shapes = Vec::new();
    for _ in 0..count {
        shapes.push(take_prefixed(rest)?);
    }
    rest.is_empty().then_some(shapes)
}

/// The value, made on the first call; a failure is tried again.
pub fn once<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, SegmentError>,
) -> Result<&T, SegmentError> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
