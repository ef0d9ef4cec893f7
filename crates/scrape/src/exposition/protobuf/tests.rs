//! Pages in protobuf, made with the same messages.

use prost::Message;
use swarmscope_model::metrics::{Buckets, Histogram as ModelHistogram, SampleValue, Span};
use swarmscope_prometheus_config::ScrapeProtocol;

use super::messages::*;
use crate::exposition::{Entry, HistogramChoice, Parser, Reason};

fn pair(name: &str, value: &str) -> LabelPair {
    LabelPair {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn page(families: &[MetricFamily]) -> Vec<u8> {
    families
        .iter()
        .flat_map(Message::encode_length_delimited_to_vec)
        .collect()
}

fn family(name: &str, kind: MetricType, metric: Metric) -> MetricFamily {
    MetricFamily {
        name: name.to_owned(),
        help: "h".to_owned(),
        kind: Some(kind as i32),
        metric: vec![metric],
        unit: String::new(),
    }
}

/// Every sample of a page as text: labels, value, exemplars' values.
fn samples(page: &[u8], choice: HistogramChoice) -> Vec<String> {
    let mut parser = Parser::new(page, ScrapeProtocol::PrometheusProto, choice).expect("a parser");
    let mut found = Vec::new();
    while let Some(entry) = parser.next_entry().expect("an entry") {
        let Entry::Sample(sample) = entry else {
            continue;
        };
        let labels = sample.labels().expect("labels");
        assert_eq!(sample.key, labels.packed());
        let exemplars: Vec<_> = sample.exemplars.iter().map(|each| each.value).collect();
        let value = match &sample.value {
            SampleValue::Float(value) => value.to_string(),
            SampleValue::Histogram(_) => "native".to_owned(),
        };
        found.push(format!("{labels:?} {value} {exemplars:?}"));
    }
    found
}

fn both_kinds() -> Histogram {
    let exemplar = |value, timestamp| Exemplar {
        label: vec![pair("trace_id", "t")],
        value,
        timestamp,
    };
    let bucket = |upper_bound, cumulative_count, exemplar| Bucket {
        cumulative_count,
        upper_bound,
        exemplar,
        cumulative_count_float: 0.0,
    };
    Histogram {
        sample_count: 6,
        sample_sum: 9.5,
        bucket: vec![
            bucket(1.0, 2, Some(exemplar(0.5, None))),
            bucket(
                2.0,
                5,
                Some(exemplar(
                    1.5,
                    Some(Timestamp {
                        seconds: 3,
                        nanos: 5_000_000,
                    }),
                )),
            ),
        ],
        schema: 1,
        zero_threshold: 0.001,
        zero_count: 1,
        positive_span: vec![
            BucketSpan {
                offset: -1,
                length: 2,
            },
            BucketSpan {
                offset: 3,
                length: 1,
            },
        ],
        positive_delta: vec![2, -2, 3],
        ..Histogram::default()
    }
}

fn metric(histogram: Histogram) -> Metric {
    Metric {
        label: vec![pair("a", "b")],
        histogram: Some(histogram),
        ..Metric::default()
    }
}

#[test]
fn a_native_histogram_is_one_sample_and_on_wish_its_classic_buckets_too() {
    let page = page(&[family("h", MetricType::Histogram, metric(both_kinds()))]);
    let native = r#"{__name__="h", a="b"} native [1.5]"#;
    let classic = [
        r#"{__name__="h_count", a="b"} 6 []"#,
        r#"{__name__="h_sum", a="b"} 9.5 []"#,
        r#"{__name__="h_bucket", a="b", le="1.0"} 2 [0.5]"#,
        r#"{__name__="h_bucket", a="b", le="2.0"} 5 [1.5]"#,
        r#"{__name__="h_bucket", a="b", le="+Inf"} 6 []"#,
    ];
    let choice = |native, classic_too| HistogramChoice {
        native,
        classic_too,
    };
    assert_eq!(samples(&page, choice(true, false)), [native]);
    assert_eq!(samples(&page, choice(false, false)), classic);
    let mut all = vec![native];
    all.extend(classic);
    assert_eq!(samples(&page, choice(true, true)), all);
}

#[test]
fn counts_become_absolute_and_empty_buckets_go() {
    let histogram = super::histogram::to_model(&both_kinds(), false);
    let expected = ModelHistogram {
        schema: 1,
        zero_threshold: 0.001,
        zero_count: 1.0,
        count: 6.0,
        sum: 9.5,
        positive: Buckets {
            spans: vec![
                Span {
                    offset: -1,
                    length: 1,
                },
                Span {
                    offset: 4,
                    length: 1,
                },
            ],
            counts: vec![2.0, 3.0],
        },
        ..ModelHistogram::default()
    };
    assert_eq!(histogram, expected);
}

#[test]
fn summaries_counters_and_times() {
    let summary = Metric {
        summary: Some(Summary {
            sample_count: 3,
            sample_sum: 4.0,
            quantile: vec![Quantile {
                quantile: 0.5,
                value: 1.25,
            }],
        }),
        ..Metric::default()
    };
    let counter = Metric {
        counter: Some(Counter {
            value: 7.0,
            exemplar: None,
        }),
        timestamp_ms: 12,
        ..Metric::default()
    };
    let page = page(&[
        family("s", MetricType::Summary, summary),
        family("c_total", MetricType::Counter, counter),
    ]);
    assert_eq!(
        samples(&page, HistogramChoice::default()),
        [
            r#"{__name__="s_count"} 3 []"#,
            r#"{__name__="s_sum"} 4 []"#,
            r#"{__name__="s", quantile="0.5"} 1.25 []"#,
            r#"{__name__="c_total"} 7 []"#,
        ]
    );
}

#[test]
fn what_is_malformed_is_refused_with_its_family() {
    let fails = |page: &[u8]| {
        let mut parser = Parser::new(
            page,
            ScrapeProtocol::PrometheusProto,
            HistogramChoice::default(),
        )
        .expect("a parser");
        loop {
            match parser.next_entry() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("this was taken"),
                Err(error) => return error,
            }
        }
    };
    let gauge = |label| Metric {
        label,
        gauge: Some(Value { value: 1.0 }),
        ..Metric::default()
    };
    let good = family("g", MetricType::Gauge, gauge(Vec::new()));
    let mut cut = page(std::slice::from_ref(&good));
    cut.pop();
    assert_eq!(fails(&cut).reason, Reason::Length);
    assert_eq!(fails(&[0xff; 11]).reason, Reason::Length);
    assert!(matches!(
        fails(&[2, 0xff, 0xff]).reason,
        Reason::Protobuf(_)
    ));
    let twice = family(
        "g",
        MetricType::Gauge,
        gauge(vec![pair("a", "1"), pair("a", "2")]),
    );
    let error = fails(&page(&[good.clone(), twice]));
    assert_eq!(error.reason, Reason::DuplicateLabel("a".to_owned()));
    assert!(
        error.to_string().starts_with("metric family 2: "),
        "{error}"
    );
    let empty = family("g", MetricType::Counter, gauge(Vec::new()));
    assert!(matches!(
        fails(&page(&[empty])).reason,
        Reason::NoValue { .. }
    ));
    let unit = MetricFamily {
        unit: "seconds".to_owned(),
        ..good
    };
    assert!(matches!(fails(&page(&[unit])).reason, Reason::Unit { .. }));
}
