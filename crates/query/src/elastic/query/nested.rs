//! `nested`, as far as plain objects go: the values of all objects in an array are looked at together.

use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::super::{Context, Parsed};
use super::clause;
use crate::ast::{BoolQuery, Field, Query};

const NAME: &str = "nested";

pub(super) fn nested(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let (mut path, mut query) = (None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "path" => path = Some(member.text(NAME)?),
            "query" => query = Some(clause(&member.value, context, depth + 1)?),
            // Without the path there is nothing to find.
            "score_mode" | "ignore_unmapped" | "boost" | "_name" => {}
            "inner_hits" => {
                return Err(member.value.fault(DslErrorKind::UnsupportedKey {
                    key: member.key.clone(),
                    instead: "the objects are in the document",
                }));
            }
            _ => return Err(member.not_supported(NAME)),
        }
    }
    let lacks = |parameter| {
        let query = NAME;
        node.lacks(DslErrorKind::NoNestedPart { query, parameter })
    };
    let path = path.ok_or_else(|| lacks("path"))?;
    let query = query.ok_or_else(|| lacks("query"))?;
    Ok(Query::Bool(BoolQuery {
        must: vec![query],
        filter: vec![Query::Exists {
            field: Field::from_text(&path),
        }],
        ..BoolQuery::default()
    }))
}
