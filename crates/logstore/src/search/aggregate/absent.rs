//! Rows without a value, for aggregations that have another one for these.

use super::Selection;
use crate::block::column::Column;
use crate::rows::RowSet;
use crate::search::clause::note_rows;

/// Remembers rows with values, when somebody asks for the others.
pub struct Absent {
    with_value: Option<RowSet>,
}

impl Absent {
    /// Of the part of a selection.
    pub fn new(selection: &Selection<'_>, asks: bool) -> Self {
        Self {
            with_value: asks.then(|| RowSet::none(selection.part.rows())),
        }
    }

    /// The rows of a page have values.
    pub fn note(&mut self, page: &Column) {
        if let Some(with_value) = &mut self.with_value {
            note_rows(page, with_value);
        }
    }

    /// Calls with every row that has no value, and its bucket; with none when nobody asks.
    pub fn each(&self, selection: &Selection<'_>, mut visit: impl FnMut(u32, u32)) {
        if let Some(with_value) = &self.with_value {
            selection.each(|row, bucket| {
                if !with_value.contains(row) {
                    visit(row, bucket);
                }
            });
        }
    }
}
