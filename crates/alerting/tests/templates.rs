//! Templates as rules have them, each with the text that Prometheus itself makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use swarmscope_alerting::template::{Context, Data, QueryError, Sample, SampleNumber, Template};
use swarmscope_model::metrics::{Buckets, Histogram, Span};

/// Pairs of a template and what becomes of it, written by `data/expand.go` with Prometheus's own code.
const EXPECTED: &str = include_str!("data/templates.jsonl");

const EXTERNAL_URL: &str = "http://prometheus.example.org/prefix";

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn query(text: &str) -> Result<Vec<Sample>, QueryError> {
    let sample = |instance, value| Sample {
        labels: labels(&[("__name__", "up"), ("instance", instance)]),
        value: SampleNumber::Float(value),
    };
    match text {
        "up" => Ok(vec![sample("b", 1.0), sample("a", 0.0)]),
        "none" => Ok(Vec::new()),
        other => Err(QueryError::new(format!("no such query: {other}"))),
    }
}

fn expand(text: &str) -> String {
    let data = Data {
        labels: labels(&[("instance", "host.example.org:9100"), ("job", "node")]),
        external_labels: labels(&[("cluster", "eu")]),
        external_url: EXTERNAL_URL.to_owned(),
        value: SampleNumber::Float(1234.5678),
    };
    let context = Context {
        now: 1_700_000_000_123,
        external_url: EXTERNAL_URL,
        query: &query,
    };
    match Template::parse("Test", text) {
        Ok(template) => template
            .expand(&data, &context)
            .unwrap_or_else(|error| error.to_string()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn templates_become_what_prometheus_makes_of_them() {
    let mut wrong = String::new();
    let mut seen = 0;
    for line in EXPECTED.lines() {
        let [template, expected]: [String; 2] = serde_json::from_str(line).expect("a pair");
        let got = expand(&template);
        seen += 1;
        if got != expected {
            wrong.push_str(&format!(
                "{template:?}\n  expected {expected:?}\n  got      {got:?}\n"
            ));
        }
    }
    assert!(seen > 150, "only {seen} templates were read");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn work_depth_and_output_have_limits() {
    for (template, expected) in [
        (
            "{{ range 200000 }}{{ end }}",
            "takes more than 100000 steps",
        ),
        (
            "{{ range 99 }}{{ range 99 }}{{ range 99 }}{{ end }}{{ end }}{{ end }}",
            "takes more than 100000 steps",
        ),
        (
            "{{ define \"T\" }}{{ template \"T\" }}{{ end }}{{ template \"T\" }}",
            "exceeded maximum template depth (50)",
        ),
        (
            "{{ range 2000 }}0123456789012345678901234567890123456789{{ end }}",
            "writes more than 65536 bytes",
        ),
        ("{{ printf \"%999999999d\" 1 | len }}", "1000"),
    ] {
        let got = expand(template);
        assert!(got.contains(expected), "{template}: {got}");
    }
    let deep = "{{ if true }}".repeat(60) + &"{{ end }}".repeat(60);
    assert!(expand(&deep).contains("nested deeper than 50 levels"));
    let parentheses = format!("{{{{ {}1{} }}}}", "(".repeat(60), ")".repeat(60));
    assert!(expand(&parentheses).contains("max expression depth exceeded"));
    assert!(expand(&"x".repeat(70_000)).contains("more than 65536 bytes"));
}

fn histogram_expanded(histogram: Histogram) -> String {
    let data = Data {
        labels: BTreeMap::new(),
        external_labels: BTreeMap::new(),
        external_url: String::new(),
        value: SampleNumber::Histogram(Arc::new(histogram)),
    };
    let context = Context {
        now: 0,
        external_url: "",
        query: &query,
    };
    Template::parse("Test", "{{ $value }}")
        .and_then(|template| template.expand(&data, &context))
        .expect("a text")
}

#[test]
fn native_histograms_are_shown_by_their_buckets() {
    let buckets = |offset, counts: &[f64]| Buckets {
        spans: vec![Span {
            offset,
            length: counts.len() as u32,
        }],
        counts: counts.to_vec(),
    };
    let exponential = Histogram {
        count: 10.0,
        sum: 18.5,
        zero_threshold: 0.25,
        zero_count: 1.0,
        positive: buckets(0, &[2.0, 0.0, 4.0]),
        negative: buckets(1, &[3.0]),
        ..Histogram::default()
    };
    assert_eq!(
        histogram_expanded(exponential),
        "{count:10, sum:18.5, [-2,-1):3, [-0.25,0.25]:1, (0.5,1]:2, (2,4]:4}"
    );
    let custom = Histogram {
        schema: -53,
        count: 3.0,
        sum: 7.0,
        positive: buckets(0, &[1.0, 1.0, 1.0]),
        custom_bounds: vec![1.0, 2.5],
        ..Histogram::default()
    };
    assert_eq!(
        histogram_expanded(custom),
        "{count:3, sum:7, [-Inf,1]:1, (1,2.5]:1, (2.5,+Inf]:1}"
    );
}

proptest! {
    /// Whatever is written between braces gives a text or an error, and soon.
    #[test]
    fn no_template_breaks_the_engine(
        parts in prop::collection::vec(
            prop_oneof![
                "[ -~é\n]{0,6}",
                prop::sample::select(vec![
                    "{{", "}}", "{{-", "-}}", " if ", " range ", " with ", " end ", " else ",
                    "$labels", ".Value", "|", "(", ")", "printf", "\"%5.1f\"", " 7 ", "query",
                    "define", "template", "\"T\"", ":=", "$x", "index", "nil", "/*", "*/",
                ])
                .prop_map(str::to_owned),
            ],
            0..24,
        )
    ) {
        expand(&parts.concat());
    }
}
