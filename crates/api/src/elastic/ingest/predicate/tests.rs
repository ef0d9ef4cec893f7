//! What conditions hold for, and what is none.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{
    CONDITION_STEP_BYTES, MAX_PIPELINE_RUN, MAX_SCRIPT_BYTES, MAX_SCRIPT_DEPTH,
};

use super::super::super::catalog::Catalog;
use super::super::super::errors::ElasticError;
use super::super::{Draft, Library};
use super::{Evaluation, Predicate, Said};

fn read(text: &str) -> Result<Predicate, ElasticError> {
    let mut patterns = 10;
    let mut said = Said::new("set", None, Map::new(), &mut patterns);
    Predicate::read(&text.into(), &mut said)
}

fn answer(text: &str, document: &Value) -> Result<bool, String> {
    let reason = |error: ElasticError| error.reason().to_owned();
    let predicate = read(text).map_err(reason)?;
    let library = Library::new(Arc::new(Catalog::default()));
    let members = document.as_object().expect("an object").clone();
    let mut draft = Draft::new(members, "logs", Some("7"), Timestamp::now(), &library);
    predicate.holds(&mut draft).map_err(reason)
}

fn document() -> Value {
    json!({
        "level": "ERROR",
        "status": 503,
        "ratio": 0.5,
        "big": 5_000_000_000_i64,
        "on": true,
        "nothing": null,
        "tags": ["web", "db", 3],
        "http": { "method": "GET", "a.b": 1, "headers": {} },
        "message": "Straße [42] failed\n",
    })
}

#[test]
fn conditions_hold_as_in_painless() {
    for (text, expected) in [
        ("ctx.level == 'ERROR'", true),
        ("ctx.level == \"error\"", false),
        ("ctx.level?.toLowerCase() == 'error';", true),
        ("return ctx.level.equalsIgnoreCase('error')", true),
        ("ctx['level'] === 'ERROR' && ctx[\"status\"] !== 500", true),
        ("ctx.status >= 500 && ctx.status < 600L", true),
        (
            "ctx.status == 503.0 && ctx.ratio > 0 && ctx.ratio <= 0.5f",
            true,
        ),
        ("ctx.status == '503'", false),
        ("ctx.on && !(ctx.status > -1 && false)", true),
        ("ctx.on == true || ctx.missing.field == 1", true),
        ("false || ctx.level == 'x' || ctx.tags.contains('db')", true),
        (
            "ctx.nothing == null && ctx.missing == null && ctx.level != null",
            true,
        ),
        ("ctx?.missing?.field == null", true),
        ("ctx.http?.method instanceof String", true),
        (
            "ctx.http instanceof Map && ctx.tags instanceof List && ctx instanceof Map",
            true,
        ),
        (
            "ctx.status instanceof Integer && ctx.big instanceof Long && ctx.ratio instanceof Double",
            true,
        ),
        (
            "ctx.status instanceof Number && !(ctx.status instanceof String)",
            true,
        ),
        ("ctx.missing instanceof Object", false),
        (
            "ctx.http['a.b'] == 1 && ctx.http.containsKey('a.b') && ctx.containsKey('_index')",
            true,
        ),
        (
            "ctx.http.headers.isEmpty() && ctx.http.headers.size() == 0",
            true,
        ),
        ("['GET', 'HEAD'].contains(ctx.http.method)", true),
        (
            "[1, 503].contains(ctx.status) && ctx.tags.contains(3)",
            true,
        ),
        (
            "ctx.tags.size() == 3 && ctx.tags.length == 3 && ctx.tags[0] == 'web' && ctx.tags.get(-1) == 3",
            true,
        ),
        (
            "ctx.message.contains('[42]') && ctx.message.startsWith('Stra') && ctx.message.endsWith('\\n')",
            true,
        ),
        (
            "ctx.message.trim().length() == 18 && ctx.message.indexOf('[') == 7",
            true,
        ),
        (
            "ctx.message =~ /\\[\\d+\\]/ && !(ctx.message ==~ /\\[\\d+\\]/)",
            true,
        ),
        ("ctx.level ==~ /err.r/i", true),
        ("ctx._index == 'logs' && ctx._id == '7'", true),
        (
            "ctx.status.toString() == '503' && ctx.level.equals('ERROR')",
            true,
        ),
        ("ctx.missing?.toLowerCase()?.contains('x') == true", false),
    ] {
        assert_eq!(answer(text, &document()), Ok(expected), "{text}");
    }
}

#[test]
fn what_has_no_answer_says_why() {
    for (text, reason) in [
        (
            "ctx.missing.field == 1",
            "cannot access method/field [field] from a null def reference",
        ),
        ("ctx.missing.contains('x')", "a method is called on null"),
        (
            "ctx.level > 5",
            "Cannot apply [>] operation to types [java.lang.String] and [java.lang.Integer].",
        ),
        (
            "ctx.missing > 5",
            "null is neither smaller nor larger than anything",
        ),
        (
            "ctx.level",
            "Cannot cast java.lang.String to java.lang.Boolean",
        ),
        (
            "ctx.missing && true",
            "a condition is null, and has to be true or false",
        ),
        (
            "ctx.status.contains('5')",
            "dynamic method [java.lang.Integer, contains/1] not found",
        ),
        (
            "ctx.level.sub == 1",
            "dynamic getter [java.lang.String, sub] not found",
        ),
        ("ctx.tags[3] == 1", "Index 3 out of bounds for length 3"),
        (
            "ctx.level.contains(ctx.missing)",
            "[contains] is asked about null",
        ),
    ] {
        let told = answer(text, &document()).expect_err(text);
        assert!(told.ends_with(reason), "{text}: {told}");
    }
}

