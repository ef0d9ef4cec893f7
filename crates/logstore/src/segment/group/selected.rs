//! The values that a column has for some rows, from the pages that hold them: each page is read once for all
//! of them.

use std::sync::Arc;

use swarmscope_query::document::ValueRef;

use super::{Fixed, Group, spelled};
use crate::block::column::{Column, Rows, Values};
use crate::error::SegmentError;
use crate::segment::footer::Storage;

/// Pages of a column, or parts of them, in the order of their rows.
#[derive(Debug, Default)]
pub struct Selected(Vec<Arc<Column>>);

impl Selected {
    /// One of a row's values; `None` when it has fewer.
    pub fn value(&self, row: u32, nth: usize) -> Option<ValueRef<'_>> {
        let page = self.page(row)?;
        let at = page.places_of(row).nth(nth)?;
        Some(page.value(at))
    }

    /// All texts of a row.
    pub fn texts(&self, row: u32) -> impl Iterator<Item = &str> {
        let page = self.page(row);
        page.into_iter()
            .flat_map(move |page| page.places_of(row).map(|at| page.value(at)))
            .filter_map(|value| match value {
                ValueRef::Text(text) => Some(text),
                _ => None,
            })
    }

    /// The page that a row's values are in: they are never in two.
    fn page(&self, row: u32) -> Option<&Column> {
        let is_before = |page: &Arc<Column>| match page.len().checked_sub(1) {
            Some(last) => page.row(last) < row,
            None => true,
        };
        let at = self.0.partition_point(is_before);
        self.0.get(at).map(Arc::as_ref)
    }
}

impl Group {
    /// The values of rows, which rise, in a column.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn selected(&self, column: usize, rows: &[u32]) -> Result<Selected, SegmentError> {
        match self.column_entry(column).storage {
            Storage::Times => self.gathered(self.fixed(Fixed::Times), rows),
            Storage::TimeTexts => self.selected_time_texts(rows),
            Storage::Pages | Storage::Coded => self.gathered(column, rows),
        }
    }

    /// What the shapes of rows, which rise, leave to them.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn selected_literals(&self, rows: &[u32]) -> Result<Selected, SegmentError> {
        self.gathered(self.fixed(Fixed::Literals), rows)
    }

    fn selected_time_texts(&self, rows: &[u32]) -> Result<Selected, SegmentError> {
        let times: Result<Vec<i64>, _> = rows
            .iter()
            .map(|row| self.number(Fixed::Times, *row))
            .collect();
        let texts = spelled(&times?).ok_or_else(|| self.damaged("a time cannot be spelled"))?;
        Ok(Selected(vec![Arc::new(Column {
            rows: Rows::Listed(rows.to_vec()),
            values: Values::Text(texts),
        })]))
    }

    fn gathered(&self, place: usize, rows: &[u32]) -> Result<Selected, SegmentError> {
        let pages = self.pages(place)?;
        let (mut found, mut rest, mut number) = (Vec::new(), rows, 0);
        while let Some(first) = rest.first() {
            number += pages[number..].partition_point(|page| page.last_row < *first);
            let Some(entry) = pages.get(number) else {
                break;
            };
            let (own, further) = rest.split_at(rest.partition_point(|row| *row <= entry.last_row));
            // Those before the page have no value.
            let own = &own[own.partition_point(|row| *row < entry.first_row)..];
            if !own.is_empty() {
                found.push(self.page_of_rows(place, number as u32, entry, own)?);
            }
            rest = further;
        }
        Ok(Selected(found))
    }
}
