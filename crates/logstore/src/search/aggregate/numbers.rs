//! The numbers of a field: integers, floats, booleans as 0 and 1, and points in time in milliseconds.

use swarmscope_query::ast::Field;
use swarmscope_query::document::is_time_field;

use super::Selection;
use crate::block::column::{Kind, Values};
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Calls with the bucket of every number, the number, and whether it is a point in time.
pub fn visit(
    selection: &Selection<'_>,
    field: &str,
    mut visit: impl FnMut(u32, f64, bool),
) -> Result<(), SearchError> {
    let mut columns = FieldColumns::new(selection.part, field)?;
    columns.columns.retain(|column| column.kind != Kind::Text);
    of_columns(selection, &columns, &mut visit)?;
    let (base, _) = Field::split_keyword(field);
    if is_time_field(base) {
        return Ok(());
    }
    // Texts that are points in time.
    let dates = FieldColumns::dates(selection.part, field)?;
    of_columns(selection, &dates, &mut visit)
}

fn of_columns(
    selection: &Selection<'_>,
    columns: &FieldColumns,
    visit: &mut impl FnMut(u32, f64, bool),
) -> Result<(), SearchError> {
    let of_dates = columns.of_dates;
    columns.visit(selection.part, selection.within, &mut |page| {
        selection.deadline.check()?;
        match &page.values {
            Values::Integer(values) => selection.spans(page, |bucket, span| {
                for number in &values[span] {
                    visit(bucket, *number as f64, of_dates);
                }
            }),
            Values::Float(values) => selection.spans(page, |bucket, span| {
                for number in &values[span] {
                    visit(bucket, *number, of_dates);
                }
            }),
            Values::Boolean(values) => selection.spans(page, |bucket, span| {
                for flag in &values[span] {
                    visit(bucket, f64::from(u8::from(*flag)), of_dates);
                }
            }),
            Values::Text(_) | Values::Coded { .. } => {}
        }
        Ok(())
    })
}
