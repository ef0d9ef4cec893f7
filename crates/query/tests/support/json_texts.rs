//! Random JSON objects as texts, spelled in every way that JSON allows.

use proptest::prelude::*;

/// Keys that clash, nest and need escapes.
const KEYS: [&str; 12] = [
    "a",
    "b",
    "a.b",
    "timestamp",
    "@timestamp",
    "agent_name",
    "",
    "é",
    "\\u0061",
    "x\\ny",
    "\\ud83d\\ude00",
    "\\ud800",
];

/// Numbers at the edges of every range, and the ways to write them.
const NUMBERS: [&str; 27] = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "12.0",
    "-3.0",
    "1.50",
    "1.5",
    "1e3",
    "1E+3",
    "1e-7",
    "0.00001",
    "1e-05",
    "9007199254740992.0",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1e400",
    "-1e999",
    "1e-999",
    "2.2250738585072014e-308",
    "0.1234567890123456789",
    "1e22",
    "1e16",
    "123456789012345.25",
];

/// Pieces of strings: whatever a writer of JSON may do.
const PIECES: [&str; 22] = [
    "plain words ",
    "é",
    "\u{1f600}",
    "\\u00e9",
    "\\u00E9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\udc00x",
    "\\n",
    "\\u000a",
    "\\u0001",
    "\\u001f",
    "\u{7f}",
    "\\u007f",
    "\\/",
    "/",
    "\\\"",
    "\\\\",
    "\\u0041",
    "12:00",
    "\\t",
    "a longer text without anything special in it, as messages are",
];

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", "", " ", "\n\t ", "\r\n"])
}

fn string() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..4)
        .prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(NUMBERS.to_vec()).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (-10_000..10_000_i32, 0..5_usize)
            .prop_map(|(number, places)| format!("{:.places$}", f64::from(number) / 100.0)),
        1 => any::<f32>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(|number| format!("{number:?}")),
    ]
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => string(),
        3 => number(),
        1 => prop::sample::select(vec![
            "true", "false", "null", "[]", "{}", "\"2026-01-31T12:00:00.123Z\"", "\"2026-01-31\"",
            "1769860800", "\"yesterday\"",
        ]).prop_map(str::to_owned),
    ]
}

fn members(value: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let member = (
        space(),
        prop::sample::select(KEYS.to_vec()),
        space(),
        value,
        space(),
    )
        .prop_map(|(before, key, between, value, after)| {
            format!("{before}\"{key}\"{between}:{between}{value}{after}")
        });
    prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(",")))
}

fn value() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let items = prop::collection::vec((inner.clone(), space()), 0..4).prop_map(|items| {
            let items: Vec<_> = items
                .iter()
                .map(|(item, space)| format!("{item}{space}"))
                .collect();
            format!("[{}]", items.join(","))
        });
        prop_oneof![items, members(inner.boxed())]
    })
}

/// The text of a JSON object.
pub fn document() -> impl Strategy<Value = String> {
    let deep = (1..120_usize, leaf()).prop_map(|(depth, leaf)| {
        format!("{}{leaf}{}", "{\"a\":".repeat(depth), "}".repeat(depth))
    });
    prop_oneof![12 => members(value().boxed()), 1 => deep]
}
