//! `min`, `max`, `avg`, `sum`, `value_count`, `cardinality`: one number from a field.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported, format, unsupported};
use crate::aggregate::AggregationKind;

pub(super) fn metric(
    node: &Node,
    kind: &'static str,
    aggregation: impl FnOnce(String) -> AggregationKind,
) -> Parsed<Read> {
    let mut field = None;
    let mut shown = None;
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "format" => shown = Some(format(member, kind)?),
            "precision_threshold" | "execution_hint" | "rehash" if kind == "cardinality" => {}
            "value_type" => {}
            "missing" => return Err(unsupported(member, "only documents with a value count")),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(kind)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    Ok((
        aggregation(field),
        Reported::Metric {
            kind,
            format: shown,
        },
    ))
}
