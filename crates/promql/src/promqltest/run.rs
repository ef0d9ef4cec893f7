//! Runs scripts.

use swarmscope_model::metrics::{Cancellation, SampleValue};

use super::command::{self, Command};
use super::eval::Eval;
use super::load::Load;
use super::pinned::pinned;
use super::storage::MemoryStorage;
use super::{annotations, classic, compare};
use crate::ast::Expr;
use crate::evaluator::{
    EngineOptions, EvalError, MatrixSeries, Outcome, Value, VectorSample, instant, range,
};

const MINUTE: i64 = 60_000;

/// What became of a script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Queries, and commands that could not be read or run.
    pub total: usize,
    pub failures: Vec<Failure>,
}

impl Report {
    /// How many queries gave what was expected.
    pub fn passed(&self) -> usize {
        self.total - self.failures.len()
    }
}

/// A query that did not give what was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The first line of the script is 1.
    pub line: usize,
    /// Empty when it was not a query that failed.
    pub query: String,
    /// What was expected and what was got.
    pub reason: String,
}

/// Runs a script from the first command to the last.
pub fn run_script(script: &str) -> Report {
    let mut report = Report::default();
    let mut storage = MemoryStorage::new();
    for command in command::parse(script) {
        let failure = match command {
            Err(error) => Some(Failure {
                line: error.line,
                query: String::new(),
                reason: error.reason,
            }),
            Ok(Command::Clear) => {
                storage = MemoryStorage::new();
                continue;
            }
            Ok(Command::Load(command)) => match load(&mut storage, &command) {
                Ok(()) => continue,
                Err(failure) => Some(failure),
            },
            Ok(Command::Eval(eval)) => run_eval(&storage, &eval).err().map(|reason| Failure {
                line: eval.line,
                query: eval.query.clone(),
                reason,
            }),
        };
        report.total += 1;
        report.failures.extend(failure);
    }
    report
}

/// The series that a script loads, for queries that are not in it.
///
/// # Errors
/// At the first command that is no `load`, or cannot be read or run.
pub fn load_script(script: &str) -> Result<MemoryStorage, Failure> {
    let mut storage = MemoryStorage::new();
    for command in command::parse(script) {
        let failed = |line: usize, reason: String| Failure {
            line,
            query: String::new(),
            reason,
        };
        match command {
            Err(error) => return Err(failed(error.line, error.reason)),
            Ok(Command::Load(command)) => load(&mut storage, &command)?,
            Ok(Command::Clear) => storage = MemoryStorage::new(),
            Ok(Command::Eval(eval)) => {
                let reason = "only load and clear are allowed here".to_owned();
                return Err(failed(eval.line, reason));
            }
        }
    }
    Ok(storage)
}

fn load(storage: &mut MemoryStorage, load: &Load) -> Result<(), Failure> {
    for series in &load.series {
        storage.load(series);
    }
    if load.with_custom_buckets {
        let converted = classic::converted(&load.series).map_err(|error| Failure {
            line: load.line,
            query: String::new(),
            reason: error.to_string(),
        })?;
        for series in &converted {
            storage.load(series);
        }
    }
    Ok(())
}

fn options() -> EngineOptions {
    EngineOptions {
        delayed_name_removal: true,
        start_timestamps: true,
        ..EngineOptions::default()
    }
}

fn run_eval(storage: &MemoryStorage, eval: &Eval) -> Result<(), String> {
    if eval.is_range {
        let times = eval.times;
        let outcome = range(
            storage,
            &eval.expr,
            times.start,
            times.end,
            times.step,
            &options(),
            &Cancellation::default(),
        );
        return check(eval, outcome).map(|_| ());
    }
    let time = eval.times.start;
    run_instant(storage, eval, &eval.expr, time)?;
    let Some(expr) = pinned(&eval.expr, time) else {
        return Ok(());
    };
    let others = if time == 0 {
        vec![-1_000, 0, 1_000]
    } else {
        vec![-10 * time, 0, time / 5, time, 10 * time]
    };
    for other in others {
        run_instant(storage, eval, &expr, other).map_err(|reason| {
            format!(
                "with selectors @ {}, evaluated at {other}ms: {reason}",
                time as f64 / 1_000.0
            )
        })?;
    }
    Ok(())
}

fn run_instant(storage: &MemoryStorage, eval: &Eval, expr: &Expr, time: i64) -> Result<(), String> {
    let never = Cancellation::default();
    let outcome = instant(storage, expr, time, &options(), &never);
    let Some(outcome) = check(eval, outcome)? else {
        return Ok(());
    };
    let depends_on_range = ["start()", "end()", "range()", "step()"]
        .iter()
        .any(|call| eval.query.contains(call));
    if !eval.also_as_range || depends_on_range || eval.expectations.ordered {
        return Ok(());
    }
    let outcome_in_range = range(
        storage,
        expr,
        time - MINUTE,
        time + MINUTE,
        MINUTE,
        &options(),
        &never,
    )
    .map_err(|error| format!("error in range mode: {error}"))?;
    let Value::Matrix(series) = outcome_in_range.value else {
        return Err("a range query gave no matrix".to_owned());
    };
    let middle = middle(&series, time);
    let value = match (outcome.value, middle.first()) {
        (Value::Scalar { timestamp, .. }, Some(sample)) => match sample.value {
            SampleValue::Float(value) => Value::Scalar { timestamp, value },
            SampleValue::Histogram(_) => Value::Vector(middle),
        },
        _ => Value::Vector(middle),
    };
    compare::check(eval, &value).map_err(|reason| format!("in range mode: {reason}"))
}

/// The samples of a matrix at one time.
fn middle(series: &[MatrixSeries], time: i64) -> Vec<VectorSample> {
    let value_at = |series: &MatrixSeries| {
        let float = series.floats.iter().find(|(at, _)| *at == time);
        let histogram = series.histograms.iter().find(|(at, _)| *at == time);
        float
            .map(|(_, value)| SampleValue::Float(*value))
            .or(histogram.map(|(_, value)| SampleValue::Histogram(value.clone())))
    };
    series
        .iter()
        .filter_map(|series| {
            let value = value_at(series)?;
            Some(VectorSample {
                labels: series.labels.clone(),
                timestamp: time,
                value,
            })
        })
        .collect()
}

/// Checks errors, what is said, and values. The outcome, unless it was to fail and did.
fn check(eval: &Eval, outcome: Result<Outcome, EvalError>) -> Result<Option<Outcome>, String> {
    let outcome = match (outcome, &eval.expectations.failure) {
        (Ok(_), Some(_)) => return Err("expected an error but got none".to_owned()),
        (Err(error), None) => return Err(format!("error evaluating query: {error}")),
        (Err(error), Some(patterns)) => {
            let text = error.to_string();
            return match patterns.iter().find(|pattern| !pattern.matches(&text)) {
                None => Ok(None),
                Some(unmet) => Err(format!(
                    "expected the error {}, but got {text:?}",
                    unmet.describe()
                )),
            };
        }
        (Ok(outcome), None) => outcome,
    };
    annotations::check(&eval.expectations, &eval.query, &outcome.annotations)?;
    compare::check(eval, &outcome.value)?;
    Ok(Some(outcome))
}
