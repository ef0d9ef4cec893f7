//! Texts that are no queries, and what is said of them: the words and places are Prometheus's.

use super::refused;
use crate::parser::Options;

fn assert_refused(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(refused(text, Options::ALL), *wanted, "{text}");
    }
}

#[test]
fn what_does_not_belong_is_named_with_its_place() {
    assert_refused(&[
        (
            "",
            "unknown position: parse error: no expression found in input",
        ),
        ("  ", "1:1: parse error: no expression found in input"),
        (
            "foo bar",
            r#"1:5: parse error: unexpected identifier "bar""#,
        ),
        (
            "\n\nfoo bar",
            r#"3:5: parse error: unexpected identifier "bar""#,
        ),
        ("foo *", "1:6: parse error: unexpected end of input"),
        ("* foo", "1:1: parse error: unexpected <op:*>"),
        ("foo $", "1:5: parse error: unexpected character: '$'"),
        ("foo)", "1:5: parse error: unexpected right parenthesis ')'"),
        ("(foo", "1:5: parse error: unclosed left parenthesis"),
        ("foo[5m", "1:7: parse error: unclosed left bracket"),
        (
            "foo{a=\"b\"",
            "1:10: parse error: unexpected end of input inside braces",
        ),
        ("foo = bar", "1:5: parse error: unexpected \"=\""),
        (
            "foo =~ bar",
            "1:5: parse error: unexpected character after '=': '~'",
        ),
        ("\"abc", "1:1: parse error: unterminated quoted string"),
        (
            r"'a\qb'",
            "1:1: parse error: unknown escape sequence U+0071 'q'",
        ),
        ("é", "1:1: parse error: unexpected character: 'é'"),
    ]);
}

#[test]
fn the_construct_that_expected_something_else_is_named() {
    assert_refused(&[
        (
            "sum(foo bar)",
            r#"1:9: parse error: unexpected identifier "bar" in aggregation"#,
        ),
        (
            "sum by (a b) (c)",
            r#"1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")""#,
        ),
        (
            "a + on b",
            r#"1:8: parse error: unexpected identifier "b" in grouping opts, expected "(""#,
        ),
        (
            "sum by (1) (c)",
            r#"1:9: parse error: unexpected number "1" in grouping opts, expected label"#,
        ),
        (
            "foo offset bar",
            r#"1:12: parse error: unexpected identifier "bar" in offset, expected number, duration, step(), or range()"#,
        ),
        (
            "foo @ bar",
            r#"1:7: parse error: unexpected identifier "bar" in @, expected timestamp"#,
        ),
        (
            "foo{a b}",
            r#"1:7: parse error: unexpected identifier "b" in label matching, expected label matching operator"#,
        ),
        (
            "foo{a=b}",
            r#"1:7: parse error: unexpected identifier "b" in label matching, expected string"#,
        ),
        (
            r#"foo{a="b" c="d"}"#,
            r#"1:11: parse error: unexpected identifier "c" in label matching, expected "," or "}""#,
        ),
        (
            "foo[]",
            r#"1:5: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()"#,
        ),
        (
            "foo[5m 5m]",
            r#"1:8: parse error: unexpected duration "5m" in subquery or range, expected ":" or "]""#,
        ),
    ]);
}

