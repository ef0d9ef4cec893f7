//! The values that sorts and aggregations see of a field.
//!
//! Strings count as a whole; `timestamp` and `@timestamp` are points in time, and documents without
//! `@timestamp` have their own time there. Where the search says what a field's values are, they are read as that.
//! `_index` has the name of the index as its value.

use std::collections::HashSet;
use std::sync::Arc;

use swarmscope_model::limits::MAX_KEYWORD_BYTES;
use swarmscope_query::ast::Field;
use swarmscope_query::document::{ValueRef, is_time_field};
use swarmscope_query::mapping::DATE_FORMAT;
use swarmscope_query::value_view::{DateFormat, ValueView};

use super::clause::note_rows;
use super::converted::{converted, is_needed, makes_numbers};
use super::error::SearchError;
use super::part::{ColumnRef, Part};
use crate::block::codes::Codes;
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::rows::RowSet;

/// Which columns a field's values are in.
#[derive(Debug)]
pub struct FieldColumns {
    pub columns: Vec<ColumnRef>,
    /// The integers are points in time.
    pub of_dates: bool,
    /// Rows without a value have their time.
    falls_back: bool,
    /// What values are read as, when some have to be.
    view: Option<ValueView>,
    /// Every row has the name of its index.
    names_index: bool,
}

/// Whether a field has texts that are no point in time by themselves, as `2024-05` is none, and may be one where a
/// mapping says that the field has dates.
fn has_other_dates(part: &Part, path: &str) -> Result<bool, SearchError> {
    let count = |wanted| -> Result<u64, SearchError> {
        let columns = part.columns(|own, kind| own == path && kind == wanted)?;
        Ok(columns.iter().map(|column| column.values).sum())
    };
    Ok(count(Kind::Text)? > count(Kind::Instant)?)
}

impl FieldColumns {
    /// For sorting and grouping.
    pub fn new(part: &Part, field: &str) -> Result<Self, SearchError> {
        let (view, field) = (part.views.get(field), part.views.path(field));
        if is_time_field(field) || matches!(view, Some(ValueView::Instants(_))) {
            let (base, _) = Field::split_keyword(field);
            return Self::dates_of(part, base, view);
        }
        let (base, keyword) = Field::split_keyword(field);
        let chosen = |path: &str| path == base || keyword && path == field;
        let columns = part.columns(|path, kind| kind != Kind::Instant && chosen(path))?;
        let needs = |view: &&ValueView| columns.iter().any(|own| is_needed(view, own.kind));
        Ok(Self {
            view: view.filter(needs).cloned(),
            columns,
            of_dates: false,
            falls_back: false,
            names_index: field == "_index",
        })
    }

    /// Without values that are no numbers.
    #[must_use]
    pub fn of_numbers(mut self) -> Self {
        if !self.view.as_ref().is_some_and(makes_numbers) {
            self.columns.retain(|column| column.kind != Kind::Text);
        }
        self.names_index = false;
        self
    }

    /// The points in time of a field.
    pub fn dates(part: &Part, field: &str) -> Result<Self, SearchError> {
        let (base, _) = Field::split_keyword(part.views.path(field));
        let own = part.views.get(field);
        Self::dates_of(part, base, own.or_else(|| part.views.get(base)))
    }

    fn dates_of(part: &Part, base: &str, view: Option<&ValueView>) -> Result<Self, SearchError> {
        let view = view.filter(|view| matches!(view, ValueView::Instants(_)));
        let read_anew;
        let view = match view {
            Some(ValueView::Instants(None)) if has_other_dates(part, base)? => {
                read_anew = ValueView::Instants(DateFormat::parse(DATE_FORMAT));
                Some(&read_anew)
            }
            view => view,
        };
        let columns = part.columns(|path, kind| {
            path == base
                && match (view, kind) {
                    (None, kind) => kind == Kind::Instant,
                    // Whole numbers are milliseconds.
                    (Some(ValueView::Instants(None)), kind) => {
                        matches!(kind, Kind::Instant | Kind::Integer)
                    }
                    (Some(_), kind) => matches!(kind, Kind::Text | Kind::Integer),
                }
        })?;
        Ok(Self {
            view: view
                .filter(|view| columns.iter().any(|own| is_needed(view, own.kind)))
                .cloned(),
            columns,
            of_dates: true,
            falls_back: base == "@timestamp",
            names_index: false,
        })
    }

    /// Whether the values are in one column, if anywhere.
    pub fn is_one(&self) -> bool {
        self.columns.len() + usize::from(self.falls_back) <= 1
    }

    /// Whether every row has one value.
    pub fn is_one_each(&self) -> bool {
        !self.falls_back
            && self.view.is_none()
            && matches!(self.columns.as_slice(), [column] if column.is_dense)
    }

    /// Whether two of the columns may hold the same value of a row.
    pub fn may_repeat(&self) -> bool {
        let kinds: HashSet<_> = self.columns.iter().map(|column| column.kind).collect();
        let is_one_type = self.view.is_some() || self.of_dates;
        kinds.len() < self.columns.len() || is_one_type && self.columns.len() > 1
    }

    /// The columns, when their values are seen as they are and there are no others.
    pub fn as_they_are(&self) -> Option<&[ColumnRef]> {
        let are = self.view.is_none() && !self.names_index && !self.falls_back;
        are.then_some(&self.columns)
    }

    /// Calls with pages of values. For rows that have none but their time, with such a page.
    pub fn visit(
        &self,
        part: &Part,
        within: &RowSet,
        visit: &mut dyn FnMut(&Column) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        for column in &self.columns {
            match self
                .view
                .as_ref()
                .filter(|view| is_needed(view, column.kind))
            {
                None => part.visit(column, within, visit)?,
                Some(view) => {
                    part.visit(column, within, &mut |page| match converted(page, view) {
                        Some(page) => visit(&page),
                        None => visit(page),
                    })?;
                }
            }
        }
        if self.names_index {
            let mut name = Strings::with_room(1, part.index.len());
            name.push(&part.index);
            visit(&Column {
                rows: Rows::Dense { first: 0 },
                values: Values::Coded {
                    dictionary: Arc::new(name),
                    codes: Codes::of_first(part.rows() as usize),
                },
            })?;
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
