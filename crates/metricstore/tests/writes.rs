//! What is written is read: floats, histograms, staleness markers, exemplars; what is refused says why.

mod support;

use std::time::Duration;

use support::{
    append, buckets, float, floats, histogram, labels, matcher, open, options, read, selection,
    write,
};
use swarmscope_metricstore::{EmbeddedMetrics, Options, SeriesBudgets};
use swarmscope_model::metrics::{
    Append, Exemplar, Histogram, Labels, MetricStore, Queryable, Refusal, STALE_NAN, SampleValue,
    is_stale,
};

const MINUTE: i64 = 60_000;

#[test]
fn floats_of_many_chunks_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let expected: Vec<(i64, f64)> = (0..1_000)
        .map(|n| (n * 15_000 + n % 7, (n * n % 977) as f64 / 8.0))
        .collect();
    let store = open(folder.path());
    for (time, value) in &expected {
        write(
            &store,
            &[
                float("up{job=a}", *time, *value),
                float("up{job=b}", *time, 1.0),
            ],
        );
    }
    assert_eq!(floats(&store, "up{job=a}"), expected);
    drop(store);
    let store = open(folder.path());
    assert_eq!(floats(&store, "up{job=a}"), expected);
    let part = read(&store, &selection(MINUTE, 2 * MINUTE, &["job=b"]));
    assert_eq!(part.len(), 1);
    assert_eq!(part[0].1.times, [60_004, 75_005, 90_006, 105_000]);
}

#[test]
fn histograms_and_markers_come_back_bit_by_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let custom = Histogram {
        schema: -53,
        zero_threshold: 0.0,
        custom_bounds: vec![0.1, 0.5],
        count: 2.5,
        ..buckets([0.5, 1.5, 0.5])
    };
    let stale = Histogram {
        sum: STALE_NAN,
        ..Histogram::default()
    };
    let mut custom = custom;
    custom.positive.spans = vec![swarmscope_model::metrics::Span {
        offset: 0,
        length: 3,
    }];
    let series = [
        buckets([1.0, 2.0, 3.0]),
        buckets([1.0, 5.0, 3.0]),
        custom,
        buckets([0.25, 0.5, 0.0]),
    ];
    for (n, each) in series.iter().enumerate() {
        write(&store, &[histogram("h", n as i64 * MINUTE, each.clone())]);
    }
    write(
        &store,
        &[
            histogram("h", 4 * MINUTE, stale),
            float("h", 5 * MINUTE, STALE_NAN),
        ],
    );
    for round in 0..2 {
        let found = read(&store, &selection(0, i64::MAX, &["__name__=h"]))
            .remove(0)
            .1;
        for (n, each) in series.iter().enumerate() {
            assert_eq!(*found.histograms[n].1, *each, "round {round}");
        }
        assert!(is_stale(found.histograms[4].1.sum) && is_stale(found.floats[0]));
        assert_eq!(found.times, [5 * MINUTE]);
        if round == 0 {
            store.close();
        }
    }
    drop(store);
    let store = open(folder.path());
    let found = read(&store, &selection(0, i64::MAX, &["__name__=h"]))
        .remove(0)
        .1;
    assert_eq!(found.histograms.len(), 5);
}

#[test]
fn samples_that_do_not_fit_are_refused_with_the_reason_and_the_others_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    write(
        &store,
        &[float("m", 10 * MINUTE, 1.0), float("m", 11 * MINUTE, 2.0)],
    );
    let outcome = append(
        &store,
        &[
            float("m", 11 * MINUTE, 2.0),
            float("m", 11 * MINUTE, 3.0),
            float("m", 10 * MINUTE, 1.0),
            float("m", -600 * MINUTE, 1.0),
            float("{a=b}", 12 * MINUTE, 1.0),
            histogram(
                "h",
                12 * MINUTE,
                Histogram {
                    count: 9.0,
                    ..buckets([1.0, 1.0, 1.0])
                },
            ),
            float("m", 12 * MINUTE, 4.0),
            float("m", 12 * MINUTE, 5.0),
        ],
    );
    let refused: Vec<_> = outcome
        .refused
        .iter()
        .map(|(at, refusal)| (*at, refusal.clone()))
        .collect();
    assert_eq!(refused[0], (1, Refusal::DuplicateTimestamp));
    assert_eq!(refused[1], (2, Refusal::OutOfOrder));
    assert_eq!(refused[2], (3, Refusal::TooOld));
    assert!(matches!(refused[3], (4, Refusal::InvalidLabels { .. })));
    assert!(matches!(refused[4], (5, Refusal::InvalidHistogram { .. })));
    assert_eq!(refused[5], (7, Refusal::DuplicateTimestamp));
    assert_eq!(refused.len(), 6);
    assert_eq!(outcome.series[0], outcome.series[6]);
    assert_eq!(outcome.series[4], None);
    assert_eq!(
        floats(&store, "m"),
        [(10 * MINUTE, 1.0), (11 * MINUTE, 2.0), (12 * MINUTE, 4.0)]
    );
    let stats = store.stats();
    assert_eq!((stats.refused_duplicate, stats.refused_invalid), (2, 2));
}