#[test]
fn types_are_checked() {
    assert_refused(&[
        (
            "rate(foo)",
            r#"1:6: parse error: expected type range vector in call to function "rate", got instant vector"#,
        ),
        (
            "sum_over_time(1)",
            r#"1:15: parse error: expected type range vector in call to function "sum_over_time", got scalar"#,
        ),
        (
            "sum(foo[5m])",
            "1:5: parse error: expected type instant vector in aggregation expression, got range vector",
        ),
        (
            "topk('a', foo)",
            "1:6: parse error: expected type scalar in aggregation parameter, got string",
        ),
        (
            "round(foo, 1, 2)",
            r#"1:1: parse error: expected at most 2 argument(s) in call to "round", got 3"#,
        ),
        (
            "label_join(foo, 'a')",
            r#"1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 2"#,
        ),
        (
            "pi(1)",
            r#"1:1: parse error: expected 0 argument(s) in call to "pi", got 1"#,
        ),
        (
            "unknown(foo) $",
            r#"1:1: parse error: unknown function with name "unknown""#,
        ),
        (
            "rate(foo[5m],)",
            "1:13: parse error: trailing commas not allowed in function call args",
        ),
        (
            "1[5m:]",
            "1:1: parse error: subquery is only allowed on instant vector, got scalar instead",
        ),
        (
            "-foo[5m]",
            r#"1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector""#,
        ),
        (
            "{}",
            "1:1: parse error: vector selector must contain at least one non-empty matcher",
        ),
        (
            "foo{__name__='bar'}",
            r#"1:1: parse error: metric name must not be set twice: "foo" or "bar""#,
        ),
        (
            "info(foo, bar)",
            "1:11: parse error: expected label selectors only, got vector selector instead",
        ),
    ]);
}

#[test]
fn operands_are_checked() {
    assert_refused(&[
        (
            "1 ==  2",
            "1:3: parse error: comparisons between scalars must use BOOL modifier",
        ),
        (
            "a + bool b",
            "1:3: parse error: bool modifier can only be used on comparison operators",
        ),
        (
            "1 and 2",
            r#"1:1: parse error: set operator "and" not allowed in binary scalar expression"#,
        ),
        (
            "a and on(x) group_left b",
            r#"1:1: parse error: no grouping allowed for "and" operation"#,
        ),
        (
            "a + on(x) group_left(x) b",
            r#"1:3: parse error: label "x" must not occur in ON and GROUP clause at once"#,
        ),
        (
            "1 + on(x) 2",
            "1:1: parse error: vector matching only allowed between instant vectors",
        ),
    ]);
}

#[test]
fn modifiers_are_checked() {
    assert_refused(&[
        (
            "foo offset 1m offset 5m",
            "1:1: parse error: offset may not be set multiple times",
        ),
        (
            "foo @ 1 @ 2",
            "1:1: parse error: @ <timestamp> may not be set multiple times",
        ),
        (
            "(foo) offset 5m",
            "1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
        ),
        (
            "foo offset 1m [5m]",
            "1:15: parse error: no offset modifiers allowed before range",
        ),
        (
            "foo @ 1 [5m]",
            "1:9: parse error: no @ modifiers allowed before range",
        ),
        (
            "sum(foo)[5m]",
            "1:9: parse error: ranges only allowed for vector selectors",
        ),
        (
            "foo[0]",
            "1:5: parse error: duration must be greater than 0",
        ),
        (
            "foo[5m5m]",
            r#"1:5: parse error: not a valid duration string: "5m5m""#,
        ),
        (
            "foo offset -99999999999",
            "1:12: parse error: duration out of range",
        ),
        ("foo[1/0]", "1:6: parse error: division by zero"),
        (
            "foo @ Inf",
            "1:1: parse error: timestamp out of bounds for @ modifier: +Inf",
        ),
        (
            "foo anchored smoothed",
            "1:1: parse error: anchored and smoothed modifiers cannot be used together",
        ),
        (
            "1e1000",
            r#"1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e1000": value out of range"#,
        ),
    ]);
}

#[test]
fn what_is_experimental_needs_its_option() {
    for (text, wanted) in [
        (
            "mad_over_time(foo[5m])",
            r#"1:1: parse error: function "mad_over_time" is not enabled"#,
        ),
        (
            "limitk(1, foo)",
            "1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions",
        ),
        (
            "foo[5m+1]",
            "1:5: parse error: experimental duration expression is not enabled",
        ),
        (
            "foo offset -step()",
            "1:12: parse error: experimental duration expression is not enabled",
        ),
        (
            "foo[5m] smoothed",
            "1:1: parse error: smoothed modifier is experimental and not enabled",
        ),
        (
            "a + fill(0) b",
            "1:1: parse error: binop fill modifiers are experimental and not enabled",
        ),
    ] {
        assert_eq!(refused(text, Options::default()), wanted);
        super::printed(text);
    }
}
