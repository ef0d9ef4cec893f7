//! Health and figures.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use swarmscope_sdk::metrics;
use swarmscope_sdk::wire::ErrorDetail;
use swarmscope_task_http::ApiError;
use utoipa::ToSchema;

use crate::dispatch::Orchestrator;

/// Whether the orchestrator can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok` or `unavailable`.
    status: &'static str,
    /// `ok` or `unreachable`: the state store.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDetail>,
}

/// Whether the state store answers
#[utoipa::path(
    get, path = "/health", tag = "system", operation_id = "health",
    responses(
        (status = 200, description = "It does", body = Health,
         example = json!({"status": "ok", "state": "ok"})),
        (status = 503, description = "It does not, and why", body = Health, example = json!({
            "status": "unavailable", "state": "unreachable",
            "reason": "the state store does not answer: connection refused",
            "error": {"code": "unavailable", "message": "the state store does not answer"}})),
    )
)]
pub async fn health(State(orchestrator): State<Orchestrator>) -> Response {
    let Err(error) = orchestrator.store().ping().await else {
        let health = Health {
            status: "ok",
            state: "ok",
            reason: None,
            error: None,
        };
        return Json(health).into_response();
    };
    let health = Health {
        status: "unavailable",
        state: "unreachable",
        reason: Some(error.reason()),
        error: Some(ApiError::from(error).detail()),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(health)).into_response()
}

/// Figures in Prometheus's text format
#[utoipa::path(
    get, path = "/metrics", tag = "system", operation_id = "metrics",
    responses((status = 200, description = "The four metrics of every agent, and `queued_tasks`",
        body = String, content_type = "text/plain",
        example = "# TYPE queued_tasks gauge\nqueued_tasks 3\n"))
)]
pub async fn figures() -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        metrics::render(),
    )
}