#[test]
fn samples_out_of_order_within_the_window_are_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let late = Options {
        out_of_order_window: Duration::from_secs(3600),
        ..options(folder.path())
    };
    let store = EmbeddedMetrics::open(late.clone()).expect("open");
    write(&store, &[float("m", 100 * MINUTE, 100.0)]);
    for minute in (41..100).rev() {
        write(&store, &[float("m", minute * MINUTE, minute as f64)]);
    }
    let outcome = append(
        &store,
        &[
            float("m", 50 * MINUTE, 50.0),
            float("m", 51 * MINUTE, 0.0),
            float("m", 39 * MINUTE, 1.0),
        ],
    );
    assert_eq!(
        outcome.refused,
        [(1, Refusal::DuplicateTimestamp), (2, Refusal::TooOld)]
    );
    let expected: Vec<(i64, f64)> = (41..=100).map(|n| (n * MINUTE, n as f64)).collect();
    assert_eq!(floats(&store, "m"), expected);
    assert_eq!(store.stats().out_of_order, 59);
    store.set_out_of_order_window(Duration::ZERO);
    let outcome = append(&store, &[float("m", 100 * MINUTE - 1, 0.0)]);
    assert_eq!(outcome.refused, [(0, Refusal::OutOfOrder)]);
    drop(store);
    let store = EmbeddedMetrics::open(late).expect("open");
    assert_eq!(floats(&store, "m"), expected);
}

#[test]
fn samples_far_ahead_of_the_clock_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = EmbeddedMetrics::open(Options {
        max_ahead: Some(Duration::from_secs(600)),
        ..options(folder.path())
    })
    .expect("open");
    let outcome = append(&store, &[float("m", i64::MAX / 2, 1.0), float("m", 1, 1.0)]);
    assert_eq!(outcome.refused, [(0, Refusal::TooFarAhead)]);
    assert_eq!(floats(&store, "m"), [(1, 1.0)]);
}

#[test]
fn a_label_with_too_many_values_is_stopped_by_its_budget() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = EmbeddedMetrics::open(Options {
        budgets: SeriesBudgets {
            all: 100,
            per_metric: 10,
            per_target: 15,
        },
        ..options(folder.path())
    })
    .expect("open");
    let task = |metric: &str, instance: &str, n: i64| {
        float(
            &format!("{metric}{{job=agents,instance={instance},task={n}}}"),
            1,
            n as f64,
        )
    };
    let batch: Vec<Append> = (0..12)
        .map(|n| task("a", "x", n))
        .chain((0..12).map(|n| task("b", "x", n)))
        .collect();
    let outcome = append(&store, &batch);
    let refused: Vec<usize> = outcome.refused.iter().map(|(at, _)| *at).collect();
    assert_eq!(refused, [10, 11, 17, 18, 19, 20, 21, 22, 23]);
    let reasons: Vec<String> = outcome
        .refused
        .iter()
        .map(|(_, refusal)| refusal.to_string())
        .collect();
    assert!(
        reasons[0].contains("metric a has 10 series"),
        "{}",
        reasons[0]
    );
    assert!(
        reasons[2].contains("target agents x has 15 series"),
        "{}",
        reasons[2]
    );
    write(&store, &[task("b", "y", 0), task("a", "x", 0)]);
    let stats = store.stats();
    assert_eq!((stats.series, stats.refused_too_many_series), (16, 9));
}

#[test]
fn exemplars_are_kept_newest_last_and_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = Options {
        max_exemplars: 3,
        ..options(folder.path())
    };
    let store = EmbeddedMetrics::open(few.clone()).expect("open");
    let with = |time: i64, trace: &str| Append {
        exemplar: Some(Exemplar {
            labels: Labels::from_pairs([("trace_id", trace)]),
            value: 0.5,
            timestamp: time,
        }),
        ..float("m{job=a}", time, 1.0)
    };
    for (time, trace) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        write(&store, &[with(time, trace)]);
    }
    let mut old = with(5, "e");
    old.exemplar.as_mut().expect("one").timestamp = 1;
    assert_eq!(
        append(&store, &[old]).refused,
        [(0, Refusal::OutOfOrderExemplar)]
    );
    assert_eq!(floats(&store, "m{job=a}").len(), 5);
    let check = |store: &EmbeddedMetrics| {
        let found = store
            .exemplars(0, 10, &[vec![matcher("job=a")]])
            .expect("exemplars");
        let traces: Vec<_> = found[0]
            .exemplars
            .iter()
            .map(|each| each.labels.get("trace_id"))
            .collect();
        assert_eq!(traces, [Some("b"), Some("c"), Some("d")]);
        assert!(
            store
                .exemplars(0, 10, &[vec![matcher("job=b")]])
                .expect("none")
                .is_empty()
        );
    };
    check(&store);
    drop(store);
    check(&EmbeddedMetrics::open(few).expect("open"));
}

