//! What is asked of a group about one row: answered from the pages that hold it, never from whole columns.

use std::sync::Arc;

use swarmscope_query::document::ValueRef;

use super::{Fixed, Group, TIME_TEXTS};
use crate::block::column::Column;
use crate::error::SegmentError;
use crate::segment::footer::Storage;

impl Group {
    /// A page that holds the values of a row, and maybe of others; `None` when it has none there.
    ///
    /// # Errors
    /// When the page cannot be read.
    pub fn page_with(&self, column: usize, row: u32) -> Result<Option<Arc<Column>>, SegmentError> {
        match self.footer.columns[column].storage {
            Storage::Times => self.times().map(Some),
            Storage::TimeTexts => {
                let first = row - row % TIME_TEXTS;
                let rows = first..self.rows().min(first + TIME_TEXTS);
                self.time_texts(column, rows).map(Some)
            }
            Storage::Pages | Storage::Coded => {
                let pages = self.pages(column)?;
                let number = pages.partition_point(|page| page.last_row < row);
                match pages.get(number).filter(|page| page.first_row <= row) {
                    Some(entry) => self
                        .page_of_rows(column, number as u32, entry, &[row])
                        .map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    /// The time, sequence and version of a row, from the pages that hold them.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn numbers_of(&self, row: u32) -> Result<(i64, i64, i64), SegmentError> {
        Ok((
            self.number(Fixed::Times, row)?,
            self.number(Fixed::Sequences, row)?,
            self.number(Fixed::Versions, row)?,
        ))
    }

    /// The time and sequence of a row, from the pages that hold them.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn position_of(&self, row: u32) -> Result<(i64, i64), SegmentError> {
        Ok((
            self.number(Fixed::Times, row)?,
            self.number(Fixed::Sequences, row)?,
        ))
    }

    /// A row's number in a column where every row has one.
    pub(super) fn number(&self, fixed: Fixed, row: u32) -> Result<i64, SegmentError> {
        let place = self.fixed(fixed);
        let missing = || self.input.damaged("a row is missing");
        if let Some(whole) = self.whole_at_hand(place) {
            return whole
                .integers()
                .get(row as usize)
                .copied()
                .ok_or_else(missing);
        }
        let pages = self.pages(place)?;
        let number = pages.partition_point(|page| page.last_row < row);
        let entry = pages.get(number).filter(|entry| entry.first_row <= row);
        let entry = entry.ok_or_else(missing)?;
        let at = (row - entry.first_row) as usize;
        self.number_at(place, number as u32, entry, at)?
            .ok_or_else(missing)
    }

    /// The row of a sequence, when it is here.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn row_of_sequence(&self, sequence: u64) -> Result<Option<u32>, SegmentError> {
        let (first, last) = self.sequence_range();
        if sequence < first || sequence > last {
            return Ok(None);
        }
        let sequences = self.sequences()?;
        let found = sequences.integers().binary_search(&(sequence as i64));
        Ok(found.ok().and_then(|row| u32::try_from(row).ok()))
    }

    /// The id that a client gave to the document of a row.
    ///
    /// # Errors
    /// When its page cannot be read.
    pub fn id(&self, row: u32) -> Result<Option<String>, SegmentError> {
        let mut found = None;
        self.visit_row(self.fixed(Fixed::Ids), row, &mut |text| {
            found = Some(text.to_owned());
        })?;
        Ok(found)
    }

    /// The shape of a row's document.
    ///
    /// # Errors
    /// When its page cannot be read.
    pub fn code(&self, row: u32) -> Result<usize, SegmentError> {
        let code = self.number(Fixed::Codes, row)?;
        usize::try_from(code).map_err(|_| self.input.damaged("a document has no shape"))
    }

    fn visit_row(
        &self,
        place: usize,
        row: u32,
        visit: &mut dyn FnMut(&str),
    ) -> Result<(), SegmentError> {
        let pages = self.pages(place)?;
        let first = pages.partition_point(|page| page.last_row < row);
        for (number, entry) in (first as u32..).zip(&pages[first..]) {
            if entry.first_row > row {
                break;
            }
            let page = self.page_of_rows(place, number, entry, &[row])?;
            page.visit_selected(&[row], |_, at| {
                if let ValueRef::Text(text) = page.value(at) {
                    visit(text);
                }
            });
        }
        Ok(())
    }
}
