//! A rule tried on the past, before it is saved.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use swarmscope_alerting::trial::{Trial, TrialAlert};
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::float;

use super::active::as_map;
use super::body;
use crate::native::NativeState;
use crate::native::errors::ApiError;
use crate::native::logs::elapsed_ms;
use crate::native::parameters::parse_instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrialRequest {
    rule: Value,
    from: String,
    #[serde(default)]
    to: Option<String>,
}

#[derive(Serialize)]
pub struct TrialBody {
    took_ms: u64,
    from: Timestamp,
    to: Timestamp,
    step_ms: i64,
    evaluations: usize,
    /// How often it would have fired, those that are not listed among them.
    fired: usize,
    pending_at_end: usize,
    alerts: Vec<TrialAlertBody>,
}

#[derive(Serialize)]
struct TrialAlertBody {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    value: String,
    active_at: Timestamp,
    fired_at: Timestamp,
    resolved_at: Option<Timestamp>,
}

/// `POST /api/v1/alerts/try`
pub async fn run(
    State(state): State<NativeState>,
    body: Bytes,
) -> Result<Json<TrialBody>, ApiError> {
    let started = Instant::now();
    let given: TrialRequest = body::read(&body, r#"{"rule": {…}, "from": TIME, "to"?: TIME}"#)?;
    let rule = body::rule(given.rule)?;
    let now = Timestamp::now();
    let from = parse_instant(&given.from, now)?.as_millisecond();
    let to = match &given.to {
        Some(text) => parse_instant(text, now)?,
        None => now,
    };
    let trial = state
        .alerts
        .try_rule(&rule, from, to.as_millisecond())
        .await??;
    Ok(Json(shown(trial, elapsed_ms(started))))
}

fn shown(trial: Trial, took_ms: u64) -> TrialBody {
    TrialBody {
        took_ms,
        from: Timestamp::from_millisecond(trial.steps.from),
        to: Timestamp::from_millisecond(trial.steps.to),
        step_ms: trial.steps.step,
        evaluations: trial.steps.len(),
        fired: trial.fired.len() + trial.left_out,
        pending_at_end: trial.pending_at_end,
        alerts: trial.fired.into_iter().map(alert).collect(),
    }
}

fn alert(alert: TrialAlert) -> TrialAlertBody {
    TrialAlertBody {
        labels: as_map(&alert.labels),
        annotations: as_map(&alert.annotations),
        value: float::plain(alert.value),
        active_at: Timestamp::from_millisecond(alert.active_at),
        fired_at: Timestamp::from_millisecond(alert.fired_at),
        resolved_at: alert.resolved_at.map(Timestamp::from_millisecond),
    }
}
