//! Silences: list, make, end.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use swarmscope_alerting::notify::LabelMatcher;
use swarmscope_alerting::silence::{NewSilence, Silence, SilenceError, SilenceState, Silences};
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::duration;

use super::active::as_map;
use super::body;
use crate::native::NativeState;
use crate::native::errors::ApiError;
use crate::native::parameters::parse_instant;

/// What a body for a new silence is like.
const SHAPE: &str = r#"{"matchers": ["alertname=\"AgentSilent\""], "duration": "2h" or "until": TIME, "from"?: TIME, "comment"?, "author"?}"#;

#[derive(Serialize)]
pub struct SilencesBody {
    silences: Vec<SilenceBody>,
}

#[derive(Serialize)]
pub struct SilenceAnswer {
    silence: SilenceBody,
}

#[derive(Serialize)]
struct SilenceBody {
    #[serde(flatten)]
    silence: Silence,
    state: SilenceState,
    /// Alerts that are pending or firing now and are meant.
    alerts: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    matchers: Vec<LabelMatcher>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    duration: Option<String>,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    author: String,
}

/// `GET /api/v1/alerts/silences`
pub async fn list(State(state): State<NativeState>) -> Json<SilencesBody> {
    let now = Timestamp::now();
    let silences = state.alerts.silences().all(now).into_iter();
    let alerts = alert_labels(&state);
    Json(SilencesBody {
        silences: silences.map(|each| shown(each, &alerts, now)).collect(),
    })
}

/// `POST /api/v1/alerts/silences`
pub async fn add(
    State(state): State<NativeState>,
    body: Bytes,
) -> Result<(StatusCode, Json<SilenceAnswer>), ApiError> {
    let given: NewBody = body::read(&body, SHAPE)?;
    let now = Timestamp::now();
    let from = match &given.from {
        Some(text) => parse_instant(text, now)?,
        None => now,
    };
    let until = match (&given.until, &given.duration) {
        (Some(text), None) => parse_instant(text, now)?,
        (None, Some(text)) => {
            let length = duration::parse(text)
                .map_err(|error| ApiError::invalid(format!("duration: {error}")))?;
            let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_millisecond(from.as_millisecond().saturating_add(length))
        }
        _ => {
            return Err(ApiError::invalid(
                "a silence has either a `duration` or an `until`",
            ));
        }
    };
    let new = NewSilence {
        matchers: given.matchers,
        from,
        until,
        comment: given.comment,
        author: given.author,
    };
    let silence = change(&state, move |silences| silences.add(new, now)).await?;
    let silence = shown(silence, &alert_labels(&state), now);
    Ok((StatusCode::CREATED, Json(SilenceAnswer { silence })))
}

/// `POST /api/v1/alerts/silences/{id}/end`
pub async fn end(
    State(state): State<NativeState>,
    Path(id): Path<String>,
) -> Result<Json<SilenceAnswer>, ApiError> {
    let now = Timestamp::now();
    let silence = change(&state, move |silences| silences.end(&id, now)).await?;
    let silence = shown(silence, &alert_labels(&state), now);
    Ok(Json(SilenceAnswer { silence }))
}

/// Changes silences on a thread that may wait for the disk.
async fn change(
    state: &NativeState,
    change: impl FnOnce(&Silences) -> Result<Silence, SilenceError> + Send + 'static,
) -> Result<Silence, ApiError> {
    let silences = state.alerts.silences().clone();
    let changed = tokio::task::spawn_blocking(move || change(&silences)).await;
    let changed = changed
        .map_err(|error| ApiError::internal(format!("keeping the silence failed: {error}")))?;
    Ok(changed?)
}

/// The labels of every alert that is pending or firing.
fn alert_labels(state: &NativeState) -> Vec<BTreeMap<String, String>> {
    let alerts = state.alerts.alerts();
    alerts
        .iter()
        .map(|each| as_map(&each.alert.labels))
        .collect()
}

fn shown(silence: Silence, alerts: &[BTreeMap<String, String>], now: Timestamp) -> SilenceBody {
    let meant = alerts.iter().filter(|labels| silence.matches(labels));
    SilenceBody {
        alerts: meant.count(),
        state: silence.state(now.as_millisecond()),
        silence,
    }
}
