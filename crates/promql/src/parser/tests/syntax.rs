//! Texts that are queries, and how they are printed.

use super::printed;
use crate::ast::{At, Expr, Length, LengthKind};
use crate::parser::{Options, parse, parse_selector};
use crate::printer::format_query;

fn assert_printed(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(printed(text), *wanted, "{text}");
        assert_eq!(printed(wanted), *wanted, "printed again");
    }
}

#[test]
fn operators_bind_as_in_prometheus() {
    // Parentheses in the input show what belongs together: the trees have to be equal.
    for (text, grouped) in [
        ("a + b * c ^ d ^ e", "a + (b * (c ^ (d ^ e)))"),
        ("a - b - c", "(a - b) - c"),
        ("a / b % c atan2 d", "((a / b) % c) atan2 d"),
        ("-a ^ b * c", "(-(a ^ b)) * c"),
        ("a ^ -b * c", "(a ^ (-b)) * c"),
        ("a or b and c unless d", "a or ((b and c) unless d)"),
        ("a == b + c > d", "(a == (b + c)) > d"),
        ("a </ b + c", "a </ (b + c)"),
        ("-a offset 5m + b", "(-(a offset 5m)) + b"),
        ("a offset 5m * 2", "(a offset 5m) * 2"),
    ] {
        let shape = |text: &str| shape(&parse(text, Options::ALL).expect(text));
        assert_eq!(shape(text), shape(grouped), "{text}");
    }
}

/// A tree with parentheses around every operation and none of those that were written.
fn shape(expr: &Expr) -> String {
    match expr {
        Expr::Binary(binary) => format!(
            "[{} {} {}]",
            shape(&binary.left),
            binary.operator.as_str(),
            shape(&binary.right)
        ),
        Expr::Unary(unary) => format!("[-{}]", shape(&unary.inner)),
        Expr::Paren(paren) => shape(&paren.inner),
        other => other.to_string(),
    }
}

#[test]
fn numbers_and_durations_have_many_forms() {
    assert_printed(&[
        (
            "0x1F + 010 + 1_000 + .5 + 1e3",
            "31 + 8 + 1000 + 0.5 + 1000",
        ),
        ("08", "8"),
        ("Inf + nan - iNf", "+Inf + NaN - +Inf"),
        ("-1", "-1"),
        ("- - 1", "1"),
        ("1d12h", "1d12h"),
        ("12w", "12w"),
        ("90d", "90d"),
        ("1h60m", "2h"),
        ("-5m", "-5m"),
        ("foo[300]", "foo[5m]"),
        ("foo[1y2w3d4h5m6s7ms]", "foo[382d4h5m6s7ms]"),
        ("foo offset -1.5", "foo offset -1s500ms"),
    ]);
}

