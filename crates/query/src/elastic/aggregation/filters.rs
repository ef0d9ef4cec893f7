//! `filters`: a bucket for each of several queries. `missing`: one for documents without a field.

use super::super::error::DslErrorKind;
use super::super::json::{Json, Node};
use super::super::members::object;
use super::super::{Context, Parsed, query};
use super::{Read, Reported};
use crate::aggregate::AggregationKind;
use crate::ast::Query;

const NAME: &str = "filters";

pub(super) fn filters(node: &Node, context: &mut Context, depth: usize) -> Parsed<Read> {
    let mut named: Option<(Vec<String>, Vec<crate::ast::Query>)> = None;
    let (mut others, mut other_key, mut keyed) = (false, None, true);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "filters" => named = Some(queries(&member.value, context, depth)?),
            "other_bucket" => others = member.boolean(NAME)?,
            "other_bucket_key" => other_key = Some(member.text(NAME)?),
            "keyed" => keyed = member.boolean(NAME)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let named = named.filter(|(_, queries)| !queries.is_empty());
    let (mut names, queries) = named.ok_or_else(|| {
        let reason = "[filters] cannot be empty.".to_owned();
        node.fault(DslErrorKind::Argument { reason })
    })?;
    let others = others || other_key.is_some();
    if others && !names.is_empty() {
        names.push(other_key.unwrap_or_else(|| "_other_".to_owned()));
    }
    Ok((
        AggregationKind::Filters { queries, others },
        Reported::Filters { names, keyed },
    ))
}

/// The queries with their names, in the order of these; or without names in the order given.
pub(super) fn queries(
    node: &Node,
    context: &mut Context,
    depth: usize,
) -> Parsed<(Vec<String>, Vec<crate::ast::Query>)> {
    match &node.value {
        Json::Array(items) => {
            let queries = items.iter().map(|item| query::clause(item, context, depth));
            Ok((Vec::new(), queries.collect::<Parsed<_>>()?))
        }
        Json::Object(members) => {
            let mut named = Vec::with_capacity(members.len());
            for member in members {
                let query = query::clause(&member.value, context, depth)?;
                named.push((member.key.clone(), query));
            }
            named.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(named.into_iter().unzip())
        }
        _ => Err(node.fault(DslErrorKind::Malformed {
            query: NAME.to_owned(),
            expected: "START_OBJECT",
            found: node.token(),
        })),
    }
}

pub(super) fn missing(node: &Node) -> Parsed<Read> {
    let (mut field, mut is_none_missing) = (None, false);
    for member in object(node, "missing")? {
        match member.key.as_str() {
            "field" => field = Some(member.text("missing")?),
            "missing" => is_none_missing = member.value.scalar().is_some(),
            _ => return Err(member.unknown_in("missing")),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let kind = match is_none_missing {
        // With a value for those that have none, no document lacks one.
        true => AggregationKind::Filter(Query::Nothing),
        false => AggregationKind::Missing { field },
    };
    Ok((kind, Reported::Single { kind: "missing" }))
}
