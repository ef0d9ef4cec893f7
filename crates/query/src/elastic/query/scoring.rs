//! Clauses that change scores and not what is found: `boosting` and `function_score` with weights.

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::{object, one_or_many};
use super::super::{Context, Parsed};
use super::clause;
use crate::ast::{Query, Scoring};

pub(super) fn boosting(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    const NAME: &str = "boosting";
    let (mut positive, mut negative, mut factor) = (None, None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "positive" => positive = Some(clause(&member.value, context, depth + 1)?),
            "negative" => negative = Some(clause(&member.value, context, depth + 1)?),
            "negative_boost" => factor = Some(member.number(NAME)?),
            "boost" | "_name" => {}
            _ => return Err(member.not_supported(NAME)),
        }
    }
    let lacks = |what| node.lacks(DslErrorKind::NoBoostingPart { what });
    let positive = positive.ok_or_else(|| lacks("'positive' query to be set'"))?;
    let negative = negative.ok_or_else(|| lacks("'negative' query to be set'"))?;
    let factor = factor.filter(|factor| *factor >= 0.0);
    let factor =
        factor.ok_or_else(|| lacks("'negative_boost' to be set to be a positive value'"))?;
    Ok(when(positive, vec![(negative, factor)]))
}

fn when(query: Query, others: Vec<(Query, f32)>) -> Query {
    Query::Scored {
        query: Box::new(query),
        scoring: Scoring::When(others),
    }
}

pub(super) fn function_score(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    const NAME: &str = "function_score";
    let mut query = Query::All;
    let mut weights = Vec::new();
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "query" => query = clause(&member.value, context, depth + 1)?,
            "functions" => {
                for function in one_or_many(&member.value) {
                    weights.push(weight(function, context, depth)?);
                }
            }
            "weight" => weights.push((Query::All, member.number(NAME)?)),
            // Weights are multiplied, whichever way they would be put together.
            "score_mode" | "boost_mode" | "max_boost" | "boost" | "_name" => {}
            _ => return Err(unserved(member)),
        }
    }
    Ok(match weights.is_empty() {
        true => query,
        false => when(query, weights),
    })
}

/// A function of `function_score`: a weight for what a filter finds.
fn weight(node: &Node, context: &mut Context, depth: usize) -> Parsed<(Query, f32)> {
    const NAME: &str = "function_score";
    let (mut filter, mut weight) = (Query::All, 1.0);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "filter" => filter = clause(&member.value, context, depth + 1)?,
            "weight" => weight = member.number(NAME)?,
            _ => return Err(unserved(member)),
        }
    }
    Ok((filter, weight))
}

fn unserved(member: &Member) -> super::super::Fault {
    match member.value.value {
        Json::Object(_) | Json::String(_) | Json::Number(_) => {
            member.value.fault(DslErrorKind::UnsupportedKey {
                key: member.key.clone(),
                instead: "[weight] with [filter] is, and [sort] by a field",
            })
        }
        _ => member.not_supported("function_score"),
    }
}
