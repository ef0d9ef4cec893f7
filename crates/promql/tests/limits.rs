//! Limits, cancellation and errors of the store, through the evaluator's doors.

use std::time::Duration;

use swarmscope_model::metrics::{
    Cancellation, Matcher, MetricError, Queryable, Selection, Series, SeriesExemplars,
};
use swarmscope_promql::evaluator::{EngineOptions, EvalError, Outcome, Value, instant, range};
use swarmscope_promql::parser::{Options, parse};
use swarmscope_promql::promqltest::{MemoryStorage, load_script};

fn storage() -> MemoryStorage {
    let mut script = "load 10s\n".to_owned();
    for series in 0..300 {
        script.push_str(&format!(
            "  m{{job=\"j{}\",i=\"{series}\"}} 0+{series}x60\n",
            series % 3
        ));
    }
    load_script(&script).expect("a script")
}

fn in_range(
    storage: &dyn Queryable,
    query: &str,
    step: i64,
    options: &EngineOptions,
    cancellation: &Cancellation,
) -> Result<Outcome, EvalError> {
    let expr = parse(query, Options::ALL).expect("a query");
    range(storage, &expr, 60_000, 600_000, step, options, cancellation)
}

#[test]
fn a_query_that_holds_too_many_samples_is_refused() {
    let options = EngineOptions {
        max_samples: 1_000,
        ..EngineOptions::default()
    };
    let never = Cancellation::default();
    let error = in_range(&storage(), "m", 10_000, &options, &never).expect_err("too many");
    assert!(matches!(error, EvalError::TooManySamples { limit: 1_000 }));
    assert_eq!(
        error.to_string(),
        "query processing would load too many samples into memory in query execution"
    );
    let few = in_range(&storage(), "m{i=\"7\"}", 10_000, &options, &never);
    assert_eq!(few.expect("few samples").statistics.total_samples, 55);
}

#[test]
fn an_aggregation_does_not_hold_what_it_aggregates() {
    let options = EngineOptions {
        max_samples: 20_000,
        ..EngineOptions::default()
    };
    let never = Cancellation::default();
    let storage = storage();
    let outcome = in_range(
        &storage,
        "sum by (job) (rate(m[1m]))",
        10_000,
        &options,
        &never,
    )
    .expect("within the limit");
    let Value::Matrix(series) = outcome.value else {
        panic!("a matrix");
    };
    assert_eq!(series.len(), 3);
    // Every tenth of a second adds up: series 0, 3, 6 … 297 grow by their number every 10 s.
    let expected: f64 = (0..100).map(|each| f64::from(each * 3) / 10.0).sum();
    assert!(
        series[0]
            .floats
            .iter()
            .all(|(_, value)| (value - expected).abs() < 1e-9)
    );
    assert_eq!(series[0].floats.len(), 55);
}

#[test]
fn a_cancelled_query_ends() {
    let cancelled = Cancellation::default();
    cancelled.cancel();
    let options = EngineOptions::default();
    let error = in_range(&storage(), "m", 10_000, &options, &cancelled).expect_err("cancelled");
    assert_eq!(error.to_string(), "query was canceled in query execution");
}

#[test]
fn a_query_that_takes_too_long_ends() {
    let options = EngineOptions {
        timeout: Some(Duration::ZERO),
        ..EngineOptions::default()
    };
    let never = Cancellation::default();
    let error = in_range(&storage(), "m", 10_000, &options, &never).expect_err("too long");
    assert_eq!(error.to_string(), "query timed out in query execution");
}

#[test]
fn a_range_has_a_step_and_no_range_vector() {
    let (options, never) = (EngineOptions::default(), Cancellation::default());
    let storage = storage();
    assert!(matches!(
        in_range(&storage, "m", 0, &options, &never),
        Err(EvalError::InvalidRange)
    ));
    let error = in_range(&storage, "m[5m]", 10_000, &options, &never).expect_err("a matrix");
    assert_eq!(
        error.to_string(),
        "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector"
    );
}

/// A store that cannot be read.
struct Broken;

impl Broken {
    fn error<T>() -> Result<T, MetricError> {
        Err(MetricError::Unsupported { what: "answer" })
    }
}

impl Queryable for Broken {
    fn select(&self, _: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        Self::error()
    }

    fn label_names(&self, _: &Selection) -> Result<Vec<String>, MetricError> {
        Self::error()
    }

    fn label_values(&self, _: &str, _: &Selection) -> Result<Vec<String>, MetricError> {
        Self::error()
    }

    fn exemplars(
        &self,
        _: i64,
        _: i64,
        _: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Self::error()
    }
}

#[test]
fn what_the_store_says_is_the_query_s_error() {
    let expr = parse("sum(m)", Options::ALL).expect("a query");
    let never = Cancellation::default();
    let error = instant(&Broken, &expr, 0, &EngineOptions::default(), &never);
    let error = error.expect_err("a broken store");
    assert!(matches!(
        error,
        EvalError::Storage(MetricError::Unsupported { .. })
    ));
    assert_eq!(
        error.to_string(),
        "expanding series: this store does not answer"
    );
}
