//! `include` and `exclude`: which values get a bucket.

use std::collections::HashSet;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member};
use super::unsupported;
use crate::aggregate::Chosen;
use crate::ast::Scalar;

/// Reads a regular expression or a list of values.
pub(super) fn chosen(member: &Member, kind: &'static str) -> Parsed<Chosen> {
    match &member.value.value {
        Json::String(pattern) => {
            Chosen::pattern(pattern).map_err(|bad| member.bad(kind, bad.to_string()))
        }
        Json::Array(items) => {
            let scalars: Vec<Scalar> = items
                .iter()
                .filter_map(super::super::json::Node::scalar)
                .collect();
            let is_text = |scalar: &Scalar| matches!(scalar, Scalar::Text(_));
            if scalars.iter().all(is_text) {
                let texts = scalars.into_iter().filter_map(|scalar| match scalar {
                    Scalar::Text(text) => Some(text),
                    _ => None,
                });
                return Ok(Chosen::Texts(texts.collect::<HashSet<_>>()));
            }
            Ok(Chosen::Values(scalars))
        }
        Json::Object(_) => Err(unsupported(
            member,
            "partitions are not; go through the values with a [composite] aggregation",
        )),
        _ => Err(member.value.fault(DslErrorKind::ChoiceType {
            object: kind,
            key: member.key.clone(),
            found: member.value.token(),
        })),
    }
}
