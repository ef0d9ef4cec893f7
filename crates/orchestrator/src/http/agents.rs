//! Agents: register, live, claim, leave.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use swarmscope_model::state::NewAgent;
use swarmscope_sdk::wire::{AgentList, AgentReply, ClaimRequest, TaskReply};

use super::body::Body;
use super::errors::ApiError;
use crate::dispatch::Orchestrator;

/// Longest wait for a task: proxies cut connections that are silent for a minute.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// `POST /api/v1/agents`
pub async fn register(
    State(orchestrator): State<Orchestrator>,
    Body(agent): Body<NewAgent>,
) -> Result<(StatusCode, Json<AgentReply>), ApiError> {
    let agent = orchestrator.register(agent).await?;
    Ok((StatusCode::CREATED, Json(AgentReply { agent })))
}

/// `GET /api/v1/agents`
pub async fn list(State(orchestrator): State<Orchestrator>) -> Result<Json<AgentList>, ApiError> {
    let agents = orchestrator.store().agents().await?;
    Ok(Json(AgentList { agents }))
}

/// `POST /api/v1/agents/{agent_name}/heartbeat`
pub async fn heartbeat(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
) -> Result<Json<AgentReply>, ApiError> {
    let agent = orchestrator.heartbeat(&agent_name).await?;
    Ok(Json(AgentReply { agent }))
}

/// `POST /api/v1/agents/{agent_name}/claim`
pub async fn claim(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
    Body(request): Body<ClaimRequest>,
) -> Result<Response, ApiError> {
    let wait = Duration::from_millis(request.wait_ms).min(MAX_WAIT);
    let lease = request.lease_ms.map(Duration::from_millis);
    let claimed = orchestrator
        .claim(&agent_name, &request.task_types, wait, lease)
        .await?;
    Ok(match claimed {
        Some(task) => Json(TaskReply { task }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// `POST /api/v1/agents/{agent_name}/deregister`
pub async fn deregister(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
) -> Result<Json<AgentReply>, ApiError> {
    let agent = orchestrator.deregister(&agent_name).await?;
    Ok(Json(AgentReply { agent }))
}
