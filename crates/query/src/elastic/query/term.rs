//! Clauses over exact values: `term`, `terms`, `ids`, `exists`.

use super::super::error::DslErrorKind;
use super::super::json::{Json, Node};
use super::super::members::{object, one_or_many};
use super::super::{Context, Parsed};
use super::{Said, field, said};
use crate::ast::{BoolQuery, Bound, Case, Field, Query, Scalar};
use crate::datemath::Clock;
use crate::document::TIME_FIELDS;
use crate::lucene::{is_time, stretch};

pub(super) fn term(node: &Node, context: &Context) -> Parsed<Query> {
    let member = field(node, "term")?;
    let mut case = Case::AsGiven;
    let mut found = None;
    match said(member, "term")? {
        Said::Value(value) => found = value.scalar(),
        Said::Parameters(members) => {
            for parameter in members {
                match parameter.key.as_str() {
                    "value" | "term" => found = parameter.value.scalar(),
                    "case_insensitive" if parameter.boolean("term")? => case = Case::Insensitive,
                    "case_insensitive" | "boost" | "_name" => {}
                    _ => return Err(parameter.not_supported("term")),
                }
            }
        }
    }
    let value = found.ok_or_else(|| member.value.fault(DslErrorKind::NoValue))?;
    one(&member.key, value, case, context).map_err(|date| member.value.fault(date.into()))
}

fn one(
    name: &str,
    value: Scalar,
    case: Case,
    context: &Context,
) -> Result<Query, crate::datemath::DateMathError> {
    if name == "_id" {
        return Ok(Query::Ids(vec![text_of(&value)]));
    }
    let field = Field::from_text(name);
    if is_time(&field) {
        return stretch(&field, &text_of(&value), &Clock::utc(context.now));
    }
    Ok(Query::Term { field, value, case })
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Boolean(flag) => flag.to_string(),
    }
}

pub(super) fn terms(node: &Node, context: &Context) -> Parsed<Query> {
    let member = field(node, "terms")?;
    let Json::Array(items) = &member.value.value else {
        return Err(member.not_supported("terms"));
    };
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.push(item.scalar().ok_or_else(|| {
            item.fault(DslErrorKind::Malformed {
                query: "terms".to_owned(),
                expected: "VALUE_STRING",
                found: item.token(),
            })
        })?);
    }
    if member.key == "_id" {
        return Ok(Query::Ids(values.iter().map(text_of).collect()));
    }
    let field = Field::from_text(&member.key);
    if is_time(&field) {
        let each = values
            .into_iter()
            .map(|value| one(&member.key, value, Case::AsGiven, context));
        let found: Result<Vec<_>, _> = each.collect();
        return found
            .map(Query::any_of)
            .map_err(|date| member.value.fault(date.into()));
    }
    Ok(Query::Terms { field, values })
}

pub(super) fn ids(node: &Node) -> Parsed<Query> {
    let mut found = Vec::new();
    for member in object(node, "ids")? {
        match member.key.as_str() {
            "values" => {
                let values = one_or_many(&member.value).iter();
                found = values.filter_map(Node::text).collect();
            }
            "type" | "boost" | "_name" => {}
            _ => return Err(member.unknown_in("ids")),
        }
    }
    Ok(Query::Ids(found))
}

pub(super) fn exists(node: &Node) -> Parsed<Query> {
    let mut found = None;
    for member in object(node, "exists")? {
        match member.key.as_str() {
            "field" => found = Some(Field::from_text(&member.text("exists")?)),
            "boost" | "_name" => {}
            _ => return Err(member.not_supported("exists")),
        }
    }
    found.map(existing).ok_or_else(|| {
        node.lacks(DslErrorKind::Missing {
            query: "exists",
            parameter: "field",
        })
    })
}

/// Fields that every document has.
const OF_ALL: [&str; 5] = ["_id", "_index", "_seq_no", "_version", "_primary_term"];

/// The documents that have a field, among them fields that are in no document.
fn existing(field: Field) -> Query {
    match &field {
        Field::Named(name) if OF_ALL.contains(&name.as_str()) => Query::All,
        Field::Named(name) if name == "_ignored" => {
            Query::any_of(TIME_FIELDS.iter().map(|name| unread_time(name)).collect())
        }
        _ => Query::Exists { field },
    }
}

/// The documents that have something else than a point in time in a field of times: these are what is ignored.
fn unread_time(name: &str) -> Query {
    let field = || Field::Named(name.to_owned());
    // Between these no text lies: what is no time is compared as text.
    let end = |instant: i64, text: char| {
        Some(Bound {
            value: Scalar::Text(text.to_string()),
            instant: Some(instant),
            inclusive: true,
            formatted: true,
            time_zone: None,
        })
    };
    Query::Bool(BoolQuery {
        filter: vec![Query::Exists { field: field() }],
        must_not: vec![Query::Range {
            field: field(),
            lower: end(i64::MIN, char::MAX),
            upper: end(i64::MAX, '\0'),
        }],
        ..BoolQuery::default()
    })
}
