//! Random appends, deletions, restarts and background work: what is selected is what a naive store has.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use support::naive::{Naive, SELECTORS, series, shown};
use support::{buckets, matcher, options, selection};
use swarmscope_files::simulated::SimulatedDisk;
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{
    Append, Durability, Histogram, MetricStore, Queryable, Refusal, STALE_NAN, SampleValue,
    SeriesSamples,
};

/// A short period, so that a few hundred samples make several blocks.
const PERIOD: i64 = 1_000;

#[derive(Debug, Clone)]
enum Step {
    /// Series, how far ahead of or behind the newest time, and the value.
    Append(Vec<(u8, i64, Value)>),
    Delete {
        from: i64,
        length: i64,
        selector: usize,
    },
    Select {
        from: i64,
        length: i64,
        selector: usize,
    },
    Restart {
        cleanly: bool,
    },
    Maintain,
    Clean,
}

#[derive(Debug, Clone)]
enum Value {
    Float(f64),
    Stale,
    Buckets(u8),
    Fractions(u8),
    Custom(u8),
}

fn value(value: &Value) -> SampleValue {
    let histogram = |histogram: Histogram| SampleValue::Histogram(Arc::new(histogram));
    match value {
        Value::Float(value) => SampleValue::Float(*value),
        Value::Stale => SampleValue::Float(STALE_NAN),
        Value::Buckets(n) => histogram(buckets([f64::from(*n), 3.0, f64::from(n / 2)])),
        Value::Fractions(n) => histogram(buckets([f64::from(*n) / 4.0, 0.5, 0.0])),
        Value::Custom(n) => {
            let mut custom = buckets([f64::from(*n), 1.0, 0.0]);
            custom.schema = -53;
            custom.zero_threshold = 0.0;
            custom.positive.spans = vec![swarmscope_model::metrics::Span {
                offset: 0,
                length: 3,
            }];
            custom.custom_bounds = vec![1.0, f64::from(*n) + 2.0];
            histogram(custom)
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-50..50_i32).prop_map(|n| Value::Float(f64::from(n) / 4.0)),
        2 => any::<f64>().prop_map(Value::Float),
        1 => Just(Value::Stale),
        2 => any::<u8>().prop_map(Value::Buckets),
        1 => any::<u8>().prop_map(Value::Fractions),
        1 => any::<u8>().prop_map(Value::Custom),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let ahead = prop_oneof![8 => 0..120_i64, 2 => -2_500..0_i64, 1 => 300..1_500_i64];
    let span = || (-500..8_000_i64, 0..3_000_i64, 0..SELECTORS.len());
    prop_oneof![
        12 => prop::collection::vec((any::<u8>(), ahead, any_value()), 1..40).prop_map(Step::Append),
        2 => span().prop_map(|(from, length, selector)| Step::Delete { from, length, selector }),
        4 => span().prop_map(|(from, length, selector)| Step::Select { from, length, selector }),
        2 => any::<bool>().prop_map(|cleanly| Step::Restart { cleanly }),
        3 => Just(Step::Maintain),
        1 => Just(Step::Clean),
    ]
}

struct Pair {
    disk: SimulatedDisk,
    store: Option<EmbeddedMetrics>,
    naive: Naive,
    newest: i64,
}

impl Pair {
    fn new() -> Self {
        let disk = SimulatedDisk::new(0);
        let store = Some(EmbeddedMetrics::open(settings(&disk)).expect("open"));
        Self {
            disk,
            store,
            naive: Naive::default(),
            newest: 0,
        }
    }

    fn store(&self) -> &EmbeddedMetrics {
        self.store.as_ref().expect("a store")
    }

    fn append(&mut self, samples: &[(u8, i64, Value)]) {
        let mut batch = Vec::new();
        for (n, ahead, each) in samples {
            let timestamp = self.newest + ahead;
            self.newest = self.newest.max(timestamp);
            batch.push(Append {
                labels: series(*n),
                series: None,
                timestamp,
                value: value(each),
                exemplar: None,
            });
        }
        let outcome = self
            .store()
            .append(&batch, Durability::Buffered)
            .expect("written");
        let mut refused = outcome.refused.iter().peekable();
        for (position, append) in batch.iter().enumerate() {
            match refused.next_if(|(at, _)| *at == position) {
                None => self
                    .naive
                    .add(&append.labels, append.timestamp, &append.value),
                Some((_, refusal)) => assert!(
                    matches!(refusal, Refusal::TooOld | Refusal::DuplicateTimestamp),
                    "{refusal}"
                ),
            }
        }
    }

    fn check(&self, from: i64, to: i64, selector: usize) {
        let matchers = SELECTORS[selector];
        let found = self
            .store()
            .select(&selection(from, to, matchers))
            .expect("selected");
        let mut shown_found = Vec::new();
        let mut samples = SeriesSamples::default();
        for series in &found {
            series.read(&mut samples).expect("read");
            assert!(samples.times.is_sorted_by(|a, b| a < b));
            let floats = samples.times.iter().zip(&samples.floats);
            let floats = floats.map(|(time, value)| (*time, shown(&SampleValue::Float(*value))));
            let histograms = samples.histograms.iter();
            let histograms = histograms
                .map(|(time, value)| (*time, shown(&SampleValue::Histogram(value.clone()))));
            let mut all: Vec<_> = floats.chain(histograms).collect();
            all.sort();
            // Chunks are known by their ends: a series may turn out to have nothing in the span.
            if !all.is_empty() {
                shown_found.push((series.labels().clone(), all));
            }
        }
        assert_eq!(
            shown_found,
            self.naive.select(from, to, matchers),
            "{matchers:?} from {from} to {to}"
        );
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Append(samples) => self.append(samples),
            Step::Delete {
                from,
                length,
                selector,
            } => {
                let matchers = SELECTORS[*selector]
                    .iter()
                    .map(|text| matcher(text))
                    .collect();
                self.store()
                    .delete_series(*from, from + length, &[matchers])
                    .expect("deleted");
                self.naive
                    .delete(*from, from + length, SELECTORS[*selector]);
            }
            Step::Select {
                from,
                length,
                selector,
            } => self.check(*from, from + length, *selector),
            Step::Restart { cleanly } => {
                let store = self.store.take().expect("a store");
                if *cleanly {
                    store.close();
                }
                drop(store);
                let store = EmbeddedMetrics::open(settings(&self.disk)).expect("open");
                assert_eq!(store.stats().damaged, 0);
                self.store = Some(store);
            }
            Step::Maintain => self.store().maintain(),
            Step::Clean => self.store().clean_tombstones().expect("cleaned"),
        }
    }
}

fn settings(disk: &SimulatedDisk) -> Options {
    Options {
        files: Arc::new(disk.clone()),
        block_period: Duration::from_millis(PERIOD as u64),
        out_of_order_window: Duration::from_millis(2_000),
        ..options(Path::new("data"))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn the_store_is_equal_to_a_map(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.step(step);
        }
        for selector in 0..SELECTORS.len() {
            pair.check(i64::MIN, i64::MAX, selector);
        }
    }
}
