//! What became of alerts.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use swarmscope_alerting::history::HistoryEntry;
use swarmscope_model::limits::MAX_PAGE;

use crate::native::NativeState;
use crate::native::errors::ApiError;
use crate::native::parameters::{Parameters, parse_time_or_epoch};

/// Entries in a reply unless asked otherwise.
const DEFAULT_SIZE: usize = 100;

#[derive(Deserialize)]
pub struct HistoryParameters {
    #[serde(default)]
    since: String,
    size: Option<usize>,
}

#[derive(Serialize)]
pub struct HistoryBody {
    history: Vec<HistoryEntry>,
}

/// `GET /api/v1/alerts/history`
pub async fn history(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<HistoryParameters>,
) -> Result<Json<HistoryBody>, ApiError> {
    let since = parse_time_or_epoch(&parameters.since)?;
    let size = parameters.size.unwrap_or(DEFAULT_SIZE).min(MAX_PAGE);
    let rules = state.alerts.clone();
    // The history may be being written, and a disk takes its time.
    let history = tokio::task::spawn_blocking(move || rules.history(since, size)).await;
    let history = history.map_err(|error| {
        ApiError::unavailable(format!("reading the history of alerts failed: {error}"))
    })?;
    Ok(Json(HistoryBody { history }))
}
