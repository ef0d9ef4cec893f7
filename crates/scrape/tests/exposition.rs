//! Pages in the text formats: what they say, and what is refused and where.

use proptest::prelude::*;
use swarmscope_model::metrics::{Labels, SampleValue};
use swarmscope_prometheus_config::ScrapeProtocol;
use swarmscope_scrape::exposition::classic::{ClassicHistograms, OwnedSample};
use swarmscope_scrape::exposition::{Entry, FormatError, HistogramChoice, Parser};

const TEXT: ScrapeProtocol = ScrapeProtocol::PrometheusText1_0_0;
const OPENMETRICS: ScrapeProtocol = ScrapeProtocol::OpenMetricsText1_0_0;

/// Everything that a page says, one line an entry.
fn read(page: &[u8], protocol: ScrapeProtocol) -> Result<Vec<String>, FormatError> {
    let mut parser = Parser::new(page, protocol, HistogramChoice::default())?;
    let mut said = Vec::new();
    while let Some(entry) = parser.next_entry()? {
        said.push(match entry {
            Entry::Kind { family, kind } => format!("{family} is {}", kind.as_str()),
            Entry::Help { family, help } => format!("{family} means {help:?}"),
            Entry::Unit { family, unit } => format!("{family} in {unit:?}"),
            Entry::Sample(sample) => {
                let SampleValue::Float(value) = sample.value else {
                    panic!("a float");
                };
                let mut line = format!("{:?} {value}", sample.labels()?);
                if let Some(timestamp) = sample.timestamp {
                    line.push_str(&format!(" @{timestamp}"));
                }
                for exemplar in &sample.exemplars {
                    line.push_str(&format!(" # {:?} {}", exemplar.labels, exemplar.value));
                    if let Some(timestamp) = exemplar.timestamp {
                        line.push_str(&format!(" @{timestamp}"));
                    }
                }
                line
            }
        });
    }
    Ok(said)
}

#[track_caller]
fn says(page: &str, protocol: ScrapeProtocol, expected: &[&str]) {
    assert_eq!(read(page.as_bytes(), protocol).expect(page), expected);
}

#[track_caller]
fn fails(page: &str, protocol: ScrapeProtocol, line: usize, reason: &str) {
    let error = read(page.as_bytes(), protocol).expect_err(page);
    assert_eq!(error.line_number(), Some(line), "{error}\n{page}");
    assert!(error.to_string().contains(reason), "{error}\n{page}");
}

#[test]
fn prometheus_text() {
    says(
        "# HELP go_info Multi\\nline \\\\ \"text\"\n# TYPE go_info gauge\n#comment\n\n  # TYPES are no types\ngo_info{version=\"go1\"}  1\n\tup 0 1700000000123 \nx{ a = \"1\" , b=\"2\", } NaN -5\nempty{} +Inf",
        TEXT,
        &[
            "go_info means \"Multi\\nline \\\\ \\\"text\\\"\"",
            "go_info is gauge",
            "{__name__=\"go_info\", version=\"go1\"} 1",
            "{__name__=\"up\"} 0 @1700000000123",
            "{__name__=\"x\", a=\"1\", b=\"2\"} NaN @-5",
            "{__name__=\"empty\"} inf",
        ],
    );
}

