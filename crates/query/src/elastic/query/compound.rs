//! Clauses that hold other clauses: `bool`, `constant_score`, `dis_max`; and `match_all`.

use super::super::error::DslErrorKind;
use super::super::json::{Json, Node};
use super::super::members::{object, one_or_many};
use super::super::{Context, Parsed};
use super::{EVERYWHERE, clause, minimum};
use crate::ast::{BoolQuery, Query, Scoring};

/// A clause that takes only what every clause takes.
pub(super) fn without_parameters(node: &Node, name: &'static str, query: Query) -> Parsed<Query> {
    match object(node, name)?
        .iter()
        .find(|member| !EVERYWHERE.contains(&member.key.as_str()))
    {
        None => Ok(query),
        Some(member) => Err(member.unknown_in(name)),
    }
}

pub(super) fn bool(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let mut query = BoolQuery::default();
    for member in object(node, "bool")? {
        let clauses = match member.key.as_str() {
            "must" => &mut query.must,
            "filter" => &mut query.filter,
            "should" => &mut query.should,
            "must_not" | "mustNot" => &mut query.must_not,
            "minimum_should_match" | "minimumShouldMatch" => {
                query.minimum = Some(minimum::minimum(member, "bool")?);
                continue;
            }
            "adjust_pure_negative" | "boost" | "_name" => continue,
            _ => return Err(member.unknown_in("bool")),
        };
        let prohibits = matches!(member.key.as_str(), "must_not" | "mustNot");
        context.prohibited += usize::from(prohibits);
        for item in one_or_many(&member.value) {
            if !matches!(item.value, Json::Object(_)) {
                return Err(item.fault(DslErrorKind::NotAClause {
                    occur: member.key.clone(),
                    found: item.token(),
                }));
            }
            clauses.push(clause(item, context, depth + 1)?);
        }
        context.prohibited -= usize::from(prohibits);
    }
    let BoolQuery {
        must,
        filter,
        should,
        must_not,
        ..
    } = &query;
    if [must, filter, should, must_not]
        .iter()
        .all(|clauses| clauses.is_empty())
    {
        return Ok(Query::All);
    }
    Ok(Query::Bool(query))
}

pub(super) fn constant_score(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let (mut found, mut score) = (None, 1.0);
    for member in object(node, "constant_score")? {
        match member.key.as_str() {
            "filter" => found = Some(clause(&member.value, context, depth + 1)?),
            "boost" => score = member.number("constant_score")?,
            "_name" => {}
            _ => return Err(member.not_supported("constant_score")),
        }
    }
    let filter = found.ok_or_else(|| node.lacks(DslErrorKind::NoFilter))?;
    Ok(Query::Scored {
        query: Box::new(filter),
        scoring: Scoring::Constant(score),
    })
}

pub(super) fn dis_max(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let (mut found, mut others) = (Vec::new(), 0.0);
    for member in object(node, "dis_max")? {
        match member.key.as_str() {
            "queries" => {
                for item in one_or_many(&member.value) {
                    found.push(clause(item, context, depth + 1)?);
                }
            }
            "tie_breaker" => others = member.number("dis_max")?,
            "boost" | "_name" => {}
            _ => return Err(member.not_supported("dis_max")),
        }
    }
    if found.is_empty() {
        return Err(node.lacks(DslErrorKind::NoQueries));
    }
    Ok(Query::best_of(found, others))
}