#[test]
fn what_is_no_condition_is_refused_by_name_when_it_is_read() {
    for (text, what) in [
        ("", "the end at byte 0"),
        ("ctx.a = 1", "[= 1] at byte 6"),
        ("ctx.a == 1 ? true : false", "[? true : f] at byte 11"),
        ("ctx.a + 1 == 2", "[+ 1 == 2] at byte 6"),
        ("def a = ctx.a; a == 1", "[def] at byte 0"),
        ("params.a == 1", "[params] at byte 0"),
        ("ctx.a.splitOnToken(',')", "[splitOnToken] at byte 6"),
        ("ctx.a.isEmpty(1)", "[1] at byte 14"),
        ("ctx.a == 1; ctx.b == 2", "[ctx] at byte 12"),
        ("(ctx.a", "the end at byte 6"),
        ("ctx.a == 'x", "['x] at byte 9"),
        ("ctx.a instanceof Pattern", "[Pattern] at byte 17"),
        ("for (;;) {}", "[for] at byte 0"),
        ("ctx.a == 1x", "[1x] at byte 9"),
    ] {
        let refusal = read(text).expect_err(text);
        let reason = refusal.reason();
        assert!(
            reason.starts_with(&format!("[if] {what} is not served")),
            "{text}: {reason}"
        );
        assert!(reason.contains("startsWith"), "{reason}");
    }
    let looks_ahead = read("ctx.a =~ /a(?=b)/").expect_err("looks ahead");
    assert!(looks_ahead.reason().contains("looks around"));
}

#[test]
fn conditions_have_a_length_a_depth_and_a_number_of_steps() {
    let deep = |levels: usize| format!("{}true{}", "(".repeat(levels), ")".repeat(levels));
    assert!(read(&deep(MAX_SCRIPT_DEPTH)).is_ok());
    let chain = format!("ctx{} == null", "?.a".repeat(100_000 / 30));
    for text in [
        deep(MAX_SCRIPT_DEPTH + 1),
        "!".repeat(10_000),
        chain,
        "[".repeat(10_000),
        "ctx[".repeat(4_000),
    ] {
        assert!(read(&text).is_err());
    }
    // However the levels are made, they are the same recursion.
    let mut mixed = "ctx".to_owned();
    for _ in 0..MAX_SCRIPT_DEPTH - 1 {
        mixed = format!("({mixed}{})", ".a".repeat(MAX_SCRIPT_DEPTH));
    }
    let refusal = read(&format!("{mixed} == 1")).expect_err("too deep");
    assert!(refusal.reason().contains("levels"), "{}", refusal.reason());
    let long = vec!["true"; MAX_SCRIPT_BYTES / 8 + 1].join(" && ");
    assert!(
        read(&long)
            .expect_err("too long")
            .reason()
            .contains("bytes")
    );
    // What a document costs is counted, whatever conditions are made of.
    let library = Library::new(Arc::new(Catalog::default()));
    let members = Map::from_iter([("a".to_owned(), json!("x"))]);
    let mut draft = Draft::new(members, "logs", None, Timestamp::now(), &library);
    let parts = vec!["ctx.a == 'x'"; 100].join(" && ");
    let predicate = read(&parts).unwrap_or_else(|error| panic!("{}", error.reason()));
    for _ in 0..MAX_PIPELINE_RUN / 100 {
        assert!(predicate.holds(&mut draft).is_ok_and(|holds| holds));
    }
    let refusal = predicate.holds(&mut draft).expect_err("too much");
    assert!(refusal.reason().contains("parts of conditions"));
}

#[test]
fn long_values_cost_more_steps() {
    let library = Library::new(Arc::new(Catalog::default()));
    let long = "x".repeat(20 * CONDITION_STEP_BYTES);
    let members = Map::from_iter([
        ("list".to_owned(), json!([&long, &long])),
        ("text".to_owned(), json!(long)),
    ]);
    for text in [
        "ctx.text.toLowerCase() != null",
        "ctx.text == ctx.text",
        "ctx.text =~ /x$/",
        "ctx.list.contains('x') == false",
    ] {
        let mut draft = Draft::new(members.clone(), "logs", None, Timestamp::now(), &library);
        let predicate = read(text).unwrap_or_else(|error| panic!("{}", error.reason()));
        let before = draft.steps_left();
        assert!(
            predicate.holds(&mut draft).is_ok_and(|holds| holds),
            "{text}"
        );
        assert!(before - draft.steps_left() > 20, "{text}");
    }
    // One condition ends when nothing is left, and not when all of it was looked at.
    let parts = vec!["ctx.text.toLowerCase() == 'y'"; 400].join(" || ");
    let predicate = read(&parts).unwrap_or_else(|error| panic!("{}", error.reason()));
    let mut draft = Draft::new(members, "logs", None, Timestamp::now(), &library);
    let evaluation = Evaluation::new(&draft);
    assert!(evaluation.boolean(&predicate.root).is_err());
    assert!(evaluation.steps() < MAX_PIPELINE_RUN + 100);
    let refusal = predicate.holds(&mut draft).expect_err("too much");
    assert!(refusal.reason().contains("parts of conditions"));
}