#[test]
fn matchers_see_absent_labels_as_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    write(
        &store,
        &[
            float("m{a=1}", 1, 1.0),
            float("m{a=2,b=x}", 1, 1.0),
            float("m{b=y}", 1, 1.0),
            float("n{a=1}", 1, 1.0),
        ],
    );
    let ask = |matchers: &[&str]| -> Vec<String> {
        let found = read(&store, &selection(0, 2, matchers));
        found
            .iter()
            .map(|(labels, _)| format!("{labels:?}"))
            .collect()
    };
    let m1 = r#"{__name__="m", a="1"}"#;
    let m2 = r#"{__name__="m", a="2", b="x"}"#;
    let my = r#"{__name__="m", b="y"}"#;
    assert_eq!(ask(&["__name__=m"]), [m1, m2, my]);
    assert_eq!(ask(&["__name__=m", "b="]), [m1]);
    assert_eq!(ask(&["__name__=m", "b!="]), [m2, my]);
    assert_eq!(ask(&["__name__=m", "b!=x"]), [m1, my]);
    assert_eq!(ask(&["__name__=m", "b=~x|"]), [m1, m2]);
    assert_eq!(ask(&["__name__=m", "b!~x|"]), [my]);
    assert_eq!(ask(&["__name__=m", "a=~1|2"]), [m1, m2]);
    assert_eq!(ask(&["__name__=m", "a=~.*"]), [m1, m2, my]);
    assert_eq!(ask(&["__name__=m", "a=~.+"]), [m1, m2]);
    assert_eq!(ask(&["__name__=m", "a!~.+"]), [my]);
    assert_eq!(ask(&["__name__=~m.*", "a=~[12]"]), [m1, m2]);
    assert_eq!(ask(&["nowhere=", "b=y"]), [my]);
    assert!(ask(&["__name__=m", "a=3"]).is_empty());
    assert!(ask(&["b=~y", "a=1"]).is_empty());
}

#[test]
fn names_values_and_figures_of_the_series_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    write(
        &store,
        &[
            float("m{a=1}", 1, 1.0),
            float("m{a=2,b=x}", 2, 1.0),
            float("n{a=1}", 3, 1.0),
        ],
    );
    let all = selection(0, 10, &[]);
    assert_eq!(
        store.label_names(&all).expect("names"),
        ["__name__", "a", "b"]
    );
    assert_eq!(store.label_values("a", &all).expect("values"), ["1", "2"]);
    let n = selection(0, 10, &["__name__=n"]);
    assert_eq!(store.label_names(&n).expect("names"), ["__name__", "a"]);
    assert_eq!(store.label_values("a", &n).expect("values"), ["1"]);
    assert!(
        store
            .label_names(&selection(5, 10, &[]))
            .expect("names")
            .is_empty()
    );
    let mut two = selection(0, 10, &[]);
    two.limit = Some(1);
    assert_eq!(store.label_names(&two).expect("names"), ["__name__"]);
    assert_eq!(store.select(&two).expect("series").len(), 1);
    let figures = store.statistics(1);
    assert_eq!(
        (figures.series, figures.chunks, figures.label_pairs),
        (3, 3, 5)
    );
    assert_eq!((figures.min_time, figures.max_time), (1, 3));
    assert_eq!(figures.series_by_metric, [("m".to_owned(), 2)]);
    assert_eq!(figures.values_by_label, [("__name__".to_owned(), 2)]);
    assert_eq!(figures.series_by_pair, [("__name__=m".to_owned(), 2)]);
}

#[test]
fn a_series_id_spares_the_look_up_and_a_wrong_one_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let outcome = append(&store, &[float("a", 1, 1.0), float("b", 1, 2.0)]);
    let wrong = Append {
        series: outcome.series[0],
        ..float("b", 2, 3.0)
    };
    let right = Append {
        series: outcome.series[0],
        ..float("a", 2, 4.0)
    };
    let again = append(&store, &[wrong, right]);
    assert_eq!(again.series, [outcome.series[1], outcome.series[0]]);
    assert_eq!(floats(&store, "a"), [(1, 1.0), (2, 4.0)]);
    assert_eq!(floats(&store, "b"), [(1, 2.0), (2, 3.0)]);
    assert_eq!(labels("a").metric_name(), Some("a"));
    let SampleValue::Float(_) = float("a", 1, 1.0).value else {
        panic!("a float")
    };
}
