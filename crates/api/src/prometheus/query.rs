//! `query` and `query_range`: evaluates PromQL at one time, or at every step of a range.

use std::time::Duration;

use axum::extract::State;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_RANGE_STEPS;
use swarmscope_promql::ast::Expr;
use swarmscope_promql::evaluator::{EngineOptions, Outcome, instant, range};
use swarmscope_promql::parser;

use super::PrometheusState;
use super::errors::PrometheusError;
use super::gate::Permit;
use super::parameters::{Form, duration};
use super::reply::{Notes, Reply, TRUNCATED, json_response, success_bytes};
use super::statistics::{Timings, write_statistics};
use super::values::{truncate, write_value};

const NANOSECONDS: i64 = 1_000_000;

/// When a query is evaluated, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
enum Times {
    At(i64),
    Every { start: i64, end: i64, step: i64 },
}

/// A query with what its parameters say.
struct Request {
    text: String,
    expr: Expr,
    times: Times,
    options: EngineOptions,
    limit: Option<usize>,
    /// The parameter `stats`.
    statistics: String,
}

/// `GET|POST /api/v1/query`
pub async fn at_one_time(State(state): State<PrometheusState>, form: Form) -> Reply {
    let limit = form.limit()?;
    let time = form.time_or("time", Timestamp::now().as_millisecond())?;
    answer(state, &form, Times::At(time), limit).await
}

/// `GET|POST /api/v1/query_range`
pub async fn over_a_range(State(state): State<PrometheusState>, form: Form) -> Reply {
    let limit = form.limit()?;
    let start = form.time("start")?;
    let end = form.time("end")?;
    if end < start {
        let reason = "end timestamp must not be before start time";
        return Err(PrometheusError::invalid_parameter("end", reason));
    }
    // What is below a millisecond has no step of its own.
    let step = form.duration("step")? / NANOSECONDS;
    if step <= 0 {
        let reason = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(PrometheusError::invalid_parameter("step", reason));
    }
    if end.saturating_sub(start) / step > MAX_RANGE_STEPS {
        return Err(PrometheusError::bad_data(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        ));
    }
    answer(state, &form, Times::Every { start, end, step }, limit).await
}

async fn answer(state: PrometheusState, form: &Form, times: Times, limit: Option<usize>) -> Reply {
    let timeout = match form.get("timeout") {
        "" => None,
        _ => Some(positive(form.duration("timeout")?)),
    };
    let mut options = EngineOptions::default();
    match form.get("lookback_delta") {
        "" => {}
        text => {
            let parsed = duration(text).map_err(|reason| {
                PrometheusError::bad_data(format!(
                    "error parsing lookback delta duration: {reason}"
                ))
            })?;
            if parsed > 0 {
                options.lookback_delta = positive(parsed);
            }
        }
    }
    let text = form.get("query").to_owned();
    let expr = parser::parse(&text, state.syntax)
        .map_err(|error| PrometheusError::invalid_parameter("query", error))?;
    let request = Request {
        text,
        expr,
        times,
        options,
        limit,
        statistics: form.get("stats").to_owned(),
    };
    let store = state.store.clone();
    let bytes = state
        .gate
        .run(timeout, move |permit| {
            let outcome = evaluate(&*store, &request, permit)?;
            Ok(request.reply(outcome, permit))
        })
        .await?;
    Ok(json_response(bytes))
}

fn evaluate(
    store: &dyn swarmscope_model::metrics::Queryable,
    request: &Request,
    permit: &Permit,
) -> Result<Outcome, PrometheusError> {
    let mut options = request.options.clone();
    options.timeout = Some(permit.remaining());
    let Request { expr, times, .. } = request;
    let outcome = match *times {
        Times::At(time) => instant(store, expr, time, &options, &permit.cancellation),
        Times::Every { start, end, step } => range(
            store,
            expr,
            start,
            end,
            step,
            &options,
            &permit.cancellation,
        ),
    };
    outcome.map_err(PrometheusError::from)
}

impl Request {
    fn reply(&self, mut outcome: Outcome, permit: &Permit) -> Vec<u8> {
        let mut notes = Notes {
            warnings: outcome.annotations.warnings(&self.text),
            infos: outcome.annotations.infos(&self.text),
        };
        if self
            .limit
            .is_some_and(|limit| truncate(&mut outcome.value, limit))
        {
            notes.warnings.push(TRUNCATED.to_owned());
        }
        if !matches!(self.statistics.as_str(), "" | "true" | "all") {
            notes.warnings.push(format!(
                "value {:?} for parameter \"stats\" is deprecated and will be rejected in the next major release, use \"true\" or \"all\"",
                self.statistics
            ));
        }
        success_bytes(&notes, |json| {
            json.raw("{");
            write_value(json, &outcome.value);
            if !self.statistics.is_empty() {
                let timings = Timings {
                    queued: permit.queued,
                    evaluated: outcome.statistics.duration,
                };
                json.raw(",\"stats\":");
                write_statistics(json, &timings, &outcome.statistics);
            }
            json.raw("}");
        })
    }
}

fn positive(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0))
}
