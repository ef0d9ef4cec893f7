//! Texts that would take more stack or memory than a query may.

use swarmscope_model::limits::{MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH};

use super::refused;
use crate::parser::{Options, parse};

#[test]
fn nesting_and_chains_are_bounded() {
    let many = 100_000;
    for text in [
        "(".repeat(many),
        "-".repeat(many) + "foo",
        "1+".repeat(many) + "1",
        "2^".repeat(many) + "1",
        "abs(".repeat(many),
        format!("foo{}", "[5m:]".repeat(many)),
        format!("foo[{}", "(".repeat(many)),
        format!("foo[{}1]", "1+".repeat(many)),
        format!("foo[{}1]", "-".repeat(many)),
        format!("foo offset {}1", "-".repeat(many)),
        format!("foo[{}", "min_of(".repeat(many)),
    ] {
        let error = refused(&text, Options::ALL);
        assert!(error.contains("levels deep"), "{error}");
    }
}

#[test]
fn what_is_just_deep_enough_is_read_and_printed_and_dropped() {
    let deepest = MAX_EXPRESSION_DEPTH - 2;
    for text in [
        format!("{}foo{}", "(".repeat(deepest), ")".repeat(deepest)),
        format!("{}foo{}", "sum(".repeat(deepest), ")".repeat(deepest)),
        format!("foo{}", " + foo".repeat(deepest)),
    ] {
        let expr = parse(&text, Options::ALL).expect("a query");
        assert_eq!(expr.to_string(), text);
        assert_eq!(expr.clone(), expr);
    }
}

#[test]
fn long_texts_are_refused() {
    let text = " ".repeat(MAX_EXPRESSION_BYTES + 1);
    let error = refused(&text, Options::ALL);
    assert!(
        error.contains("1048577 bytes, 1048576 are allowed"),
        "{error}"
    );
}
