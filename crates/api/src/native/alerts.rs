//! What watches the agents, seen from outside: figures, and what became of alerts.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use swarmscope_alerting::history::HistoryEntry;
use swarmscope_model::limits::MAX_PAGE;

use super::NativeState;
use super::errors::ApiError;
use super::parameters::{Parameters, parse_time_or_epoch};

/// Entries in a reply unless asked otherwise.
const DEFAULT_SIZE: usize = 100;

/// What gathers metrics and judges them.
pub trait Monitor: Send + Sync {
    /// How it stands.
    fn figures(&self) -> MetricFigures;

    /// The latest changes of alerts since a time in milliseconds since the epoch, newest first.
    fn alert_history(&self, since: i64, limit: usize) -> Vec<HistoryEntry>;
}

/// Metrics, scrapes and rules in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MetricFigures {
    /// In memory.
    pub series: u64,
    /// Stored since the start.
    pub samples: u64,
    pub blocks: u64,
    /// On disk, the write-ahead log included.
    pub bytes: u64,
    pub targets_up: u64,
    pub targets_down: u64,
    pub rules: u64,
    pub rules_failing: u64,
    pub alerts_pending: u64,
    pub alerts_firing: u64,
}

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
    let monitor = state.monitor.clone();
    let history = tokio::task::spawn_blocking(move || monitor.alert_history(since, size)).await;
    let history = history.map_err(|error| {
        ApiError::unavailable(format!("reading the history of alerts failed: {error}"))
    })?;
    Ok(Json(HistoryBody { history }))
}