#[test]
fn label_values_have_escapes_braces_and_line_ends() {
    says(
        "m{a=\"}\",b=\"\\\"{\\\\\",c=\"x\\ny\",d=\"\\d\",e=\"two\nlines\",f=\"\"} 1\n",
        TEXT,
        &[r#"{__name__="m", a="}", b="\"{\\", c="x\ny", d="\\d", e="two\nlines"} 1"#],
    );
}

#[test]
fn any_name_in_quotes() {
    for protocol in [TEXT, OPENMETRICS] {
        says(
            "# TYPE \"my.metric\" counter\n{\"my.metric\",\"the label\"=\"a\",b=\"\"} 1\nm{\"ü\"=\"2\"} 2\n# EOF\n",
            protocol,
            &[
                "my.metric is counter",
                "{__name__=\"my.metric\", \"the label\"=\"a\"} 1",
                "{__name__=\"m\", \"ü\"=\"2\"} 2",
            ],
        );
    }
    fails("{a=\"b\"} 1\n", TEXT, 1, "no name");
    fails("m{\"n\"} 1\n", TEXT, 1, "second name");
}

#[test]
fn bounds_are_the_same_series_in_every_format() {
    says(
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1e6\"} 1\n# TYPE s summary\ns{quantile=\"0.50\"} 2\n# TYPE g gauge\ng{le=\"1\"} 3\n",
        TEXT,
        &[
            "h is histogram",
            "{__name__=\"h_bucket\", le=\"1.0\"} 1",
            "{__name__=\"h_bucket\", le=\"1e+06\"} 1",
            "s is summary",
            "{__name__=\"s\", quantile=\"0.5\"} 2",
            "g is gauge",
            "{__name__=\"g\", le=\"1\"} 3",
        ],
    );
}

#[test]
fn openmetrics() {
    says(
        "# TYPE foo_seconds counter\n# UNIT foo_seconds seconds\n# HELP foo_seconds Says \\\"x\\\"\nfoo_seconds_total{a=\"b\"} 17.0 1520879607.789 # {id=\"c-1\"} 5 1520879606.5\nfoo_seconds_created{a=\"b\"} 1520872607.123\n# TYPE i info\ni_info{v=\"1\"} 1\n# TYPE s stateset\ns{s=\"on\"} 1\n# TYPE gh gaugehistogram\ngh_bucket{le=\"1.0\"} 4 # {} 0.5\n# EOF",
        OPENMETRICS,
        &[
            "foo_seconds is counter",
            "foo_seconds in \"seconds\"",
            "foo_seconds means \"Says \\\"x\\\"\"",
            "{__name__=\"foo_seconds_total\", a=\"b\"} 17 @1520879607789 # {id=\"c-1\"} 5 @1520879606500",
            "{__name__=\"foo_seconds_created\", a=\"b\"} 1520872607.123",
            "i is info",
            "{__name__=\"i_info\", v=\"1\"} 1",
            "s is stateset",
            "{__name__=\"s\", s=\"on\"} 1",
            "gh is gaugehistogram",
            "{__name__=\"gh_bucket\", le=\"1.0\"} 4 # {} 0.5",
        ],
    );
}

#[test]
fn malformed_text_is_refused_where_it_is() {
    fails("a 1\nb one\n", TEXT, 2, "\"one\" is no number");
    fails("a 1\n\nb{x=\"1\" 2\n", TEXT, 3, "a closing brace");
    fails("a{x=\"1} 2\n", TEXT, 1, "a closing quote");
    fails("a{x=1} 2\n", TEXT, 1, "a label value in quotes, found \"1}");
    fails("a{1x=\"1\"} 2\n", TEXT, 1, "a label name");
    fails("a{x} 2\n", TEXT, 1, "an equals sign");
    fails("a{x=\"1\"y=\"2\"} 2\n", TEXT, 1, "a comma");
    fails("a{,} 2\n", TEXT, 1, "a label name");
    fails(
        "a{x=\"1\",x=\"2\"} 2\n",
        TEXT,
        1,
        "label name \"x\" is not unique",
    );
    fails("a 1 2 3\n", TEXT, 1, "the end of the line, found \"3\"");
    fails("a 1 2.5\n", TEXT, 1, "\"2.5\" is no timestamp");
    fails("a\n", TEXT, 1, "\"\" is no number");
    fails("1a 1\n", TEXT, 1, "a metric");
    fails("a 1\r\n", TEXT, 1, "is no number");
    fails(
        "# TYPE a countr\n",
        TEXT,
        1,
        "invalid metric type \"countr\"",
    );
    fails("# HELP 1a text\n", TEXT, 1, "a metric name");
    let error = read(b"a 1\nb{x=\"\xff\"} 1\n", TEXT).expect_err("no UTF-8");
    assert_eq!(error.line_number(), Some(2));
}

#[test]
fn malformed_openmetrics_is_refused_where_it_is() {
    for (page, line, reason) in [
        ("a 1\n", 2, "does not end with # EOF"),
        ("a 1", 1, "does not end with # EOF"),
        ("", 1, "does not end with # EOF"),
        ("# EOF\na 1\n", 2, "after # EOF"),
        ("\n# EOF\n", 1, "a metric"),
        ("a  1\n# EOF\n", 1, "is no number"),
        ("a 1 \n# EOF\n", 1, "\"\" is no timestamp"),
        ("a{ x=\"1\"} 1\n# EOF\n", 1, "a label name"),
        ("a 1 inf\n# EOF\n", 1, "is no timestamp"),
        ("# comment\n# EOF\n", 1, "# HELP, # TYPE, # UNIT or # EOF"),
        ("# TYPE a untyped\n# EOF\n", 1, "invalid metric type"),
        ("# UNIT a_seconds bytes\n# EOF\n", 1, "is no suffix"),
        ("# UNIT seconds seconds\n# EOF\n", 1, "is no suffix"),
        ("a 1 # {x=\"1\"}\n# EOF\n", 1, "one space and a number"),
        ("a 1 # {x=\"1\"} 1 2 3\n# EOF\n", 1, "the end of the line"),
        ("a 1 # x 1\n# EOF\n", 1, "the labels of an exemplar"),
        (
            "a{x=\"two\nlines\"} 1\n# EOF\n",
            1,
            "a label value in quotes",
        ),
    ] {
        fails(page, OPENMETRICS, line, reason);
    }
}

/// Text of a page whose classic histograms are put together, one line a sample.
fn converted(page: &str) -> Vec<String> {
    let mut parser =
        Parser::new(page.as_bytes(), TEXT, HistogramChoice::default()).expect("a parser");
    let mut classic = ClassicHistograms::default();
    let mut out = Vec::new();
    let mut push = |sample: Option<OwnedSample>| {
        out.extend(sample.map(|sample| match &sample.value {
            SampleValue::Float(value) => format!("{:?} {value}", sample.labels),
            SampleValue::Histogram(histogram) => format!(
                "{:?} {} {} {:?} {:?}",
                sample.labels,
                histogram.count,
                histogram.sum,
                histogram.custom_bounds,
                histogram.positive.counts
            ),
        }));
    };
    while let Some(entry) = parser.next_entry().expect("an entry") {
        match entry {
            Entry::Kind { family, kind } => push(classic.kind(family, kind)),
            Entry::Sample(sample) => {
                let sample = OwnedSample {
                    labels: sample.labels().expect("labels"),
                    value: sample.value,
                    timestamp: sample.timestamp,
                    exemplars: sample.exemplars,
                };
                let (taken, finished) = classic.add(&sample);
                push(finished);
                push((!taken).then_some(sample));
            }
            _ => {}
        }
    }
    push(classic.finish());
    out
}

#[test]
fn classic_histograms_become_one_sample_with_their_bounds() {
    assert_eq!(
        converted(
            "# TYPE h histogram
h_bucket{a=\"1\",le=\"0.5\"} 1
h_bucket{a=\"1\",le=\"1\"} 1
h_bucket{a=\"1\",le=\"+Inf\"} 4
h_sum{a=\"1\"} 7
h_count{a=\"1\"} 4
h_bucket{a=\"2\",le=\"1\"} 2
h_count{a=\"2\"} 3
h_other{a=\"2\"} 9
# TYPE falls histogram
falls_bucket{le=\"1\"} 5
falls_bucket{le=\"+Inf\"} 4
# TYPE g gauge
g_bucket{le=\"1\"} 5
"
        ),
        [
            r#"{__name__="h", a="1"} 4 7 [0.5, 1.0] [1.0, 3.0]"#,
            r#"{__name__="h", a="2"} 3 0 [1.0] [2.0, 1.0]"#,
            r#"{__name__="h_other", a="2"} 9"#,
            r#"{__name__="g_bucket", le="1"} 5"#,
        ]
    );
}

/// A text in quotes, as exporters write it.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

prop_compose! {
    fn a_sample()(
        name in "[^\u{0}]{1,8}",
        labels in proptest::collection::btree_map("[^\u{0}]{1,6}", "[^\u{0}]{1,10}", 0..4),
        value in any::<f64>().prop_filter("numbers compare", |value| !value.is_nan()),
        timestamp in proptest::option::of(-4_000_000_000_000_i64..4_000_000_000_000),
    ) -> (Labels, f64, Option<i64>) {
        let name = ("__name__".to_owned(), name);
        (Labels::from_pairs(labels.into_iter().chain([name])), value, timestamp)
    }
}

proptest! {
    /// Whatever labels, value and time a sample has, they come back.
    #[test]
    fn what_is_written_is_read(samples in proptest::collection::vec(a_sample(), 0..6)) {
        let mut page = String::new();
        for (labels, value, timestamp) in &samples {
            let mut names = vec![quoted(labels.metric_name().unwrap_or_default())];
            for (name, value) in labels.iter().filter(|(name, _)| *name != "__name__") {
                names.push(format!("{}={}", quoted(name), quoted(value)));
            }
            page.push_str(&format!("{{{}}} {value}", names.join(",")));
            if let Some(timestamp) = timestamp {
                page.push_str(&format!(" {timestamp}"));
            }
            page.push('\n');
        }
        let mut parser = Parser::new(page.as_bytes(), TEXT, HistogramChoice::default())?;
        let mut found = Vec::new();
        while let Some(Entry::Sample(sample)) = parser.next_entry()? {
            let SampleValue::Float(value) = sample.value else { panic!("a float") };
            found.push((sample.labels()?, value, sample.timestamp));
        }
        prop_assert_eq!(found, samples);
    }

    /// Any bytes are a page or are refused; nothing else happens.
    #[test]
    fn no_page_is_too_strange(
        page in "[a-z0-9_:{}\"\\\\=, #\nEOF.+-]{0,120}",
        cut in 0_usize..120,
    ) {
        for protocol in [TEXT, OPENMETRICS, ScrapeProtocol::PrometheusProto] {
            let _ = read(page.as_bytes(), protocol);
            let _ = read(&page.as_bytes()[cut.min(page.len())..], protocol);
        }
    }
}
