//! The doors of the evaluator: a query at one time, or at every step of a range.

use std::time::{Duration, Instant};

use swarmscope_model::limits::{
    MAX_QUERY_SAMPLES, QUERY_LOOKBACK, QUERY_TIMEOUT, SUBQUERY_INTERVAL,
};
use swarmscope_model::metrics::{Cancellation, Queryable, SampleValue};

use super::annotations::Annotations;
use super::context::{Evaluated, Evaluator, QueryTimes, Shared};
use super::duplicates;
use super::error::EvalError;
use super::frame::{Frame, Row, SampleRef, is_present};
use super::grid::Grid;
use super::value::{MatrixSeries, Value, VectorSample};
use crate::ast::{Expr, ValueType};
use crate::lengths::{self, QueryLengths};

/// What may differ from query to query.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineOptions {
    /// How old a sample may be to count as current.
    pub lookback_delta: Duration,
    /// How many samples a query may hold at once.
    pub max_samples: usize,
    /// How long a query may take; `None` for as long as it wants.
    pub timeout: Option<Duration>,
    /// The step of subqueries that name none.
    pub subquery_interval: Duration,
    /// Names of metrics go at the end of the evaluation rather than in the function that makes them
    /// untrue. Prometheus's feature `promql-delayed-name-removal`.
    pub delayed_name_removal: bool,
    /// Rates know since when counters count. Prometheus's feature `use-start-timestamps`.
    pub start_timestamps: bool,
    /// What is a counter is told by `__type__`. Prometheus's feature `type-and-unit-labels`.
    pub type_and_unit_labels: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            lookback_delta: QUERY_LOOKBACK,
            max_samples: MAX_QUERY_SAMPLES,
            timeout: Some(QUERY_TIMEOUT),
            subquery_interval: SUBQUERY_INTERVAL,
            delayed_name_removal: false,
            start_timestamps: false,
            type_and_unit_labels: false,
        }
    }
}

/// What evaluating took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Samples that were looked at, each as often as a step needed it.
    pub total_samples: u64,
    /// The most samples that were held at once.
    pub peak_samples: u64,
    /// Wall time.
    pub duration: Duration,
}

/// What a query gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub value: Value,
    pub annotations: Annotations,
    pub statistics: Statistics,
}

/// Evaluates an expression at one time, in milliseconds since the epoch.
///
/// # Errors
/// When the data does not fit the expression, the store cannot be read, a limit is met, or the query is
/// cancelled.
pub fn instant(
    queryable: &dyn Queryable,
    expr: &Expr,
    time_ms: i64,
    options: &EngineOptions,
    cancellation: &Cancellation,
) -> Result<Outcome, EvalError> {
    let times = QueryTimes {
        start: time_ms,
        end: time_ms,
        step: 0,
    };
    run(
        queryable,
        expr,
        times,
        Grid::single(time_ms),
        options,
        cancellation,
    )
}

/// Evaluates an expression from `start_ms` to `end_ms`, both inside, every `step_ms`.
///
/// # Errors
/// As for [`instant`], and when the expression is neither scalar nor instant vector or the range is none.
pub fn range(
    queryable: &dyn Queryable,
    expr: &Expr,
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
    options: &EngineOptions,
    cancellation: &Cancellation,
) -> Result<Outcome, EvalError> {
    let found = expr.value_type();
    if !matches!(found, ValueType::Scalar | ValueType::Vector) {
        return Err(EvalError::NotForRange {
            found: found.as_str(),
        });
    }
    if step_ms <= 0 {
        return Err(EvalError::InvalidRange);
    }
    let grid = Grid::new(start_ms, end_ms, step_ms).ok_or(EvalError::InvalidRange)?;
    let times = QueryTimes {
        start: start_ms,
        end: end_ms,
        step: step_ms,
    };
    let mut outcome = run(queryable, expr, times, grid, options, cancellation)?;
    // A range query has a matrix even when it has one step.
    outcome.value = into_matrix(outcome.value);
    Ok(outcome)
}

