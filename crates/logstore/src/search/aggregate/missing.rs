//! `missing`: one bucket of the documents without a value in a field.

use super::Selection;
use super::slots::Chooser;
use crate::block::column::Values;
use crate::rows::RowSet;
use crate::search::clause::note_rows;
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Chooses documents without a value.
pub struct Missing {
    pub field: String,
}

impl Chooser for Missing {
    fn slots(&self) -> usize {
        1
    }

    fn choose(&self, selection: &Selection<'_>) -> Result<Vec<RowSet>, SearchError> {
        let mut present = RowSet::none(selection.part.rows());
        let columns = FieldColumns::new(selection.part, &self.field)?;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            if matches!(&page.values, Values::Text(_) | Values::Coded { .. }) {
                for at in 0..page.len() {
                    if is_seen_whole(page.value(at)) {
                        present.insert(page.row(at));
                    }
                }
            } else {
                note_rows(page, &mut present);
            }
            Ok(())
        })?;
        let mut missing = selection.within.clone();
        missing.subtract(&present);
        Ok(vec![missing])
    }
}
