//! `range` and `date_range`: a bucket for each range of numbers or of points in time.

use swarmscope_query::aggregate::HalfOpen;

use super::Selection;
use super::absent::Absent;
use super::slots::Chooser;
use crate::block::column::{Column, Values};
use crate::rows::RowSet;
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Chooses documents with a number in a range.
pub struct Numbers {
    pub field: String,
    pub ranges: Vec<HalfOpen<f64>>,
    /// The number of documents without one.
    pub missing: Option<f64>,
}

/// Chooses documents with a point in time in a range.
pub struct Instants {
    pub field: String,
    pub ranges: Vec<HalfOpen<i64>>,
    /// The point in time of documents without one.
    pub missing: Option<i64>,
}

impl Chooser for Numbers {
    fn slots(&self) -> usize {
        self.ranges.len()
    }

    fn choose(&self, selection: &Selection<'_>) -> Result<Vec<RowSet>, SearchError> {
        let columns = FieldColumns::new(selection.part, &self.field)?.of_numbers();
        let absent = within(&self.ranges, self.missing);
        choose(selection, &columns, &absent, |page, at, slot| {
            let number = match &page.values {
                Values::Integer(values) => values[at] as f64,
                Values::Float(values) => values[at],
                Values::Boolean(values) => f64::from(u8::from(values[at])),
                Values::Text(_) | Values::Coded { .. } => return false,
            };
            self.ranges[slot].contains(number)
        })
    }
}

impl Chooser for Instants {
    fn slots(&self) -> usize {
        self.ranges.len()
    }

    fn choose(&self, selection: &Selection<'_>) -> Result<Vec<RowSet>, SearchError> {
        let columns = FieldColumns::dates(selection.part, &self.field)?;
        let absent = within(&self.ranges, self.missing);
        choose(selection, &columns, &absent, |page, at, slot| {
            self.ranges[slot].contains(page.integers()[at])
        })
    }
}

/// Which ranges hold what stands for a missing value.
fn within<T: PartialOrd + Copy>(ranges: &[HalfOpen<T>], missing: Option<T>) -> Vec<bool> {
    let holds = |range: &HalfOpen<T>| missing.is_some_and(|missing| range.contains(missing));
    ranges.iter().map(holds).collect()
}

/// The rows of each slot; of those without a value, `absent` tells which slots hold them.
fn choose(
    selection: &Selection<'_>,
    columns: &FieldColumns,
    absent: &[bool],
    is_in: impl Fn(&Column, usize, usize) -> bool,
) -> Result<Vec<RowSet>, SearchError> {
    let mut chosen = vec![RowSet::none(selection.part.rows()); absent.len()];
    let mut others = Absent::new(selection, absent.contains(&true));
    columns.visit(selection.part, selection.within, &mut |page| {
        others.note(page);
        for (slot, rows) in chosen.iter_mut().enumerate() {
            selection.deadline.check()?;
            for at in 0..page.len() {
                if is_in(page, at, slot) {
                    rows.insert(page.row(at));
                }
            }
        }
        Ok(())
    })?;
    others.each(selection, |row, _| {
        let holding = chosen.iter_mut().zip(absent).filter(|(_, holds)| **holds);
        for (rows, _) in holding {
            rows.insert(row);
        }
    });
    for rows in &mut chosen {
        rows.intersect(selection.within);
    }
    Ok(chosen)
}