#[test]
fn strings_have_three_quotes_and_escapes() {
    assert_printed(&[
        (r#""a\n\"b\\""#, r#""a\n\"b\\""#),
        (r#"'a\'b"\x41\u00e9\101'"#, r#""a'b\"AéA""#),
        ("`raw\\n\"`", r#""raw\\n\"""#),
        (r#""a\xc5z""#, r#""a\xc5z""#),
        (r#"foo{a="\u200b"}"#, r#"foo{a="\u200b"}"#),
    ]);
}

#[test]
fn names_may_be_any_text_and_keywords() {
    assert_printed(&[
        (
            r#"{"my.metric", "label name"="x"}"#,
            r#"{"label name"="x",__name__="my.metric"}"#,
        ),
        (
            r#"my:metric{a="b",c!="d",e=~"f.*",g!~"h",}"#,
            r#"my:metric{a="b",c!="d",e=~"f.*",g!~"h"}"#,
        ),
        (
            r#"foo{on="x",by="y",sum!="z"}"#,
            r#"foo{by="y",on="x",sum!="z"}"#,
        ),
        ("sum + offset + start + and", "sum + offset + start + and"),
        ("offset offset 5m", "offset offset 5m"),
        ("fill + fill(0) fill", "fill + fill (0) fill"),
        (
            r#"sum by (a, "b c", on, by,) (foo)"#,
            r#"sum by (a, "b c", on, by) (foo)"#,
        ),
        (
            "foo # a comment\n{a='b', # and\nc='d'}",
            r#"foo{a="b",c="d"}"#,
        ),
    ]);
}

#[test]
fn modifiers_stand_behind_selectors() {
    assert_printed(&[
        ("foo @ 1.5 offset 5m", "foo @ 1.500 offset 5m"),
        ("foo offset 5m @ -3", "foo @ -3.000 offset 5m"),
        ("foo[5m] @ end() offset -1h", "foo[5m] @ end() offset -1h"),
        ("foo[5m:1m] @ start()", "foo[5m:1m] @ start()"),
        ("rate(foo[5m:])[1h:]", "rate(foo[5m:])[1h:]"),
        ("foo[5m] smoothed offset 1m", "foo[5m] smoothed offset 1m"),
        ("foo anchored [5m]", "foo[5m] anchored"),
        ("foo offset 0s", "foo"),
    ]);
    let Ok(Expr::Vector(selector)) = parse("foo @ 1.0004 offset 1m", Options::default()) else {
        panic!("a selector");
    };
    assert_eq!(selector.modifiers.at, Some(At::Time(1_000)));
    assert_eq!(selector.modifiers.offset, Some(Length::Fixed(60_000)));
}

#[test]
fn durations_may_be_computed() {
    assert_printed(&[
        ("foo[5m+step()]", "foo[5m + step()]"),
        ("foo[((5m+1))*2^2]", "foo[(5m + 1) * 2 ^ 2]"),
        (
            "foo[max_of(1m,2m):min_of(range(),3)]",
            "foo[max_of(1m, 2m):min_of(range(), 3)]",
        ),
        ("foo offset -(step()*2)", "foo offset -(step() * 2)"),
        ("foo offset (5m+1)", "foo offset (5m + 1)"),
        (
            "foo offset -min_of(5m, step())",
            "foo offset -min_of(5m, step())",
        ),
        ("foo[-5m+10m]", "foo[-5m + 10m]"),
    ]);
    // Behind a plain offset the query goes on; behind parentheses the duration does.
    assert!(matches!(
        parse("foo offset 5m + 3", Options::ALL),
        Ok(Expr::Binary(_))
    ));
    let Ok(Expr::Vector(selector)) = parse("foo offset (5m) + 3", Options::ALL) else {
        panic!("a selector");
    };
    let Some(Length::Computed(length)) = selector.modifiers.offset else {
        panic!("a computed offset");
    };
    assert!(matches!(length.kind, LengthKind::Binary { .. }));
}

#[test]
fn aggregations_and_matching_are_normalised() {
    assert_printed(&[
        ("SUM(foo) BY (a)", "sum by (a) (foo)"),
        ("sum without() (foo)", "sum without () (foo)"),
        ("sum by () (foo)", "sum(foo)"),
        ("topk(5, foo) by (x)", "topk by (x) (5, foo)"),
        ("count_values('a', foo)", r#"count_values("a", foo)"#),
        ("a == BOOL on(x) b", "a == bool on (x) b"),
        ("a + ignoring() b", "a + b"),
        ("a + on() b", "a + on () b"),
        ("a * on(x) group_left b", "a * on (x) group_left () b"),
        (
            r#"a * ignoring(x) group_right(y,"z z") b"#,
            r#"a * ignoring (x) group_right (y, "z z") b"#,
        ),
        (
            "a + fill_right(1e6) fill_left(-inf) b",
            "a + fill_left (-Inf) fill_right (1e+06) b",
        ),
        ("a + fill(2) b", "a + fill (2) b"),
        (r#"info(foo, {a="b"})"#, r#"info(foo, {a="b"})"#),
        ("info(foo, {})", "info(foo, {})"),
        ("a </ 5 + b >/ 2", "a </ 5 + b >/ 2"),
    ]);
}

#[test]
fn long_queries_are_broken_into_lines() {
    let text = "sum by (job, instance) (rate(http_requests_total{code=~\"5..\",handler=\"/api/v1/query_range_and_more\"}[5m])) / on (job) group_left () sum by (job) (rate(http_requests_total[5m]))";
    let expr = parse(text, Options::default()).expect("a query");
    let wanted = "  sum by (job, instance) (
    rate(http_requests_total{code=~\"5..\",handler=\"/api/v1/query_range_and_more\"}[5m])
  )
/ on (job) group_left ()
  sum by (job) (rate(http_requests_total[5m]))";
    assert_eq!(format_query(&expr), wanted);
    let again = parse(wanted, Options::default()).expect("a query");
    assert_eq!(again.to_string(), text);
}

#[test]
fn selectors_can_be_read_alone() {
    let matchers = parse_selector(r#"up{job="api", instance!~"a.*"}"#).expect("a selector");
    let written: Vec<_> = matchers.iter().map(ToString::to_string).collect();
    assert_eq!(
        written,
        [r#"job="api""#, r#"instance!~"a.*""#, r#"__name__="up""#]
    );
    assert!(parse_selector("{}").is_ok());
    for text in ["up[5m]", "sum(up)", "up up", "1", ""] {
        assert!(parse_selector(text).is_err(), "{text}");
    }
}
