//! A store in a temporary folder, and short ways to write to it and to ask it.
#![allow(dead_code, reason = "each test uses its part")]

pub mod naive;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{
    Append, AppendOutcome, Durability, Histogram, Labels, MatchOperator, Matcher, MetricStore,
    Queryable, SampleValue, Selection, SeriesSamples,
};

/// Two hours, the length of the shortest blocks.
pub const PERIOD: i64 = 2 * 3600 * 1000;

/// Settings under which tests say themselves when background work is due.
pub fn options(folder: &Path) -> Options {
    Options {
        maintenance_interval: Duration::from_secs(3600),
        retention_age: None,
        max_ahead: None,
        ..Options::new(folder)
    }
}

pub fn open(folder: &Path) -> EmbeddedMetrics {
    EmbeddedMetrics::open(options(folder)).expect("an open store")
}

/// Labels from `name{a=b,c=d}` without quotes.
pub fn labels(text: &str) -> Labels {
    let (name, rest) = text.split_once('{').unwrap_or((text, "}"));
    let pairs = rest.trim_end_matches('}').split(',');
    let pairs = pairs.filter_map(|pair| pair.split_once('='));
    Labels::from_pairs(pairs.chain([("__name__", name)]))
}

pub fn float(series: &str, timestamp: i64, value: f64) -> Append {
    Append {
        labels: labels(series),
        series: None,
        timestamp,
        value: SampleValue::Float(value),
        exemplar: None,
    }
}

pub fn histogram(series: &str, timestamp: i64, histogram: Histogram) -> Append {
    Append {
        value: SampleValue::Histogram(Arc::new(histogram)),
        ..float(series, timestamp, 0.0)
    }
}

pub fn append(store: &EmbeddedMetrics, batch: &[Append]) -> AppendOutcome {
    store.append(batch, Durability::Synced).expect("written")
}

/// Writes what has to be taken whole.
pub fn write(store: &EmbeddedMetrics, batch: &[Append]) {
    let outcome = append(store, batch);
    assert_eq!(outcome.refused, []);
}

pub fn matcher(text: &str) -> Matcher {
    let (operator, at) = [("!~", 2), ("=~", 2), ("!=", 2), ("=", 1)]
        .into_iter()
        .filter_map(|(sign, length)| text.find(sign).map(|at| (sign, at, length)))
        .min_by_key(|(_, at, length)| (*at, 3 - length))
        .map(|(sign, at, length)| (sign, (at, length)))
        .expect("an operator");
    let operator = match operator {
        "!~" => MatchOperator::NotRegex,
        "=~" => MatchOperator::Regex,
        "!=" => MatchOperator::NotEqual,
        _ => MatchOperator::Equal,
    };
    Matcher::new(&text[..at.0], operator, &text[at.0 + at.1..]).expect("a matcher")
}

pub fn selection(start: i64, end: i64, matchers: &[&str]) -> Selection {
    Selection::new(
        start,
        end,
        matchers.iter().map(|text| matcher(text)).collect(),
    )
}

/// Every series that passes, with its samples.
pub fn read(store: &EmbeddedMetrics, selection: &Selection) -> Vec<(Labels, SeriesSamples)> {
    let series = store.select(selection).expect("a selection");
    let read = series.iter().map(|series| {
        let mut samples = SeriesSamples::default();
        series.read(&mut samples).expect("samples");
        (series.labels().clone(), samples)
    });
    read.collect()
}

/// The floats of one series, all of them.
pub fn floats(store: &EmbeddedMetrics, series: &str) -> Vec<(i64, f64)> {
    let labels = labels(series);
    let matchers = labels
        .iter()
        .map(|(name, value)| Matcher::equal(name, value))
        .collect();
    let all = read(store, &Selection::new(i64::MIN, i64::MAX, matchers));
    let found = all.into_iter().find(|(found, _)| *found == labels);
    found.map_or_else(Vec::new, |(_, samples)| {
        samples.times.into_iter().zip(samples.floats).collect()
    })
}

/// A histogram of three buckets.
pub fn buckets(counts: [f64; 3]) -> Histogram {
    use swarmscope_model::metrics::{Buckets, Span};
    Histogram {
        schema: 3,
        zero_threshold: 0.001,
        count: counts.iter().sum(),
        sum: counts[0] * 1.5,
        positive: Buckets {
            spans: vec![
                Span {
                    offset: -2,
                    length: 2,
                },
                Span {
                    offset: 1,
                    length: 1,
                },
            ],
            counts: counts.to_vec(),
        },
        ..Histogram::default()
    }
}
