//! Random trees and random texts: what is printed reads back, and nothing panics.

use proptest::prelude::*;

use crate::parser::{Options, parse};
use crate::printer::format_query;

/// Texts of expressions with an instant vector as their value.
fn vector() -> impl Strategy<Value = String> {
    // In parentheses, because arithmetic after an offset in parentheses goes on with the offset.
    let leaf = (name(), matchers(), modifiers())
        .prop_map(|(name, matchers, modifiers)| format!("({name}{matchers}{modifiers})"));
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.clone().prop_map(|inner| format!("-{inner}")),
            (inner.clone(), grouping()).prop_map(|(inner, by)| format!("sum{by}({inner})")),
            (inner.clone(), scalar(), grouping())
                .prop_map(|(inner, k, by)| format!("topk{by}({k}, {inner})")),
            (inner.clone(), length(), modifiers())
                .prop_map(|(inner, length, after)| format!("rate(({inner})[{length}:]{after})")),
            (name(), length(), modifiers())
                .prop_map(|(name, length, after)| format!("delta({name}[{length}]{after})")),
            (inner.clone(), operator(), inner.clone())
                .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            (inner, arithmetic(), scalar())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
        ]
    })
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "foo",
        "job:bar:rate5m",
        "sum",
        "offset",
        "start",
        "and",
        "fill",
    ])
}

fn matchers() -> impl Strategy<Value = String> {
    let label = prop::sample::select(vec!["a", "\"b c\"", "on", "\"é\""]);
    let operator = prop::sample::select(vec!["=", "!="]);
    let value =
        "[a-z\\\\\"'`\n\u{e9}\u{200b}\u{0}]{0,4}".prop_map(|value| crate::quoting::quoted(&value));
    let matcher = (label, operator, value)
        .prop_map(|(label, operator, value)| format!("{label}{operator}{value}"));
    prop::collection::vec(matcher, 0..3).prop_map(|all| format!("{{{}}}", all.join(",")))
}

fn modifiers() -> impl Strategy<Value = String> {
    let at = prop::sample::select(vec!["", " @ 1.5", " @ -3", " @ start()", " @ end()"]);
    let offset = prop_oneof![
        Just(String::new()),
        length().prop_map(|length| format!(" offset ({length})")),
        (-1_000_000_i64..1_000_000).prop_map(|time| format!(" offset {time}")),
    ];
    (at, offset).prop_map(|(at, offset)| format!("{at}{offset}"))
}

fn length() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["5m", "1h30m", "90", "0.25", "step()", "range()", "1w"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), arithmetic(), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            (inner.clone(), inner.clone())
                .prop_map(|(left, right)| format!("min_of({left}, {right})")),
            inner.prop_map(|inner| format!("-({inner}) + 1d")),
        ]
    })
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|value| format!("{value:?}")),
        Just("5m".to_owned()),
        Just("time()".to_owned()),
    ]
}

fn grouping() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        " by (a, on) ",
        " without (\"b c\") ",
        " without () ",
    ])
}

fn arithmetic() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["+", "-", "*", "/", "%", "^"])
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "+",
        "^",
        "atan2",
        "== bool",
        ">",
        "</",
        "and",
        "unless on (a)",
        "* ignoring (a) group_left (b)",
        "- on () group_right fill_left (1e6)",
        "or",
    ])
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(text in vector()) {
        // Random values may make a length too small; all else has to be read.
        let Ok(expr) = parse(&text, Options::ALL) else {
            let error = super::refused(&text, Options::ALL);
            prop_assert!(error.contains("duration") || error.contains("by zero"), "{text}: {error}");
            return Ok(());
        };
        for again in [expr.to_string(), format_query(&expr)] {
            let read = parse(&again, Options::ALL);
            prop_assert!(read.is_ok(), "{text}\n{again}\n{read:?}");
            let read = read.map(|read| read.to_string());
            prop_assert_eq!(read, Ok(expr.to_string()));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = parse(&text, Options::ALL);
    }

    #[test]
    fn no_mix_of_words_panics(words in prop::collection::vec(
        prop::sample::select(vec![
            "foo", "sum", "by", "(", ")", "{", "}", "[", "]", "5m", "1", "0x", "\"a\"", "'", "`", ":", ",",
            "=", "=~", "offset", "@", "start", "step()", "-", "^", "fill", "#", "\n", "on", "é", "_", "\\",
        ]), 0..20)
    ) {
        let text = words.concat();
        if let Err(error) = parse(&text, Options::ALL) {
            prop_assert!(error.offset <= text.len());
        }
    }
}
