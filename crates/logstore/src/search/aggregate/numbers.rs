//! The numbers of a field: integers, floats, booleans as 0 and 1, and points in time in milliseconds.

use swarmscope_query::ast::{Field, Scalar};
use swarmscope_query::document::is_time_field;

use super::Selection;
use super::absent::Absent;
use crate::block::column::Values;
use crate::search::error::SearchError;
use crate::search::part::Part;
use crate::search::values::FieldColumns;

/// The number that a value is; `None` of a text.
pub fn number(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Integer(number) => Some(*number as f64),
        Scalar::Float(number) => Some(*number),
        Scalar::Boolean(flag) => Some(f64::from(u8::from(*flag))),
        Scalar::Text(_) => None,
    }
}

/// Calls with the bucket of every number, the number, and whether it is a point in time. Rows without one have
/// `missing` when it is given.
pub fn visit(
    selection: &Selection<'_>,
    field: &str,
    missing: Option<f64>,
    mut visit: impl FnMut(u32, f64, bool),
) -> Result<(), SearchError> {
    let mut absent = Absent::new(selection, missing.is_some());
    let columns = FieldColumns::new(selection.part, field)?.of_numbers();
    of_columns(selection, &columns, &mut absent, &mut visit)?;
    if has_other_dates(selection.part, field) {
        // Texts that are points in time.
        let dates = FieldColumns::dates(selection.part, field)?;
        of_columns(selection, &dates, &mut absent, &mut visit)?;
    }
    if let Some(missing) = missing {
        let of_dates = columns.of_dates;
        absent.each(selection, |_, bucket| visit(bucket, missing, of_dates));
    }
    Ok(())
}

/// Whether the points in time of a field are none of its numbers yet: where nothing says what its values are.
fn has_other_dates(part: &Part, field: &str) -> bool {
    let (base, _) = Field::split_keyword(part.views.path(field));
    !is_time_field(base)
        && [field, base]
            .iter()
            .all(|name| part.views.get(name).is_none())
}

fn of_columns(
    selection: &Selection<'_>,
    columns: &FieldColumns,
    absent: &mut Absent,
    visit: &mut impl FnMut(u32, f64, bool),
) -> Result<(), SearchError> {
    let of_dates = columns.of_dates;
    columns.visit(selection.part, selection.within, &mut |page| {
        selection.deadline.check()?;
        absent.note(page);
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
