//! A group's pages: found by their directory, checked, decoded, and kept for a while.

use std::sync::Arc;

use bytes::Bytes;

use super::{FEW, Group, once};
use crate::block::codes::Codes;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::error::SegmentError;
use crate::rows::RowSet;
use crate::segment::cache::Item;
use crate::segment::codec::text::{TextDictionary, WordFinder};
use crate::segment::footer::{PageEntry, Storage, Stretch, decode_pages};
use crate::segment::open_texts::OpenTexts;
use crate::segment::page::{self, Dictionary};

/// The page number under which a whole column is cached.
const WHOLE: u32 = u32::MAX;
/// The page number under which a dictionary is cached.
const DICTIONARY: u32 = u32::MAX - 1;

impl Group {
    /// Whether a search never needs the column in one piece.
    pub(super) fn is_text_in_pages(&self, place: usize) -> bool {
        let entry = self.column_entry(place);
        entry.kind == Kind::Text.code() && entry.storage == Storage::Pages
    }

    pub(super) fn pages(&self, place: usize) -> Result<Arc<Vec<PageEntry>>, SegmentError> {
        let pages = once(&self.directories[place], || {
            let Some(stretch) = self.column_entry(place).pages else {
                return Ok(Arc::default());
            };
            decode_pages(&self.raw(stretch)?)
                .map(Arc::new)
                .ok_or_else(|| self.input.damaged("a directory cannot be read"))
        })?;
        Ok(Arc::clone(pages))
    }

    pub(super) fn raw(&self, stretch: Stretch) -> Result<Vec<u8>, SegmentError> {
        self.input.raw(self.entry.offset, stretch)
    }

    pub(super) fn page(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
    ) -> Result<Arc<Column>, SegmentError> {
        self.cached(place, number, || self.read_page(place, entry))
    }

    pub(super) fn whole(&self, place: usize) -> Result<Arc<Column>, SegmentError> {
        self.cached(place, WHOLE, || self.read_whole(place))
    }

    /// A column that is kept in one piece.
    pub(super) fn whole_at_hand(&self, place: usize) -> Option<Arc<Column>> {
        match self.cache.get((self.entry.uid, place as u32, WHOLE)) {
            Some(Item::Column(whole)) => Some(whole),
            _ => None,
        }
    }

    pub(super) fn cached(
        &self,
        place: usize,
        number: u32,
        read: impl FnOnce() -> Result<Column, SegmentError>,
    ) -> Result<Arc<Column>, SegmentError> {
        let key = (self.entry.uid, place as u32, number);
        if let Some(Item::Column(cached)) = self.cache.get(key) {
            return Ok(cached);
        }
        let column = Arc::new(read()?);
        self.cache.put(key, Item::Column(Arc::clone(&column)));
        Ok(column)
    }

    pub(super) fn read_whole(&self, place: usize) -> Result<Column, SegmentError> {
        let pages = self.pages(place)?;
        if pages.is_empty() {
            return Ok(Column {
                rows: Rows::Listed(Vec::new()),
                values: Values::Text(Strings::default()),
            });
        }
        let pages = pages.iter().map(|page| self.read_page(place, page));
        page::join(pages.collect::<Result<_, _>>()?)
            .ok_or_else(|| self.input.damaged("a column has no pages"))
    }

    fn dictionary(&self, place: usize) -> Result<Dictionary, SegmentError> {
        let entry = self.column_entry(place);
        let Some(stretch) = entry.dictionary else {
            return Ok(Dictionary::None);
        };
        if entry.storage != Storage::Coded {
            return self.fragments(place, stretch).map(Dictionary::Fragments);
        }
        let column = self.cached(place, DICTIONARY, || {
            let strings = page::decode_dictionary(&self.raw(stretch)?)
                .ok_or_else(|| self.input.damaged("a dictionary cannot be read"))?;
            Ok(Column {
                rows: Rows::Dense { first: 0 },
                values: Values::Coded {
                    dictionary: Arc::new(strings),
                    codes: Codes::default(),
                },
            })
        })?;
        match &column.values {
            Values::Coded { dictionary, .. } => Ok(Dictionary::Coded(Arc::clone(dictionary))),
            _ => Ok(Dictionary::None),
        }
    }

