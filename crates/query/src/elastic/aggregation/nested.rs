//! `nested` and `reverse_nested`: the objects of arrays, and back to what they stand in.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported};
use crate::aggregate::{Aggregation, AggregationKind};

pub(super) fn nested(node: &Node) -> Parsed<Read> {
    let path = path(node, "nested")?.ok_or_else(|| {
        let reason = "Missing [path] field for nested aggregation".to_owned();
        node.fault(DslErrorKind::Unparsable { reason })
    })?;
    let reported = Reported::Single { kind: "nested" };
    Ok((AggregationKind::Nested { path }, reported))
}

pub(super) fn reverse_nested(node: &Node) -> Parsed<Read> {
    let path = path(node, "reverse_nested")?;
    let reported = Reported::Single {
        kind: "reverse_nested",
    };
    Ok((AggregationKind::ReverseNested { path }, reported))
}

fn path(node: &Node, kind: &'static str) -> Parsed<Option<String>> {
    let mut path = None;
    for member in object(node, kind)? {
        match member.key.as_str() {
            "path" => path = Some(member.text(kind)?),
            _ => {
                let (token, key) = (member.value.token(), member.key.clone());
                return Err(member.value.fault(DslErrorKind::UnknownKey { token, key }));
            }
        }
    }
    Ok(path)
}

/// The way back is only from somewhere.
///
/// # Errors
/// When one is not within objects of arrays.
pub(super) fn check(aggregations: &[Aggregation], node: &Node) -> Parsed<()> {
    for aggregation in aggregations {
        match aggregation.kind {
            AggregationKind::Nested { .. } => {}
            AggregationKind::ReverseNested { .. } => {
                let reason = format!(
                    "Reverse nested aggregation [{}] can not be used inside a [nested] aggregation",
                    aggregation.name
                );
                return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
            }
            _ => check(&aggregation.within, node)?,
        }
    }
    Ok(())
}
