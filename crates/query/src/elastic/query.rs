//! One query clause: which kind it is, and the limits on how many and how deep.

mod compound;
mod minimum;
mod pattern;
mod query_string;
mod range;
mod term;
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
    let query = named(member, context, depth)?;
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
        "simple_query_string" => "use [query_string]",
        "nested" => "objects in arrays are searched by their dotted path",
        "function_score" | "script_score" | "boosting" | "rank_feature" | "distance_feature" => {
            "sort by a field"
        }
        "script" => "use [range] and [term] on a field",
        "terms_set" => "use [bool] with [minimum_should_match]",
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
