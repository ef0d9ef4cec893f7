//! The notation of series.

use proptest::prelude::*;
use swarmscope_model::metrics::{Labels, is_stale};

use crate::parser::{SequenceValue, SeriesDescription, parse_metric, parse_series_description};

fn read(text: &str) -> SeriesDescription {
    match parse_series_description(text) {
        Ok(series) => series,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The values, each as a word.
fn values(text: &str) -> String {
    let shown = |value: &SequenceValue| match value {
        SequenceValue::Omitted => "_".to_owned(),
        SequenceValue::Float(value) if is_stale(*value) => "stale".to_owned(),
        SequenceValue::Float(value) => value.to_string(),
        SequenceValue::Histogram { histogram, .. } => histogram.test_notation(),
    };
    let values: Vec<_> = read(&format!("m {text}"))
        .values
        .iter()
        .map(shown)
        .collect();
    values.join(" ")
}

#[test]
fn series_have_names_and_labels() {
    for (text, wanted) in [
        ("up 1", vec![("__name__", "up")]),
        ("{} 1", vec![]),
        (r#"sum{a="b",} 1"#, vec![("__name__", "sum"), ("a", "b")]),
        (
            r#"{"my.metric", "label name"='x'}"#,
            vec![("__name__", "my.metric"), ("label name", "x")],
        ),
        (
            r#"a:b{on="\u00e9"} _"#,
            vec![("__name__", "a:b"), ("on", "é")],
        ),
    ] {
        assert_eq!(read(text).labels, Labels::from_pairs(wanted), "{text}");
    }
    let metric = parse_metric(r#"up{job="a"}"#).expect("a metric");
    assert_eq!(metric, read(r#"up{job="a"} 1 2"#).labels);
}

#[test]
fn numbers_are_repeated_and_counted_up() {
    for (text, wanted) in [
        ("1 2.5 -3e2 .5", "1 2.5 -300 0.5"),
        ("_ _x2 stale", "_ _ _ stale"),
        ("1x2", "1 1 1"),
        ("0+10x3 -2-2x1", "0 10 20 30 -2 -4"),
        ("5+-1", ""),
        ("Inf -Inf NaN +inf", "inf -inf NaN inf"),
        ("Infx1", ""),
        ("inf+1x1", "inf inf"),
        ("", ""),
    ] {
        if wanted.is_empty() && !text.is_empty() {
            assert!(parse_series_description(&format!("m {text}")).is_err());
        } else {
            assert_eq!(values(text), wanted, "{text}");
        }
    }
}

#[test]
fn histograms_are_described_by_their_parts() {
    let text = "{{schema:1 count:12 sum:-5.5 z_bucket:2 z_bucket_w:0.5 counter_reset_hint:gauge \
                offset:-1 buckets:[1 2 3] n_offset:2 n_buckets:[4]}}";
    assert_eq!(values(text), text);
    assert_eq!(values("{{}} {{ }}"), "{{}} {{}}");
    assert_eq!(
        values("{{schema:-53 custom_values:[5 10] buckets:[1 4 ]}}"),
        "{{schema:-53 custom_values:[5 10] buckets:[1 4]}}"
    );
    let given = |text: &str| match &read(text).values[..] {
        [
            SequenceValue::Histogram {
                reset_hint_given, ..
            },
        ] => *reset_hint_given,
        other => panic!("{other:?}"),
    };
    assert!(given("m {{counter_reset_hint:unknown}}"));
    assert!(!given("m {{count:1}}"));
}

#[test]
fn histograms_are_repeated_and_added_up() {
    assert_eq!(values("{{count:1}}x1 1"), "{{count:1}} {{count:1}} 1");
    assert_eq!(
        values("{{count:1 buckets:[1]}}+{{count:3 buckets:[1 2]}}x2"),
        "{{count:1 buckets:[1]}} {{count:4 buckets:[2 2]}} {{count:7 buckets:[3 4]}}"
    );
    assert_eq!(
        values("{{count:5}}-{{count:2}}x1"),
        "{{count:5}} {{count:3}}"
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, wanted) in [
        (
            "1 2",
            "1:1: parse error: unexpected number \"1\" in series values",
        ),
        ("on 1", "1:1: parse error: unexpected <on> in series values"),
        (
            "m 1+1",
            "1:6: parse error: unexpected end of input in series values, expected \"x\" and a number",
        ),
        ("m a", "1:3: parse error: \"a\" is no number"),
        (
            "m 1y",
            "1:4: parse error: unexpected character 'y' in series values, expected a space",
        ),
        (
            "m{a=b}",
            "1:5: parse error: unexpected identifier \"b\" in label set, expected string",
        ),
        (
            "m {{count:1 count:2}}",
            "1:13: parse error: duplicate key \"count\" in histogram",
        ),
        (
            "m {{what:1}}",
            "1:5: parse error: bad histogram descriptor found: \"what\"",
        ),
        (
            "m {{count:1",
            "1:12: parse error: unexpected end of input in series values, expected a space or \"}}\"",
        ),
        (
            "m {{schema:1}}+{{}}x1",
            "1:3: parse error: error combining histograms: cannot merge from schema 0 to 1",
        ),
        (
            "m 1x1000000",
            "1:12: parse error: a series may have 1000000 values; give it a longer interval",
        ),
        (
            "m _x99999999999999999999",
            "1:5: parse error: invalid repetition in series values: \"99999999999999999999\"",
        ),
    ] {
        let error = parse_series_description(text).expect_err(text);
        assert_eq!(error.to_string(), wanted, "{text}");
    }
}

proptest! {
    #[test]
    fn no_mix_of_words_panics(words in prop::collection::vec(
        prop::sample::select(vec![
            "m", "{", "}", "{{", "}}", "a=\"b\"", " ", "1", "x", "+", "-", "_", "stale", "nan", "e5", ".",
            "count:", "buckets:[", "]", "schema:-53", "offset:", "custom_values:[1 2]", "99", "é", "\"",
        ]), 0..25)
    ) {
        let text = words.concat();
        if let Err(error) = parse_series_description(&text) {
            prop_assert!(error.offset <= text.len());
        }
    }
}
