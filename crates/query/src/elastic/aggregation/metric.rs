//! `min`, `max`, `avg`, `sum`, `value_count`, `cardinality`: one number from a field.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::{Read, Reported, format, missing_number, substituted, unsupported};
use crate::aggregate::AggregationKind;

pub(super) fn metric(
    node: &Node,
    kind: &'static str,
    aggregation: impl FnOnce(String) -> AggregationKind,
) -> Parsed<Read> {
    let mut field = None;
    let (mut shown, mut missing) = (None, None);
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "format" => shown = Some(format(member, kind)?),
            "precision_threshold" if kind == "cardinality" => check_precision(member)?,
            "execution_hint" | "rehash" if kind == "cardinality" => {}
            "value_type" => {}
            "missing" if matches!(kind, "cardinality" | "value_count") => {
                missing = member.value.scalar();
            }
            "missing" => missing = missing_number(member, kind)?,
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(kind)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    Ok((
        substituted(aggregation(field), missing),
        Reported::Metric {
            kind,
            format: shown,
        },
    ))
}

/// Counts are exact up to a threshold of our own, whatever is asked for.
fn check_precision(member: &Member) -> Parsed<()> {
    let given = member.integer()?;
    if given >= 0 {
        return Ok(());
    }
    let reason = format!(
        "[precisionThreshold] must be greater than or equal to 0. Found [{given}] in [cardinality]"
    );
    Err(member.bad("cardinality", reason))
}
