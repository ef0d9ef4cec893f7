//! What texts parse into. The shapes are those that Elasticsearch 8.17 explains for the same text
//! (`_validate/query?explain`), but for the three deliberate differences that `lucene` names.

use proptest::prelude::*;
use swarmscope_model::Timestamp;

use super::*;
use crate::ast::{Bound, Scalar, Scoring};

fn options(operator: Operator) -> Options {
    Options {
        default_fields: vec![Field::Named("m".into())],
        default_operator: operator,
        ..Options::elasticsearch(Timestamp::from_millisecond(1_769_862_896_789))
    }
}

/// The query in Lucene's notation: `+` required, `-` prohibited.
fn explain(query: &Query) -> String {
    let named = |field: &Field| match field {
        Field::Any => "*".to_owned(),
        Field::Named(name) | Field::Pattern(name) => name.clone(),
    };
    let end = |bound: &Option<Bound>| match bound {
        None => "*".to_owned(),
        Some(Bound {
            value: Scalar::Text(text),
            inclusive,
            ..
        }) => {
            format!("{text}{}", if *inclusive { "=" } else { "" })
        }
        Some(other) => format!("{other:?}"),
    };
    match query {
        Query::All => "*:*".into(),
        Query::Nothing => "nothing".into(),
        Query::Match { field, text, .. } => format!("{}:{text}", named(field)),
        Query::Term {
            field,
            value: Scalar::Text(text),
            ..
        } => format!("{}:<{text}>", named(field)),
        Query::Phrase {
            field,
            text,
            slop,
            prefix,
        } => format!(
            "{}:\"{text}{}\"{}",
            named(field),
            if *prefix { "*" } else { "" },
            if *slop > 0 {
                format!("~{slop}")
            } else {
                String::new()
            }
        ),
        Query::Exists { field } => format!("exists({})", named(field)),
        Query::Prefix { field, value, .. } => format!("{}:{value}*", named(field)),
        Query::Wildcard { field, pattern, .. } => format!("{}:{pattern}", named(field)),
        Query::Regexp { field, pattern, .. } => format!("{}:/{pattern}/", named(field)),
        Query::Fuzzy {
            field,
            value,
            distance,
            ..
        } => format!("{}:{value}~{distance}", named(field)),
        Query::Range {
            field,
            lower,
            upper,
        } => {
            format!("{}:[{} TO {}]", named(field), end(lower), end(upper))
        }
        Query::Bool(clauses) => {
            let mut parts = Vec::new();
            for (sign, queries) in [
                ("+", &clauses.must),
                ("", &clauses.should),
                ("-", &clauses.must_not),
            ] {
                parts.extend(queries.iter().map(|query| match query {
                    Query::Bool(_) => format!("{sign}({})", explain(query)),
                    _ => format!("{sign}{}", explain(query)),
                }));
            }
            parts.join(" ")
        }
        Query::Scored {
            query,
            scoring: Scoring::Times(factor),
        } => format!("({})^{factor}", explain(query)),
        other => format!("{other:?}"),
    }
}

fn explained(text: &str, operator: Operator) -> String {
    match parse(text, &options(operator)) {
        Ok(query) => explain(&query),
        Err(error) => format!("{error} @{}+{}", error.offset, error.length),
    }
}

fn check(operator: Operator, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(explained(text, operator), *expected, "{text}");
    }
}

