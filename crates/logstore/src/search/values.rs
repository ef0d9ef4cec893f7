//! The values that sorts and aggregations see of a field.
//!
//! Strings count as a whole; `timestamp` and `@timestamp` are points in time, and documents without
//! `@timestamp` have their own time there.

use std::collections::HashSet;

use swarmscope_model::limits::MAX_KEYWORD_BYTES;
use swarmscope_query::ast::Field;
use swarmscope_query::document::{ValueRef, is_time_field};

use super::clause::note_rows;
use super::error::SearchError;
use super::part::{ColumnRef, Part};
use crate::block::column::{Column, Kind, Rows, Values};
use crate::rows::RowSet;

/// Which columns a field's values are in.
#[derive(Debug)]
pub struct FieldColumns {
    pub columns: Vec<ColumnRef>,
    /// The integers are points in time.
    pub of_dates: bool,
    /// Rows without a value have their time.
    falls_back: bool,
}

impl FieldColumns {
    /// For sorting and grouping.
    pub fn new(part: &Part, field: &str) -> Result<Self, SearchError> {
        if is_time_field(field) {
            return Self::dates(part, field);
        }
        let (base, keyword) = Field::split_keyword(field);
        let chosen = |path: &str| path == base || keyword && path == field;
        Ok(Self {
            columns: part.columns(|path, kind| kind != Kind::Instant && chosen(path))?,
            of_dates: false,
            falls_back: false,
        })
    }

    /// The points in time of a field.
    pub fn dates(part: &Part, field: &str) -> Result<Self, SearchError> {
        let (base, _) = Field::split_keyword(field);
        Ok(Self {
            columns: part.columns(|path, kind| kind == Kind::Instant && path == base)?,
            of_dates: true,
            falls_back: base == "@timestamp",
        })
    }

    /// Whether the values are in one column, if anywhere.
    pub fn is_one(&self) -> bool {
        self.columns.len() + usize::from(self.falls_back) <= 1
    }

    /// Whether every row has one value.
    pub fn is_one_each(&self) -> bool {
        !self.falls_back && matches!(self.columns.as_slice(), [column] if column.is_dense)
    }

    /// Whether two of the columns may hold the same value of a row.
    pub fn may_repeat(&self) -> bool {
        let kinds: HashSet<_> = self.columns.iter().map(|column| column.kind).collect();
        kinds.len() < self.columns.len()
    }

    /// Calls with pages of values. For rows that have none but their time, with such a page.
    pub fn visit(
        &self,
        part: &Part,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        for column in &self.columns {
            part.visit(column, within, visit)?;
        }
        if self.falls_back
            && let Some(page) = self.times_of_the_others(part, within)?
        {
            visit(&page)?;
        }
        Ok(())
    }

    fn times_of_the_others(
        &self,
        part: &Part,
        within: &RowSet,
    ) -> Result<Option<Column>, SearchError> {
        let any = part.columns(|path, kind| path == "@timestamp" && kind != Kind::Instant)?;
        if any.iter().any(|column| column.is_dense) {
            return Ok(None);
        }
        let times = part.times()?;
        if any.is_empty() {
            return Ok(Some(Column {
                rows: Rows::Dense { first: 0 },
                values: Values::Integer(times.to_vec()),
            }));
        }
        let mut others = RowSet::all(part.rows());
        for column in &any {
            let mut present = RowSet::none(part.rows());
            part.visit(column, within, &mut |page| {
                note_rows(page, &mut present);
                Ok(())
            })?;
            others.subtract(&present);
        }
        others.intersect(within);
        let rows = others.to_vec();
        let values = rows.iter().map(|row| times[*row as usize]).collect();
        Ok(Some(Column {
            rows: Rows::Listed(rows),
            values: Values::Integer(values),
        }))
    }
}

/// Whether the whole-string view sees the value.
pub fn is_seen_whole(value: ValueRef<'_>) -> bool {
    !matches!(value, ValueRef::Text(text) if text.len() > MAX_KEYWORD_BYTES)
}
