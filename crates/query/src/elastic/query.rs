//! One query clause: which kind it is, and the limits on how many and how deep.

mod compound;
mod minimum;
mod nested;
mod pattern;
mod query_string;
mod range;
mod scoring;
mod simple;
mod term;
mod terms_set;
mod words;

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_DEPTH};

use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::{Context, Parsed};
use crate::ast::Query;

pub use minimum::minimum_match;

/// Keys that any clause may have and that change nothing but the score or its name.
const EVERYWHERE: [&str; 2] = ["boost", "_name"];

/// Reads a clause such as `{"match": {"message": "error"}}`.
pub(super) fn clause(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let Json::Object(members) = &node.value else {
        return Err(node.fault(DslErrorKind::Malformed {
            query: "_na".to_owned(),
            expected: "START_OBJECT",
            found: node.token(),
        }));
    };
    if depth > MAX_QUERY_DEPTH {
        return Err(node.fault(DslErrorKind::QueryTooDeep {
            limit: MAX_QUERY_DEPTH,
        }));
    }
    context.clauses += 1;
    if context.clauses > MAX_CLAUSES {
        return Err(node.fault(DslErrorKind::TooManyClauses { limit: MAX_CLAUSES }));
    }
    let Some(member) = members.first() else {
        // Elasticsearch points behind the empty clause.
        let mut fault = node.fault(DslErrorKind::EmptyClause { line: 0, column: 0 });
        fault.at += 1;
        return Err(fault);
    };
    let query = described(member, named(member, context, depth)?, context)?;
    match members.get(1) {
        None => Ok(query),
        Some(second) => Err(super::Fault {
            kind: DslErrorKind::TwoQueries {
                query: member.key.clone(),
            },
            at: second.at,
        }),
    }
}

/// The clause with its boost; its name goes to the context. Both stand beside the fields or within the one field.
fn described(member: &Member, query: Query, context: &mut Context) -> Parsed<Query> {
    let Json::Object(own) = &member.value.value else {
        return Ok(query);
    };
    let within = own.iter().flat_map(|member| match &member.value.value {
        Json::Object(members) => members.as_slice(),
        _ => &[],
    });
    let mut said = own.iter().chain(within);
    let has_own_boost = matches!(member.key.as_str(), "constant_score");
    let query = match said.clone().find(|member| member.key == "boost") {
        Some(boost) if !has_own_boost && boost.value.scalar().is_some() => {
            query.times(boost.number(&member.key)?)
        }
        _ => query,
    };
    let name = said.find(|member| member.key == "_name");
    if let Some(name) = name.and_then(|member| member.value.text())
        && context.prohibited == 0
    {
        context.named.push((name, query.clone()));
    }
    Ok(query)
}

fn named(member: &Member, context: &mut Context, depth: usize) -> Parsed<Query> {
    let body = &member.value;
    match member.key.as_str() {
        "match_all" => compound::without_parameters(body, "match_all", Query::All),
        "match_none" => compound::without_parameters(body, "match_none", Query::Nothing),
        "bool" => compound::bool(body, context, depth),
        "constant_score" => compound::constant_score(body, context, depth),
        "dis_max" => compound::dis_max(body, context, depth),
        "match" => words::matching(body, context),
        "match_phrase" => words::phrase(body, context),
        "match_phrase_prefix" => words::phrase_prefix(body),
        "match_bool_prefix" => words::bool_prefix(body),
        "multi_match" => words::multi(body, context),
        "simple_query_string" => simple::simple_query_string(body),
        "terms_set" => terms_set::terms_set(body, context),
        "nested" => nested::nested(body, context, depth),
        "boosting" => scoring::boosting(body, context, depth),
        "function_score" => scoring::function_score(body, context, depth),
        "query_string" => query_string::query_string(body, context),
        "term" => term::term(body, context),
        "terms" => term::terms(body, context),
        "ids" => term::ids(body),
        "exists" => term::exists(body),
        "range" => range::range(body, context),
        "prefix" => pattern::prefix(body),
        "wildcard" => pattern::wildcard(body),
        "regexp" => pattern::regexp(body),
        "fuzzy" => pattern::fuzzy(body),
        name => Err(body.fault(unserved(name))),
    }
}

/// A name that we do not serve: Elasticsearch's, with what to use instead, or nobody's.
fn unserved(name: &str) -> DslErrorKind {
    let instead = match name {
        "script_score" | "rank_feature" | "distance_feature" => "sort by a field",
        "script" => "use [range] and [term] on a field",
        "intervals" | "span_term" | "span_near" | "span_or" | "span_not" | "span_first"
        | "span_multi" | "span_containing" | "span_within" => "use [match_phrase] with [slop]",
        "more_like_this" | "combined_fields" => "use [multi_match]",
        "has_child" | "has_parent" | "parent_id" | "percolate" | "geo_distance"
        | "geo_bounding_box" | "geo_shape" | "geo_grid" | "shape" | "knn" | "sparse_vector"
        | "semantic" | "pinned" | "rule" | "wrapper" | "weighted_tokens" | "text_expansion" => {
            "this server keeps logs"
        }
        _ => {
            return DslErrorKind::UnknownQuery {
                name: name.to_owned(),
            };
        }
    };
    DslErrorKind::UnsupportedQuery {
        name: name.to_owned(),
        instead,
    }
}

/// The one field that a clause names, and what it says of it.
fn field<'a>(node: &'a Node, query: &'static str) -> Parsed<&'a Member> {
    let mut found: Option<&Member> = None;
    for member in super::members::object(node, query)? {
        if EVERYWHERE.contains(&member.key.as_str()) && member.value.scalar().is_some() {
            continue;
        }
        if let Some(first) = found {
            return Err(member.value.fault(DslErrorKind::MultipleFields {
                query,
                first: first.key.clone(),
                second: member.key.clone(),
            }));
        }
        found = Some(member);
    }
    found.ok_or_else(|| match query {
        "match" => node.lacks(DslErrorKind::NoText { query: "text" }),
        _ => node.fault(DslErrorKind::NoField),
    })
}

/// What stands for a field: a value alone, or an object of parameters.
enum Said<'a> {
    Value(&'a Node),
    Parameters(&'a [Member]),
}

fn said<'a>(field: &'a Member, query: &'static str) -> Parsed<Said<'a>> {
    match &field.value.value {
        Json::Object(members) => Ok(Said::Parameters(members)),
        // `match` says itself that there is no text.
        Json::Null if query == "match" => Ok(Said::Value(&field.value)),
        Json::Null => Err(field.value.fault(DslErrorKind::NoValue)),
        Json::Array(_) => Err(field.value.fault(DslErrorKind::Malformed {
            query: query.to_owned(),
            expected: "VALUE_STRING",
            found: field.value.token(),
        })),
        _ => Ok(Said::Value(&field.value)),
    }
}