fn run(
    queryable: &dyn Queryable,
    expr: &Expr,
    times: QueryTimes,
    grid: Grid,
    options: &EngineOptions,
    cancellation: &Cancellation,
) -> Result<Outcome, EvalError> {
    let began = Instant::now();
    let shared = Shared::new(queryable, options, cancellation, times, expr, began);
    let mut evaluator = Evaluator::new(&shared);
    let lengths = QueryLengths {
        range: times.end.saturating_sub(times.start),
        step: times.step,
    };
    let expr = lengths::resolve(expr, lengths)?;
    let evaluated = evaluator.evaluate(&expr, grid)?;
    shared.check()?;
    let value = match evaluated {
        Evaluated::Scalar(values) => scalar_value(&values, grid),
        Evaluated::String(value) => Value::String {
            timestamp: grid.start,
            value,
        },
        Evaluated::Vector(frame) => {
            let frame = if options.delayed_name_removal {
                duplicates::drop_names(frame)?
            } else if grid.is_single() && duplicates::any(&frame) {
                return Err(EvalError::DuplicateLabels);
            } else {
                frame
            };
            vector_value(&frame, grid)
        }
        Evaluated::Matrix(mut series) => {
            series.sort_by(|left, right| left.labels.cmp(&right.labels));
            Value::Matrix(series)
        }
    };
    let statistics = shared.statistics(began.elapsed());
    Ok(Outcome {
        value,
        annotations: evaluator.into_annotations(),
        statistics,
    })
}

fn scalar_value(values: &[f64], grid: Grid) -> Value {
    if grid.is_single() {
        return Value::Scalar {
            timestamp: grid.start,
            value: values[0],
        };
    }
    let floats = grid.times().zip(values.iter().copied()).collect();
    Value::Matrix(vec![MatrixSeries {
        floats,
        ..MatrixSeries::default()
    }])
}

fn vector_value(frame: &Frame, grid: Grid) -> Value {
    if !grid.is_single() {
        let mut series: Vec<MatrixSeries> =
            frame.rows().map(|row| matrix_series(row, grid)).collect();
        series.sort_by(|left, right| left.labels.cmp(&right.labels));
        return Value::Matrix(series);
    }
    let sample = |row: Row<'_>| {
        let value = match (row.histograms, row.at(0)?) {
            ([(_, histogram), ..], _) | (_, SampleRef::Histogram(histogram)) => {
                SampleValue::Histogram(histogram.clone())
            }
            (_, SampleRef::Float(value)) => SampleValue::Float(value),
        };
        Some(VectorSample {
            labels: row.key.labels.clone(),
            timestamp: grid.start,
            value,
        })
    };
    Value::Vector(frame.rows().filter_map(sample).collect())
}

/// A row with the times of its samples.
pub(crate) fn matrix_series(row: Row<'_>, grid: Grid) -> MatrixSeries {
    let mut series = MatrixSeries {
        labels: row.key.labels.clone(),
        ..MatrixSeries::default()
    };
    // Not by step: where names were dropped, a step may have both.
    for (time, value) in grid.times().zip(row.floats) {
        if is_present(*value) {
            series.floats.push((time, *value));
        }
    }
    for (step, histogram) in row.histograms {
        series
            .histograms
            .push((grid.time(*step), histogram.clone()));
    }
    series
}

fn into_matrix(value: Value) -> Value {
    match value {
        Value::Scalar { timestamp, value } => Value::Matrix(vec![MatrixSeries {
            floats: vec![(timestamp, value)],
            ..MatrixSeries::default()
        }]),
        Value::Vector(samples) => {
            let mut series: Vec<MatrixSeries> = samples.into_iter().map(one_sample).collect();
            series.sort_by(|left, right| left.labels.cmp(&right.labels));
            Value::Matrix(series)
        }
        other => other,
    }
}

fn one_sample(sample: VectorSample) -> MatrixSeries {
    let mut series = MatrixSeries {
        labels: sample.labels,
        ..MatrixSeries::default()
    };
    match sample.value {
        SampleValue::Float(value) => series.floats.push((sample.timestamp, value)),
        SampleValue::Histogram(histogram) => {
            series.histograms.push((sample.timestamp, histogram));
        }
    }
    series
}
