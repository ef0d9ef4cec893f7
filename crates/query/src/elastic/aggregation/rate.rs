//! `rate`: documents, or what a field's numbers add up to, by units of time in the buckets of a `date_histogram`.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported, Shape, Shapes, format, interval, unsupported};
use crate::aggregate::{AggregationKind, CalendarUnit, Interval};
use crate::ast::Query;

const NAME: &str = "rate";

/// What a rate is by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateUnit {
    Milliseconds(f64),
    Months(f64),
}

/// So many months of a calendar unit.
pub fn months(unit: CalendarUnit) -> Option<f64> {
    match unit {
        CalendarUnit::Month => Some(1.0),
        CalendarUnit::Quarter => Some(3.0),
        CalendarUnit::Year => Some(12.0),
        CalendarUnit::Minute | CalendarUnit::Hour | CalendarUnit::Day | CalendarUnit::Week => None,
    }
}

pub(super) fn rate(node: &Node) -> Parsed<Read> {
    let (mut field, mut unit, mut shown) = (None, None, None);
    let mut of_values = false;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "unit" => {
                let text = member.text(NAME)?;
                let named = match interval::calendar(&text).and_then(months) {
                    Some(months) => Some(RateUnit::Months(months)),
                    None => interval::unit(&text).map(RateUnit::Milliseconds),
                };
                let bad = || member.bad(NAME, format!("Unsupported unit {text}"));
                unit = Some(named.ok_or_else(bad)?);
            }
            "mode" => {
                of_values = match member.text(NAME)?.as_str() {
                    "sum" => false,
                    "value_count" => true,
                    other => return Err(member.bad(NAME, format!("Unknown value [{other}]"))),
                }
            }
            "format" => shown = Some(format(member, NAME)?),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let kind = match (field, of_values) {
        (None, _) => AggregationKind::Filter(Query::All),
        (Some(field), true) => AggregationKind::ValueCount { field },
        (Some(field), false) => AggregationKind::Sum { field },
    };
    let format = shown;
    Ok((kind, Reported::Rate { unit, format }))
}

/// Every rate is within a histogram of dates whose buckets are so long that its unit can be told.
///
/// # Errors
/// When one is not.
pub(super) fn check(shapes: &Shapes, within: Option<Interval>, node: &Node) -> Parsed<()> {
    for shape in &shapes.aggregations {
        let refuse = |reason: &str| {
            let reason = reason.to_owned();
            Err(node.fault(DslErrorKind::Argument { reason }))
        };
        match (&shape.reported, within) {
            (Reported::Rate { .. }, None) => {
                return refuse(
                    "The rate aggregation can only be used inside a date histogram aggregation or composite \
                     aggregation with exactly one date histogram value source",
                );
            }
            (Reported::Rate { unit, .. }, Some(interval)) => {
                let has_months =
                    matches!(interval, Interval::Calendar(unit) if months(unit).is_some());
                if matches!(unit, Some(RateUnit::Months(_))) && !has_months {
                    return refuse(
                        "Cannot use month-based rate unit with non-month based calendar interval histogram, only \
                         week, day, hour, minute and second are supported for this histogram",
                    );
                }
            }
            _ => {}
        }
        check(&shape.within, histogram(shape).or(within), node)?;
    }
    Ok(())
}

fn histogram(shape: &Shape) -> Option<Interval> {
    match &shape.reported {
        Reported::DateHistogram { interval, .. } => Some(*interval),
        _ => None,
    }
}
