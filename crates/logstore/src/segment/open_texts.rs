//! A page of texts as it is kept in memory: its rows, and texts that are spelled when they are asked for.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf, Bytes};

use super::codec::integers;
use super::codec::text::{Selected, TextDictionary, TextPage, WordFinder};
use super::page::{DISTINCT, TEXTS, take_rows};
use crate::block::column::{Column, Rows, Values};
use crate::rows::RowSet;
use crate::varint::take_prefixed;

/// See the head of this module.
#[derive(Debug)]
pub struct OpenTexts {
    count: usize,
    rows: Rows,
    /// Which of the distinct texts each is; none where the texts are one after the other.
    codes: Option<Vec<u32>>,
    texts: TextPage,
    /// Texts that were asked for by their rows so far.
    asked: AtomicUsize,
}

/// Part of a page's texts that are spelled one by one before the page is better read as a whole.
const SPELLED_ALONE: usize = 16;

impl OpenTexts {
    /// Takes all of `page`; `None` when it is no page of texts.
    pub fn take(mut page: Bytes) -> Option<Self> {
        let mut rest = &page[..];
        let (count, rows) = take_rows(&mut rest)?;
        page = page.slice_ref(rest);
        let (codes, texts) = match page.try_get_u8().ok()? {
            TEXTS => (None, page),
            DISTINCT => {
                let mut rest = &page[..];
                let texts = take_prefixed(&mut rest)?;
                let codes = integers::decode_u32(rest)?;
                (codes.len() == count).then_some(())?;
                (Some(codes), page.slice_ref(texts))
            }
            _ => return None,
        };
        Some(Self {
            count,
            rows,
            codes,
            texts: TextPage::take(texts)?,
            asked: AtomicUsize::new(0),
        })
    }

    /// Memory it takes at most.
    pub fn bytes(&self) -> usize {
        let rows = match &self.rows {
            Rows::Dense { .. } => 0,
            Rows::Listed(rows) => rows.len(),
        };
        let codes = self.codes.as_ref().map_or(0, Vec::len);
        (rows + codes) * size_of::<u32>() + self.texts.memory()
    }

    fn row(&self, place: u32) -> Option<u32> {
        match &self.rows {
            Rows::Dense { first } => ((place as usize) < self.count).then(|| first + place),
            Rows::Listed(rows) => rows.get(place as usize).copied(),
        }
    }

    /// The texts that may hold what the finder looks for, where there is one, and whose rows are `within`.
    /// `None` when they cannot be read, `Some(None)` when the page is better read as a whole.
    pub fn holding(
        &self,
        fragments: &TextDictionary,
        finder: Option<&mut WordFinder>,
        within: &RowSet,
    ) -> Option<Option<Column>> {
        if self.codes.is_some() {
            return Some(None);
        }
        let wanted = |place| {
            let row = self.row(place);
            row.is_some_and(|row| row < within.len() && within.contains(row))
        };
        let selected = self.texts.selected(fragments, finder, wanted)?;
        let Selected::Some(places, texts) = selected else {
            return Some(None);
        };
        let rows: Option<Vec<u32>> = places.into_iter().map(|place| self.row(place)).collect();
        let column = Column {
            rows: Rows::Listed(rows?),
            values: Values::Text(texts),
        };
        (column.len() <= self.count).then_some(Some(column))
    }

    /// Counts that so many texts are asked for. Whether so many were that whoever goes on like this had
    /// better read the page as a whole.
    pub fn is_asked_for_often(&self, texts: usize) -> bool {
        self.asked.fetch_add(texts, Ordering::Relaxed) > self.count / SPELLED_ALONE
    }

    /// The texts that rows have, which rise; `None` when they cannot be read.
    pub fn of_rows(&self, fragments: &TextDictionary, wanted: &[u32]) -> Option<Column> {
        let (mut places, mut found) = (Vec::new(), Vec::new());
        for row in wanted {
            match &self.rows {
                Rows::Dense { first } => {
                    let place = row.checked_sub(*first).map(|place| place as usize);
                    if let Some(place) = place.filter(|place| *place < self.count) {
                        places.push(place as u32);
                        found.push(*row);
                    }
                }
                Rows::Listed(rows) => {
                    let from = rows.partition_point(|own| own < row);
                    let own = rows[from..].iter().take_while(|own| *own == row).count();
                    for place in from..from + own {
                        places.push(place as u32);
                        found.push(*row);
                    }
                }
            }
        }
        if let Some(codes) = &self.codes {
            for place in &mut places {
                *place = *codes.get(*place as usize)?;
            }
        }
        let texts = self.texts.some(fragments, &places)?;
        Some(Column {
            rows: Rows::Listed(found),
            values: Values::Text(texts),
        })
    }
}
