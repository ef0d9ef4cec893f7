//! `histogram`: counts over numbers.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::{Read, Reported, terms, unsupported};
use crate::aggregate::{AggregationKind, Histogram};

const NAME: &str = "histogram";

pub(super) fn histogram(node: &Node) -> Parsed<Read> {
    let mut found = Histogram {
        field: String::new(),
        interval: 0.0,
        offset: 0.0,
        min_doc_count: 0,
        extended_bounds: None,
        hard_bounds: None,
        order: None,
    };
    let mut field = None;
    let mut keyed = false;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "interval" => {
                found.interval = number(member)?;
                if found.interval <= 0.0 {
                    return Err(member.bad(NAME, "[interval] must be >0 for histogram aggregation"));
                }
            }
            "offset" => found.offset = number(member)?,
            "min_doc_count" => found.min_doc_count = member.count("min_doc_count")? as u64,
            "extended_bounds" => found.extended_bounds = bounds(member, false)?,
            "hard_bounds" => found.hard_bounds = bounds(member, true)?,
            "order" => found.order = terms::order(&member.value, NAME)?.into_iter().next(),
            "keyed" => keyed = member.boolean(NAME)?,
            "format" => return Err(unsupported(member, "the keys are numbers")),
            "missing" => return Err(unsupported(member, "only documents with a value count")),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    found.field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    if found.interval <= 0.0 {
        return Err(node.fault(DslErrorKind::Missing {
            query: NAME,
            parameter: "interval",
        }));
    }
    found.offset = found.offset.rem_euclid(found.interval);
    Ok((
        AggregationKind::Histogram(found),
        Reported::Histogram { keyed },
    ))
}

/// A number that is finite.
pub(super) fn number(member: &Member) -> Parsed<f64> {
    let text = member.value.text().unwrap_or_default();
    match text.parse() {
        Ok(number) if f64::is_finite(number) => Ok(number),
        _ => Err(member.value.fault(DslErrorKind::NotANumber { given: text })),
    }
}

fn bounds(member: &Member, may_be_open: bool) -> Parsed<Option<(f64, f64)>> {
    let (mut low, mut high) = (None, None);
    for part in object(&member.value, &member.key)? {
        match part.key.as_str() {
            "min" => low = Some(number(part)?),
            "max" => high = Some(number(part)?),
            _ => return Err(part.unknown_in("bounds")),
        }
    }
    // Half a bound extends nothing.
    if low.is_some() && high.is_some() || may_be_open {
        let ends = (
            low.unwrap_or(f64::NEG_INFINITY),
            high.unwrap_or(f64::INFINITY),
        );
        if ends.0 > ends.1 {
            return Err(member.bad(NAME, "[min] is above [max]"));
        }
        return Ok(Some(ends));
    }
    Ok(None)
}