#[test]
fn clauses_combine_by_lucenes_classic_rules() {
    check(
        Operator::Or,
        &[
            ("a b", "m:a m:b"),
            ("a AND b OR c", "+m:a +m:b m:c"),
            ("a OR b AND c", "+m:b +m:c m:a"),
            ("a b c AND d", "+m:c +m:d m:a m:b"),
            ("NOT a", "-m:a"),
            ("NOT a OR b", "m:b -m:a"),
            ("a NOT b", "m:a -m:b"),
            ("+a b -c", "+m:a m:b -m:c"),
            ("a && !b || c", "+m:a m:c -m:b"),
            ("(a b) c", "(m:a m:b) m:c"),
            ("a AND (b c)", "+m:a +(m:b m:c)"),
            ("x:(a AND (b c)) d", "(+x:a +(x:b x:c)) m:d"),
            ("a - b ! c", "m:a m:b m:c"),
            ("a!b", "m:a -m:b"),
            ("a\"b\"(c)", "m:a m:\"b\" m:c"),
            ("a^2 \"b\"^3~1 (c)^0.5", "(m:a)^2 (m:\"b\"~1)^3 (m:c)^0.5"),
        ],
    );
    check(
        Operator::And,
        &[
            ("a b", "+m:a +m:b"),
            ("a OR b", "m:a m:b"),
            ("a b OR c", "+m:a m:b m:c"),
            ("a OR b c", "+m:c m:a m:b"),
            ("a -b", "+m:a -m:b"),
        ],
    );
}

#[test]
fn leaves_are_read() {
    check(
        Operator::Or,
        &[
            ("x.y.z:a", "x.y.z:a"),
            ("x.\\*:a", "x.*:a"),
            ("x.*:a", "x.*:a"),
            ("x : a", "x:a"),
            ("*:*", "*:*"),
            ("*:a", "*:a"),
            ("x:*", "exists(x)"),
            ("_exists_:x.y", "exists(x.y)"),
            ("\"a b\"~2", "m:\"a b\"~2"),
            ("\"a \\\"b\\\"\"", "m:\"a \"b\"\""),
            ("Ab*", "m:Ab*"),
            ("*b a?c", "m:*b m:a?c"),
            ("nova.osapi*", "m:\"nova.osapi*\""),
            ("x.keyword:a-b*", "x.keyword:a-b*"),
            ("x.keyword:(a b)", "x.keyword:a b"),
            ("/joh?n \\/d+/", "m:/joh?n /d+/"),
            ("Rabbit~ cat~ a~ ab~1", "m:rabbit~2 m:cat~1 m:a~0 m:ab~1"),
            ("a\\:b a\\ b \\u0041", "m:<a:b> m:a b m:A"),
            ("n:[1 TO 5}", "n:[1= TO 5]"),
            ("n:{* TO 5]", "n:[* TO 5=]"),
            ("n:[* TO *]", "exists(n)"),
            ("n:[\"1\" TO \"5 6\"]", "n:[1= TO 5 6=]"),
            ("n:>=5 n:<7", "n:[5= TO *] n:[* TO 7]"),
            ("n:(>5 AND <=7)", "+n:[5 TO *] +n:[* TO 7=]"),
            ("foo-bar", "m:foo-bar"),
            ("nova.api", "m:<nova.api>"),
            ("a AND ...", "m:a"),
            ("...", "nothing"),
            ("TO and", "m:TO m:and"),
            (" ", "*:*"),
        ],
    );
}

#[test]
fn people_mean_the_words_in_a_row() {
    let options = Options::new(Timestamp::from_millisecond(0));
    let query = parse("foo-bar x:a/b", &options);
    assert!(query.is_err(), "a slash begins a regular expression");
    let query = parse("foo-bar x:\"a/b\"", &options).expect("a query");
    assert_eq!(explain(&query), "+*:<foo-bar> +x:\"a/b\"");
}

