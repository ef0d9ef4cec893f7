//! Port 8000, as `docs/native-api.md` has it. Handlers translate; what happens is in `dispatch`.

mod agents;
mod body;
mod errors;
mod tasks;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use swarmscope_model::limits::MAX_METADATA_BYTES;
use swarmscope_sdk::metrics;

use crate::dispatch::Orchestrator;
use errors::ApiError;

/// Largest request body: a completion with a full result and several full follow-ups.
const MAX_BODY_BYTES: usize = 16 * MAX_METADATA_BYTES;

/// The whole API and `/metrics`, without a guard.
pub fn router(orchestrator: Orchestrator) -> Router {
    Router::new()
        .route("/api/v1/tasks", post(tasks::submit).get(tasks::list))
        .route("/api/v1/tasks/{task_id}", get(tasks::show))
        .route("/api/v1/tasks/{task_id}/cancel", post(tasks::cancel))
        .route("/api/v1/tasks/{task_id}/retry", post(tasks::retry))
        .route("/api/v1/tasks/{task_id}/renew", post(tasks::renew))
        .route("/api/v1/tasks/{task_id}/complete", post(tasks::complete))
        .route("/api/v1/tasks/{task_id}/fail", post(tasks::fail))
        .route("/api/v1/agents", post(agents::register).get(agents::list))
        .route(
            "/api/v1/agents/{agent_name}/heartbeat",
            post(agents::heartbeat),
        )
        .route("/api/v1/agents/{agent_name}/claim", post(agents::claim))
        .route(
            "/api/v1/agents/{agent_name}/deregister",
            post(agents::deregister),
        )
        .route("/health", get(health))
        .merge(metrics::router())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(orchestrator)
}

/// 200 while the store answers; 503 with the reason while it does not.
async fn health(State(orchestrator): State<Orchestrator>) -> Response {
    match orchestrator.store().ping().await {
        Ok(()) => Json(json!({"status": "ok", "state": "ok"})).into_response(),
        Err(error) => {
            let body = json!({
                "status": "unavailable",
                "state": "unreachable",
                "reason": error.reason(),
                "error": ApiError::from(error).detail(),
            });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

async fn unknown_path(uri: axum::http::Uri) -> ApiError {
    ApiError::UnknownPath {
        path: uri.path().to_owned(),
    }
}

async fn wrong_method(method: Method, uri: axum::http::Uri) -> ApiError {
    ApiError::WrongMethod {
        method,
        path: uri.path().to_owned(),
    }
}
