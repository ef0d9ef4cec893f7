//! One test of one column's values, page by page.

use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::{ValueTest, View};

use super::budget::Deadline;
use super::error::SearchError;
use super::part::ColumnRef;
use super::prefilter::Prefilter;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::rows::RowSet;

/// Values tested between two looks at the clock.
const CHECK_EVERY: usize = 4096;
/// Values to test from which on a search through the page's whole text pays.
const PREFILTERED: u32 = 64;

/// The test, and the rows that can still matter.
pub struct ColumnTest<'a> {
    column: &'a ColumnRef,
    test: &'a ValueTest,
    view: View,
    within: &'a RowSet,
    deadline: Deadline,
    prefilter: Option<Prefilter>,
}

impl<'a> ColumnTest<'a> {
    /// Of the rows `within`.
    pub fn new(
        column: &'a ColumnRef,
        test: &'a ValueTest,
        view: View,
        within: &'a RowSet,
        deadline: Deadline,
    ) -> Self {
        let prefilter = match column.kind {
            Kind::Text => Prefilter::new(test, view),
            _ => None,
        };
        Self {
            column,
            test,
            view,
            within,
            deadline,
            prefilter,
        }
    }

    /// Adds the rows whose values on a page of the column hold.
    ///
    /// # Errors
    /// When the time is over.
    pub fn page(&self, page: &Column, found: &mut RowSet) -> Result<(), SearchError> {
        self.deadline.check()?;
        match (&page.values, self.test) {
            (Values::Coded { dictionary, codes }, _) if dictionary.len() <= page.len() => {
                let holds: Vec<bool> = dictionary
                    .iter()
                    .map(|text| self.holds(ValueRef::Text(text)))
                    .collect();
                if holds.contains(&true) {
                    let holds = |at: usize| holds[codes.get(at)];
                    select_cheaply(page, self.within, found, holds);
                }
                Ok(())
            }
            (Values::Integer(instants), ValueTest::Range(range))
                if self.column.kind == Kind::Instant =>
            {
                if let Some((first, last)) = range.instants() {
                    let holds = |at: usize| (first..=last).contains(&instants[at]);
                    select_cheaply(page, self.within, found, holds);
                }
                Ok(())
            }
            _ => self.values(page, found),
        }
    }

    fn holds(&self, value: ValueRef<'_>) -> bool {
        self.test.holds(&self.column.path, value, self.view)
    }

    /// Tests the values one by one: those that the prefilter leaves, where it pays.
    fn values(&self, page: &Column, found: &mut RowSet) -> Result<(), SearchError> {
        if let Some(places) = self.prefiltered(page) {
            for at in places {
                let row = page.row(at);
                if self.within.contains(row) && !found.contains(row) && self.holds(page.value(at)) {
                    found.insert(row);
                }
            }
            return Ok(());
        }
        let holds = |at: usize| self.holds(page.value(at));
        for from in (0..page.len()).step_by(CHECK_EVERY) {
            self.deadline.check()?;
            let count = CHECK_EVERY.min(page.len() - from);
            match &page.rows {
                Rows::Dense { first } => {
                    let first = first + from as u32;
                    found.select(self.within, first, count, |at| holds(from + at));
                }
                Rows::Listed(rows) => {
                    for (at, row) in (from..).zip(&rows[from..from + count]) {
                        if self.within.contains(*row) && !found.contains(*row) && holds(at) {
                            found.insert(*row);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn prefiltered(&self, page: &Column) -> Option<Vec<usize>> {
        let Values::Text(strings) = &page.values else {
            return None;
        };
        let last = page.len().checked_sub(1)?;
        let open = self.within.count_between(page.row(0), page.row(last));
        if open < PREFILTERED {
            return None;
        }
        self.prefilter.as_ref()?.places(strings)
    }
}

/// Adds the rows `within` whose value holds, when asking costs little.
fn select_cheaply(
    page: &Column,
    within: &RowSet,
    found: &mut RowSet,
    holds: impl Fn(usize) -> bool,
) {
    match &page.rows {
        Rows::Dense { first } => found.select_cheaply(within, *first, page.len(), holds),
        Rows::Listed(rows) => {
            for (at, row) in rows.iter().enumerate() {
                if holds(at) && within.contains(*row) {
                    found.insert(*row);
                }
            }
        }
    }
}