    /// The fragments of a column of texts in pages; `None` when it is another.
    pub(super) fn fragments_of(
        &self,
        place: usize,
    ) -> Result<Option<Arc<TextDictionary>>, SegmentError> {
        if !self.is_text_in_pages(place) {
            return Ok(None);
        }
        let stretch = self.column_entry(place).dictionary;
        stretch
            .map(|stretch| self.fragments(place, stretch))
            .transpose()
    }

    /// The page that has these rows, or its texts of them alone: when they are few of it, and few were asked
    /// for before.
    pub(super) fn page_of_rows(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
        rows: &[u32],
    ) -> Result<Arc<Column>, SegmentError> {
        let few = rows.len() as u32 <= (entry.last_row - entry.first_row) / FEW;
        if few && let Some(fragments) = self.fragments_of(place)? {
            match self.open_page(place, number, entry)? {
                Item::Texts(texts) if !texts.is_asked_for_often(rows.len()) => {
                    let some = texts.of_rows(&fragments, rows);
                    return some.map(Arc::new).ok_or_else(|| self.broken());
                }
                Item::Column(column) => return Ok(column),
                Item::Texts(_) | Item::Fragments(_) | Item::Asked => {}
            }
        }
        self.page(place, number, entry)
    }

    /// A number of a page that has one for every row. The first time it is read alone, the next time the page
    /// is read as a whole: most often one asks for few, or for many.
    pub(super) fn number_at(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
        at: usize,
    ) -> Result<Option<i64>, SegmentError> {
        let key = (self.entry.uid, place as u32, number);
        if self.cache.get(key).is_none() {
            self.cache.put(key, Item::Asked);
            return Ok(page::decode_number(&self.raw(entry.stretch)?, at));
        }
        Ok(self.page(place, number, entry)?.integers().get(at).copied())
    }

    /// The texts of a page that may hold what the finder looks for and are of rows `within`; `None` when the
    /// page is kept already, or better read as a whole.
    pub(super) fn some_texts(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
        fragments: &TextDictionary,
        finder: Option<&mut WordFinder>,
        within: &RowSet,
    ) -> Result<Option<Column>, SegmentError> {
        let Item::Texts(texts) = self.open_page(place, number, entry)? else {
            return Ok(None);
        };
        let some = texts.holding(fragments, finder, within);
        let some = some.ok_or_else(|| self.broken())?;
        let last = some.as_ref().and_then(|column| {
            let last = column.len().checked_sub(1)?;
            Some(column.row(last))
        });
        if last.is_some_and(|last| last >= self.rows()) {
            return Err(self.broken());
        }
        Ok(some)
    }

    /// A page of texts as it is kept: as a whole, or open.
    fn open_page(
        &self,
        place: usize,
        number: u32,
        entry: &PageEntry,
    ) -> Result<Item, SegmentError> {
        let key = (self.entry.uid, place as u32, number);
        if let Some(kept) = self.cache.get(key) {
            return Ok(kept);
        }
        let texts = OpenTexts::take(Bytes::from(self.raw(entry.stretch)?));
        let item = Item::Texts(Arc::new(texts.ok_or_else(|| self.broken())?));
        self.cache.put(key, item.clone());
        Ok(item)
    }

    fn broken(&self) -> SegmentError {
        self.input.damaged("a page cannot be decoded")
    }

    fn fragments(
        &self,
        place: usize,
        stretch: Stretch,
    ) -> Result<Arc<TextDictionary>, SegmentError> {
        let key = (self.entry.uid, place as u32, DICTIONARY);
        if let Some(Item::Fragments(cached)) = self.cache.get(key) {
            return Ok(cached);
        }
        let fragments = TextDictionary::decode(&self.raw(stretch)?)
            .ok_or_else(|| self.damaged("the fragments of texts cannot be read"))?;
        let fragments = Arc::new(fragments);
        self.cache.put(key, Item::Fragments(Arc::clone(&fragments)));
        Ok(fragments)
    }

    pub(super) fn read_page(
        &self,
        place: usize,
        entry: &PageEntry,
    ) -> Result<Column, SegmentError> {
        let kind = Kind::from_code(self.column_entry(place).kind).ok_or_else(|| self.broken())?;
        let dictionary = self.dictionary(place)?;
        let column = page::decode(&self.raw(entry.stretch)?, kind, &dictionary);
        let column = column.ok_or_else(|| self.broken())?;
        let last = column.len().checked_sub(1).map(|last| column.row(last));
        if last.is_some_and(|last| last >= self.rows()) {
            return Err(self.broken());
        }
        Ok(column)
    }
}
