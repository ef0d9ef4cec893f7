//! The native API on port 4700: what the web UI and the command line ask. Described, with every
//! shape, in `docs/native-api.md`.

mod agents;
mod alerts;
mod backup;
mod dashboards;
mod delete;
mod error_follower;
mod error_group_of_event;
mod error_group_tasks;
mod error_groups;
mod errors;
mod fields;
mod histogram;
mod indices;
mod journeys;
mod left_out;
mod logs;
mod metrics;
mod monitor;
mod parameters;
mod patterns;
mod status;
mod tail;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use swarmscope_alerting::Rules;
use swarmscope_model::Timestamp;
use swarmscope_model::accounting::Ledger;
use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::retention::RetentionRule;
use swarmscope_model::state::StateStore;
use swarmscope_query::store::LogStore;

use crate::guard::TurnedAway;
use error_groups::Verb;
use errors::ApiError;

pub use agents::{AgentBody, AgentsBody, LedgerBody};
pub use backup::{BackupFailed, BackupMade, BackupProgress, BackupSource};
pub use dashboards::{DashboardFile, DashboardSource};
pub use error_follower::{ErrorFollower, FollowerStatus};
pub use metrics::{Sample, SampleKind};
pub use monitor::{MetricFigures, Monitor};

/// What the handlers work on. A cheap handle.
#[derive(Clone)]
pub struct NativeState {
    pub logs: Arc<dyn LogStore>,
    pub state: Arc<dyn StateStore>,
    pub errors: Arc<dyn ErrorGroupStore>,
    pub error_follower: Arc<dyn ErrorFollower>,
    pub ledger: Arc<Ledger>,
    pub dashboards: Arc<dyn DashboardSource>,
    pub monitor: Arc<dyn Monitor>,
    pub alerts: Arc<Rules>,
    pub backups: Arc<dyn BackupSource>,
    pub system: Arc<SystemInfo>,
}

/// What is fixed for the life of the process, and what its engines tell of themselves.
pub struct SystemInfo {
    pub version: &'static str,
    pub started_at: Timestamp,
    /// Where each port is to be found, by what it serves.
    pub addresses: BTreeMap<&'static str, String>,
    /// How long logs are kept; the first rule that matches an index governs it, the last matches all.
    pub retention: Vec<RetentionRule>,
    /// Bytes of the write-ahead log of logs, on disk and in no segment yet.
    pub wal_bytes: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Further samples for `/metrics`, read at every scrape.
    pub samples: Box<dyn Fn() -> Vec<Sample> + Send + Sync>,
}

/// The API's routes. Whoever serves them adds the guard, the UI and the fallback.
pub fn router(state: NativeState) -> Router {
    let tasks = tasks::router(&state);
    Router::new()
        .route("/api/v1/logs/search", get(logs::search))
        .route("/api/v1/logs/histogram", get(histogram::histogram))
        .route("/api/v1/logs/patterns", get(patterns::patterns))
        .route("/api/v1/logs/fields", get(fields::fields))
        .route("/api/v1/logs/values", get(fields::values))
        .route("/api/v1/logs/tail", get(tail::tail))
        .route("/api/v1/logs/validate", get(logs::validate))
        .route("/api/v1/logs/delete", post(delete::delete))
        .route("/api/v1/backup", get(backup::progress).post(backup::backup))
        .route("/api/v1/indices", get(indices::indices))
        .route("/api/v1/journeys/{correlation_id}", get(journeys::show))
        .route("/api/v1/agents", get(agents::list))
        .route("/api/v1/dashboards", get(dashboards::list))
        .route("/api/v1/dashboards/{uid}", get(dashboards::show))
        .merge(error_group_routes())
        .route("/api/v1/status", get(status::status))
        .merge(alerts::routes())
        .route("/api/v1/{*path}", axum::routing::any(unknown_path))
        .route("/health", get(status::health))
        .route("/metrics", get(metrics::metrics))
        .with_state(state)
        .merge(tasks)
}

fn error_group_routes() -> Router<NativeState> {
    let of_all = |verb| {
        post(
            move |State(state): State<NativeState>, body: axum::body::Bytes| async move {
                error_groups::act_on_all(state, verb, &body).await
            },
        )
    };
    Router::new()
        .route("/api/v1/errors", get(error_groups::list))
        .route("/api/v1/errors/resolve", of_all(Verb::Resolve))
        .route("/api/v1/errors/reopen", of_all(Verb::Reopen))
        .route("/api/v1/errors/ignore", of_all(Verb::Ignore))
        .route("/api/v1/errors/of_event", get(error_group_of_event::show))
        .route("/api/v1/errors/{id}", get(error_groups::show))
        .route("/api/v1/errors/{id}/tasks", get(error_group_tasks::list))
        .route(
            "/api/v1/errors/{id}/requeue",
            post(error_group_tasks::requeue),
        )
        .route("/api/v1/errors/{id}/{verb}", post(error_groups::act))
}

/// Swarmscope's own figures alone, for a port that another protocol has.
pub fn figures(state: NativeState) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .with_state(state)
}

/// A request that the guard turned away, in this API's shape.
pub fn refuse(reason: TurnedAway) -> Response {
    ApiError::from(reason).into_response()
}

async fn unknown_path(uri: axum::http::Uri) -> ApiError {
    ApiError::not_found(format!(
        "there is no {} in this API; see docs/native-api.md",
        uri.path()
    ))
}
