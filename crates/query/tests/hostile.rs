//! What a hostile client sends is refused or bounded: no text makes a reader of queries panic, and no query that was
//! read is beyond what its limits allow.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use swarmscope_model::Timestamp;
use swarmscope_query::elastic::{self, Class};
use swarmscope_query::evaluate::compile;
use swarmscope_query::highlight::{HighlightOptions, Highlighter};
use swarmscope_query::lucene::simple::{SimpleOptions, parse as parse_simple};
use swarmscope_query::{kql, lucene};

fn now() -> Timestamp {
    Timestamp::from_millisecond(0)
}

fn refused(body: &str) -> Class {
    let error = elastic::search_body(body, now()).expect_err("refused");
    error.kind.class()
}

#[test]
fn ten_thousand_clauses_are_refused() {
    let clauses = vec![r#"{"match":{"a":"b"}}"#; 10_000].join(",");
    let body = format!(r#"{{"query":{{"bool":{{"should":[{clauses}]}}}}}}"#);
    assert_eq!(refused(&body), Class::TooManyClauses);
    let text = vec!["a"; 10_000].join(" OR ");
    assert!(lucene::parse(&text, &lucene::Options::elasticsearch(now())).is_err());
    assert!(parse_simple(&text, &SimpleOptions::default()).is_err());
    let values: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let set = format!(
        r#"{{"query":{{"terms_set":{{"a":{{"terms":[{}],"minimum_should_match_field":"n"}}}}}}}}"#,
        values.join(",")
    );
    assert_eq!(refused(&set), Class::TooManyClauses);
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [
        (r#"{"bool":{"must":"#, "}}"),
        (r#"{"nested":{"path":"a","query":"#, "}}"),
        (r#"{"constant_score":{"filter":"#, "}}"),
    ] {
        for depth in [40, 10_000] {
            let clause = open.repeat(depth) + r#"{"match_all":{}}"# + &close.repeat(depth);
            let class = refused(&format!(r#"{{"query":{clause}}}"#));
            assert!(
                matches!(class, Class::TooManyClauses | Class::Content),
                "{class:?}"
            );
        }
    }
    let text = "(".repeat(10_000) + "a" + &")".repeat(10_000);
    assert!(lucene::parse(&text, &lucene::Options::elasticsearch(now())).is_err());
    assert!(parse_simple(&text, &SimpleOptions::default()).is_err());
    assert!(kql::parse(&text, now(), TimeZone::UTC).is_err());
}

#[test]
fn patterns_are_bounded_in_size() {
    for pattern in [
        "((((a{1,100}){1,100}){1,100}){1,100})",
        "a{1000000}",
        "<0-18446744073709551615>",
        "<1-1001>",
    ] {
        let body = format!(r#"{{"query":{{"regexp":{{"a":"{pattern}"}}}}}}"#);
        let search = elastic::search_body(&body, now()).expect("a search");
        assert!(compile(&search.query).is_err(), "{pattern}");
    }
    let long = "x".repeat(1_001);
    let body = format!(r#"{{"query":{{"regexp":{{"a":"{long}"}}}}}}"#);
    assert_eq!(refused(&body), Class::Shard);
}

/// Pieces that queries are made of, put together in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b:",
        "\"",
        "(",
        ")",
        "+",
        "-",
        "|",
        "~",
        "~2",
        "*",
        "?",
        "\\",
        "/",
        "[",
        "]",
        "{",
        "}",
        " TO ",
        " AND ",
        " OR ",
        " NOT ",
        "^2",
        ">",
        "<=",
        "_exists_:",
        "2026-01-01",
        "now-1d/d",
        "<1-9>",
        "&",
        "#",
        "@",
        " ",
        "é",
        "日",
        "\u{2029}",
        ".",
        "'",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![pieces(), any::<String>()]
}

/// Bodies that are searches as far as their JSON goes, with hostile texts where texts stand.
fn body(text: &str, form: usize) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    match form {
        0 => format!(r#"{{"query":{{"query_string":{{"query":{quoted},"escape":true}}}}}}"#),
        1 => format!(
            r#"{{"query":{{"simple_query_string":{{"query":{quoted},"flags":{quoted}}}}}}}"#
        ),
        2 => format!(r#"{{"query":{{"regexp":{{"a":{{"value":{quoted},"flags":"NONE"}}}}}}}}"#),
        3 => format!(
            r#"{{"query":{{"match":{{"a":{{"query":"x","minimum_should_match":{quoted}}}}}}}}}"#
        ),
        4 => {
            format!(r#"{{"query":{{"range":{{{quoted}:{{"gte":{quoted},"format":{quoted}}}}}}}}}"#)
        }
        5 => format!(
            r#"{{"sort":[{quoted}],"collapse":{{"field":{quoted}}},"highlight":{{"fields":{{{quoted}:{{}}}}}}}}"#
        ),
        6 => format!(r#"{{"query":{{"match_phrase_prefix":{{{quoted}:{quoted}}}}}}}"#),
        _ => text.to_owned(),
    }
}

proptest! {
    #[test]
    fn no_text_harms_a_reader(text in any_text(), form in 0..8_usize, value in any_text()) {
        let options = lucene::Options::elasticsearch(now());
        if let Ok(query) = lucene::parse(&text, &options) {
            drop(compile(&query));
        }
        drop(lucene::parse(&lucene::escaped(&text), &options));
        if let Ok(query) = kql::parse(&text, now(), TimeZone::UTC) {
            drop(compile(&query));
        }
        let simple = parse_simple(&text, &SimpleOptions::default()).expect("never refused");
        if let Ok(highlighter) = Highlighter::new(&simple, HighlightOptions::default()) {
            drop(highlighter.pieces("a", &[&value, &text], swarmscope_query::evaluate::View::Text));
        }
        if let Ok(search) = elastic::search_body(&body(&text, form), now()) {
            drop(compile(&search.query));
        }
    }
}
