//! The expectations follow Kibana's documentation of the language,
//! <https://www.elastic.co/guide/en/kibana/8.17/kuery-query.html>.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};
use swarmscope_model::Timestamp;

use super::{KqlErrorKind, parse};
use crate::document::Document;
use crate::evaluate::compile;

fn now() -> Timestamp {
    Timestamp::from_millisecond(1_769_860_801_000)
}

fn finds(query: &str, document: &Value) -> bool {
    let parsed = parse(query, now(), TimeZone::UTC)
        .unwrap_or_else(|error| panic!("{query}: {error} at {}", error.offset()));
    let matcher = compile(&parsed).expect("a query that compiles");
    let document = Document::parse(document.to_string().as_bytes()).expect("a document");
    matcher.matches(&document, "id", 0)
}

fn event() -> Value {
    json!({
        "@timestamp": "2026-01-31T12:00:00.000Z",
        "http": { "request": { "method": "GET" }, "response": { "status_code": "404", "bytes": 15_000 } },
        "message": "Null pointer exception in the agent",
        "machine": { "os": "windows 10", "os2": "linux" },
        "path": "C:\\logs\\a*b",
        "quote": "say \"hi\"",
        "user": [{ "first": "Alice", "last": "White" }, { "first": "Bob", "last": "Smith" }],
        "retry": false,
        "or": "an operator",
    })
}

#[test]
fn what_the_documentation_shows_is_found() {
    let event = event();
    for query in [
        "",
        "  ",
        "http.request.method: *",
        "http.request.method: GET",
        "http.request.method:GET",
        "message: null pointer",
        "message: \"pointer exception\"",
        "http.response.bytes > 10000",
        "http.response.bytes > 10000 and http.response.bytes <= 20000",
        "@timestamp < now",
        "@timestamp >= \"2026-01-31\"",
        "@timestamp: \"2026-01-31\"",
        "http.response.status_code: 4*",
        "not http.request.method: POST",
        "NOT http.request.method: POST AND message: null",
        "http.request.method: POST or http.response.status_code: 404",
        "http.request.method: (GET or POST or DELETE)",
        "http.request.method: (get AND NOT post)",
        "(http.request.method: GET AND http.response.status_code: 200) or \
         (http.request.method: GET AND http.response.status_code: 404)",
        "machine.os*: windows 10",
        "machine.os*:\"windows 10\"",
        "user:{ first: \"Alice\" and last: \"White\" }",
        "user: { first: bob }",
        "pointer",
        "\"pointer exception\"",
        "nowhere pointer",
        "poin*",
        "*:404",
        "*:*",
        "*",
        "message: (null and pointer and not missing)",
        "message.keyword: Null*agent",
        "message: zzz excep*",
        "retry: false",
        "or: operator",
        "quote: \"say \\\"hi\\\"\"",
        "path.keyword: \"C:\\\\logs\\\\a*b\"",
        "path.keyword: C\\:\\\\logs\\\\a\\*b",
        "message: null\\u0020pointer",
    ] {
        assert!(finds(query, &event), "{query}");
    }
}

#[test]
fn what_does_not_hold_is_not_found() {
    let event = event();
    for query in [
        "http.request.method: POST",
        "message: \"exception pointer\"",
        "http.response.bytes < 10000",
        "http.response.status_code: 5*",
        "not message: null",
        "message: (null and missing)",
        "user: { first: Carol }",
        "user: { missing: * }",
        "missing: *",
        "path.keyword: \"C:\\\\logs\\\\aXb\"",
        "message.keyword: Null pointer",
        "@timestamp: \"2026-01-30\"",
        // `and` binds before `or`.
        "http.request.method: POST and retry: false or message: missing",
    ] {
        assert!(!finds(query, &event), "{query}");
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    let error = |query: &str| parse(query, now(), TimeZone::UTC).expect_err(query);
    for (query, offset) in [
        ("a: ", 3),
        ("a: (b or c", 3),
        ("a: \"b", 3),
        ("a: b:c", 4),
        ("a: { b: c", 3),
        ("(a: b))", 6),
        ("a > ", 4),
        ("\\", 0),
        ("\\u12", 0),
        ("@timestamp > yesterday", 13),
    ] {
        let found = error(query);
        assert_eq!(found.offset(), offset, "{query}: {found}");
        assert!(!found.hint().is_empty());
    }
    assert_eq!(error("a: \"b").kind(), &KqlErrorKind::UnclosedQuote);
    let deep = "(".repeat(100) + "a" + &")".repeat(100);
    assert!(matches!(error(&deep).kind(), KqlErrorKind::TooDeep { .. }));
    for joint in [" or ", "* "] {
        let many = vec!["a"; 2_000].join(joint);
        let found = error(&many);
        assert!(matches!(found.kind(), KqlErrorKind::TooManyClauses { .. }));
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_within_it(text in "[ -~é\\\\\"(){}:*<>]{0,60}") {
        if let Err(error) = parse(&text, now(), TimeZone::UTC) {
            prop_assert!(error.offset() <= text.len());
            prop_assert!(text.is_char_boundary(error.offset()));
        }
    }

    #[test]
    fn a_quoted_value_finds_itself_whatever_it_holds(value in "[ -~é]{1,20}") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let query = format!("field.keyword: \"{escaped}\"");
        let found = finds(&query, &json!({ "field": value }));
        prop_assert!(found, "{}", query);
        let refused = format!("not {query}");
        let found = finds(&refused, &json!({ "field": value }));
        prop_assert!(!found);
    }

    #[test]
    fn groups_mean_what_the_same_without_them_means(a in "[a-d]", b in "[a-d]", has in "[a-d]( [a-d])?") {
        let document = json!({ "field": has });
        for (grouped, plain) in [
            (format!("field: ({a} or {b})"), format!("field: {a} or field: {b}")),
            (format!("field: ({a} and {b})"), format!("field: {a} and field: {b}")),
            (format!("field: ({a} and not {b})"), format!("field: {a} and not field: {b}")),
            (format!("not field: ({a} or {b})"), format!("not field: {a} and not field: {b}")),
        ] {
            prop_assert_eq!(finds(&grouped, &document), finds(&plain, &document), "{}", grouped);
        }
    }
}
