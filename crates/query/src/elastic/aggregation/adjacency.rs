//! `adjacency_matrix`: a bucket for each of several queries, and for every two of them.

use swarmscope_model::limits::MAX_ADJACENT_FILTERS;

use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::super::{Context, Parsed};
use super::{Read, Reported, filters};
use crate::aggregate::AggregationKind;
use crate::ast::{BoolQuery, Query};

const NAME: &str = "adjacency_matrix";

pub(super) fn adjacency_matrix(node: &Node, context: &mut Context, depth: usize) -> Parsed<Read> {
    let mut named = None;
    let mut separator = "&".to_owned();
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "filters" => {
                object(&member.value, NAME)?;
                named = Some(filters::queries(&member.value, context, depth)?);
            }
            "separator" => separator = member.text(NAME)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let (names, queries) = named
        .filter(|(_, queries)| !queries.is_empty())
        .ok_or_else(|| {
            let reason = "[filters] cannot be empty.".to_owned();
            node.fault(DslErrorKind::Argument { reason })
        })?;
    if queries.len() > MAX_ADJACENT_FILTERS {
        let reason = format!(
            "Number of filters is too large, must be less than or equal to: [{MAX_ADJACENT_FILTERS}] but was [{}].",
            queries.len()
        );
        return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
    }
    let mut all: Vec<(String, Query)> = names.iter().cloned().zip(queries.clone()).collect();
    for (place, (name, query)) in names.iter().zip(&queries).enumerate() {
        let others = names.iter().zip(&queries).skip(place + 1);
        all.extend(others.map(|(other, second)| {
            let both = Query::Bool(BoolQuery {
                filter: vec![query.clone(), second.clone()],
                ..BoolQuery::default()
            });
            (format!("{name}{separator}{other}"), both)
        }));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let (names, queries) = all.into_iter().unzip();
    let kind = AggregationKind::Filters {
        queries,
        others: false,
    };
    Ok((kind, Reported::AdjacencyMatrix { names }))
}
