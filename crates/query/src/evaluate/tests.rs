//! Each clause on small documents.

use super::compile;
use crate::ast::{BoolQuery, Bound, Case, Field, Operator, Query, Scalar};
use crate::document::Document;

const EVENT: &str = r#"{"timestamp":"2026-01-31T12:00:00.000Z","agent_name":"research_agent",
    "message":"Connection to nova.compute.api failed: Timeout","code":404,"ratio":0.5,"ok":true,
    "tags":["Alpha","beta"],"metadata":{"x":{"keyword":"own"}}}"#;

fn matches(query: &Query) -> bool {
    let document = Document::parse(EVENT.as_bytes()).expect("a document");
    compile(query)
        .expect("a query")
        .matches(&document, "id-1", document.time(0))
}

fn field(name: &str) -> Field {
    Field::from_text(name)
}

fn term(name: &str, value: &str) -> Query {
    Query::Term {
        field: field(name),
        value: Scalar::Text(value.into()),
        case: Case::AsGiven,
    }
}

fn phrase(name: &str, text: &str, slop: u32, prefix: bool) -> Query {
    Query::Phrase {
        field: field(name),
        text: text.into(),
        slop,
        prefix,
    }
}

fn wildcard(name: &str, pattern: &str, case: Case) -> Query {
    Query::Wildcard {
        field: field(name),
        pattern: pattern.into(),
        case,
    }
}

fn range(name: &str, lower: Scalar, instant: Option<i64>) -> Query {
    Query::Range {
        field: field(name),
        lower: Some(Bound {
            value: lower,
            instant,
            inclusive: true,
            formatted: false,
            time_zone: None,
        }),
        upper: None,
    }
}

#[test]
fn terms_are_words_of_text_and_whole_strings_of_keywords() {
    assert!(matches(&term("message", "timeout")) && !matches(&term("message", "Timeout")));
    assert!(matches(&term("message", "nova.compute")) && !matches(&term("message", "nova.api")));
    assert!(matches(&term("tags.keyword", "Alpha")) && !matches(&term("tags.keyword", "alpha")));
    assert!(matches(&term("metadata.x.keyword", "own")));
    assert!(matches(&term("code", "404")) && matches(&term("*", "404")));
    assert!(matches(&term("ok", "true")) && !matches(&term("ok", "yes")));
    assert!(matches(&term("ratio", "0.50")) && matches(&term("t*", "beta")));
}

#[test]
fn words_match_any_all_or_in_order() {
    let words = |text: &str, operator| Query::Match {
        field: field("message"),
        text: text.into(),
        operator,
        minimum: None,
    };
    assert!(matches(&words("TIMEOUT unknown", Operator::Or)));
    assert!(!matches(&words("TIMEOUT unknown", Operator::And)));
    assert!(!matches(&words("...", Operator::Or)));
    assert!(matches(&phrase("message", "API failed", 0, false)));
    assert!(matches(&phrase("message", "api fail", 0, true)));
    assert!(!matches(&phrase("message", "nova api", 0, false)));
    assert!(matches(&phrase("message", "nova api", 1, false)));
    assert!(!matches(&phrase("message", "failed connection", 1, false)));
}

#[test]
fn patterns_look_at_words_or_at_the_whole_text() {
    assert!(matches(&wildcard("message", "TIME*", Case::Analyzed)));
    assert!(!matches(&wildcard("message", "TIME*", Case::AsGiven)));
    assert!(matches(&wildcard(
        "message",
        "*nova.comp?te*",
        Case::Analyzed
    )));
    assert!(matches(&wildcard(
        "agent_name.keyword",
        "research_*",
        Case::AsGiven
    )));
    let regexp = |pattern: &str| Query::Regexp {
        field: field("agent_name.keyword"),
        pattern: pattern.into(),
        case: Case::AsGiven,
    };
    assert!(matches(&regexp("re(s|x)[a-e]+r.*")) && !matches(&regexp("research")));
    assert!(compile(&regexp("a~b")).is_err());
    assert!(compile(&regexp("(((a{1000}){1000}){1000})")).is_err());
}

#[test]
fn ranges_compare_by_the_type_of_the_value() {
    let noon = 1_769_860_800_000;
    assert!(matches(&range(
        "timestamp",
        Scalar::Text("now".into()),
        Some(noon)
    )));
    assert!(!matches(&range(
        "timestamp",
        Scalar::Text("now".into()),
        Some(noon + 1)
    )));
    assert!(matches(&range(
        "@timestamp",
        Scalar::Integer(0),
        Some(noon)
    )));
    assert!(!matches(&range("@timestamp", Scalar::Integer(0), None)));
    assert!(matches(&range("code", Scalar::Text("404".into()), None)));
    assert!(!matches(&range("code", Scalar::Float(404.5), None)));
    assert!(matches(&range(
        "agent_name",
        Scalar::Text("r".into()),
        None
    )));
}

#[test]
fn existence_and_bool() {
    let exists = |name: &str| Query::Exists { field: field(name) };
    assert!(matches(&exists("metadata")) && matches(&exists("meta*")));
    assert!(!matches(&exists("meta")) && matches(&exists("message.keyword")));
    let either = Query::Bool(BoolQuery {
        should: vec![exists("nothing"), Query::Ids(vec!["id-1".into()])],
        must_not: vec![exists("nothing")],
        ..BoolQuery::default()
    });
    assert!(matches(&either));
}