#[test]
fn the_documents_time_is_a_stretch_and_has_to_be_one() {
    let instants = |text: &str| match parse(text, &options(Operator::Or)) {
        Ok(Query::Range { lower, upper, .. }) => (
            lower.and_then(|bound| bound.instant),
            upper.and_then(|bound| bound.instant),
        ),
        other => panic!("{text}: {other:?}"),
    };
    let day = (Some(1_769_817_600_000), Some(1_769_903_999_999));
    assert_eq!(instants("timestamp:2026-01-31"), day);
    assert_eq!(instants("@timestamp:[now/d TO now/d]"), day);
    assert_eq!(instants("timestamp:>2026-01-31"), (day.1, None));
    assert_eq!(
        instants("timestamp:[now-1h TO now]"),
        (Some(1_769_859_296_789), Some(1_769_862_896_789))
    );
    assert_eq!(instants("n:[x TO y]"), (None, None));
    assert!(explained("timestamp:[x TO now]", Operator::Or).ends_with("@11+1"));
}

#[test]
fn mistakes_are_told_with_their_place_and_a_way_out() {
    check(
        Operator::Or,
        &[
            (
                "m:",
                "expected something to search for, found the end of the query @2+0",
            ),
            ("(a", "a parenthesis opens here and never closes @0+1"),
            ("a)", "unexpected ')' @1+1"),
            ("a:b:c", "unexpected ':' @3+1"),
            ("\"abc", "a quotation mark opens here and never closes @0+4"),
            ("()", "expected something to search for, found ')' @1+1"),
            (
                "a AND",
                "expected something to search for, found the end of the query @5+0",
            ),
            ("OR a", "expected something to search for, found 'OR' @0+2"),
            (
                "a AND OR b",
                "expected something to search for, found 'OR' @6+2",
            ),
            ("++a", "expected something to search for, found '+' @1+1"),
            ("n:[a TO b", "a range opens here and never closes @2+1"),
            (
                "n:[1 5]",
                "expected TO between the ends of the range, found '5' @5+1",
            ),
            ("n:[1 TO ]", "expected an end of the range, found ']' @8+1"),
            (
                "a/b",
                "a regular expression opens here and never closes @1+2",
            ),
            ("a^b", "expected a number after ^, found 'b' @2+1"),
            (
                "a^",
                "expected a number after ^, found the end of the query @2+0",
            ),
            ("a~3", "fuzziness cannot be [3] @1+2"),
            ("é\\", "a backslash at the end escapes nothing @2+1"),
            (
                "\\u00zz",
                "non-hex character in a Unicode escape sequence @0+6",
            ),
            ("a ]", "unexpected ']' @2+1"),
        ],
    );
    let error = parse("a:b:c", &options(Operator::Or)).expect_err("two colons");
    assert_eq!(
        error.hint(),
        Some("Quote a value that has a colon in it: field:\"a:b\".")
    );
}

#[test]
fn hostile_texts_are_refused() {
    assert!(explained(&"(".repeat(20_000), Operator::Or).contains("nested deeper than 30"));
    assert!(explained(&"a ".repeat(2_000), Operator::Or).contains("more than 1024 clauses"));
    assert!(explained(&"a".repeat(100_000), Operator::Or).contains("the limit is 65536"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _unread = parse(&text, &options(Operator::Or));
    }

    #[test]
    fn no_mix_of_its_own_signs_makes_the_parser_panic(
        text in "([a-c]|[0-9]|é|AND|OR|NOT|TO|&&|\\|\\||[+!(){}\\[\\]^\"~*?:\\\\/<>= .-]|now|timestamp:|_exists_:|\\\\u){0,40}"
    ) {
        for operator in [Operator::Or, Operator::And] {
            if let Err(error) = parse(&text, &options(operator)) {
                prop_assert!(error.offset + error.length <= text.len(), "{text:?} {error:?}");
                prop_assert!(text.is_char_boundary(error.offset), "{text:?} {error:?}");
            }
        }
    }
}

#[test]
fn an_id_is_compared_as_a_whole() {
    let options = options(Operator::Or);
    for text in [r#"_id:"I-MZkH_j W""#, r"_id:I\-MZkH_j\ W"] {
        let query = parse(text, &options).expect("a query");
        assert_eq!(query, Query::Ids(vec!["I-MZkH_j W".to_owned()]), "{text}");
    }
}
