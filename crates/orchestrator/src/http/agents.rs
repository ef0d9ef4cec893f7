//! Agents: register, live, claim, leave.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use swarmscope_model::state::NewAgent;
use swarmscope_sdk::wire::{
    AgentList, AgentReply, ClaimManyReply, ClaimManyRequest, ClaimRequest, TaskReply,
};
use swarmscope_task_http::{Absent, ApiError, Body, Shared};

use super::examples;
use super::work::work_at_once;
use crate::claiming::Wanted;
use crate::dispatch::Orchestrator;

/// Longest wait for a task: proxies cut connections that are silent for a minute.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Add the agent, or renew what it says of itself; either way it is active now
#[utoipa::path(
    post, path = "/api/v1/agents", tag = "agents", operation_id = "register_agent",
    request_body(content = NewAgent, example = json!({
        "agent_name": "research_agent", "agent_type": "research_agent",
        "capabilities": {"skills": ["research"]}})),
    responses(
        (status = 201, description = "The agent", body = AgentReply,
         example = json!({"agent": examples::agent()})),
        Shared,
    )
)]
pub async fn register(
    State(orchestrator): State<Orchestrator>,
    Body(agent): Body<NewAgent>,
) -> Result<(StatusCode, Json<AgentReply>), ApiError> {
    let agent = orchestrator.register(agent).await?;
    Ok((StatusCode::CREATED, Json(AgentReply { agent })))
}

/// Every agent, by name
#[utoipa::path(
    get, path = "/api/v1/agents", tag = "agents", operation_id = "list_agents",
    responses(
        (status = 200, description = "The agents", body = AgentList,
         example = json!({"agents": [examples::agent()]})),
        Shared,
    )
)]
pub async fn list(State(orchestrator): State<Orchestrator>) -> Result<Json<AgentList>, ApiError> {
    let agents = orchestrator.store().agents().await?;
    Ok(Json(AgentList { agents }))
}

/// A sign of life
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/heartbeat", tag = "agents", operation_id = "heartbeat",
    params(("agent_name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "The agent; after 404 it has to register again",
         body = AgentReply, example = json!({"agent": examples::agent()})),
        Absent, Shared,
    )
)]
pub async fn heartbeat(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
) -> Result<Json<AgentReply>, ApiError> {
    let agent = orchestrator.heartbeat(&agent_name).await?;
    Ok(Json(AgentReply { agent }))
}

/// Claim the most urgent task of these types, waiting for one
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/claim", tag = "work", operation_id = "claim_task",
    params(("agent_name" = String, Path, description = "The agent")),
    request_body(content = ClaimRequest,
        example = json!({"task_types": ["research"], "wait_ms": 30_000, "lease_ms": 10_000})),
    responses(
        (status = 200, description = "The task, under a lease and with its fencing token",
         body = TaskReply, example = json!(examples::claimed())),
        (status = 204, description = "Nothing came within `wait_ms`"),
        Absent, Shared,
    )
)]
pub async fn claim(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
    Body(request): Body<ClaimRequest>,
) -> Result<Response, ApiError> {
    let wait = Duration::from_millis(request.wait_ms).min(MAX_WAIT);
    let wanted = Wanted {
        agent_name: &agent_name,
        task_types: &request.task_types,
        lease: request.lease_ms.map(Duration::from_millis),
    };
    Ok(match orchestrator.claim(wanted, wait).await? {
        Some(task) => Json(TaskReply { task }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Claim the most urgent tasks of these types, waiting for the first of them
///
/// Each task has a lease and a fencing token of its own. There may be fewer than `most`, and none when nothing
/// came within `wait_ms`.
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/claim_many", tag = "work", operation_id = "claim_tasks",
    params(("agent_name" = String, Path, description = "The agent")),
    request_body(content = ClaimManyRequest, example = json!({
        "task_types": ["research"], "most": 8, "wait_ms": 30_000, "lease_ms": 10_000})),
    responses(
        (status = 200, description = "The most urgent tasks", body = ClaimManyReply,
         example = json!({"tasks": [examples::claimed_task()]})),
        Absent, Shared,
    )
)]
pub async fn claim_many(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
    Body(request): Body<ClaimManyRequest>,
) -> Result<Json<ClaimManyReply>, ApiError> {
    work_at_once("most", request.most)?;
    let wait = Duration::from_millis(request.wait_ms).min(MAX_WAIT);
    let wanted = Wanted {
        agent_name: &agent_name,
        task_types: &request.task_types,
        lease: request.lease_ms.map(Duration::from_millis),
    };
    let tasks = orchestrator.claim_many(wanted, request.most, wait).await?;
    Ok(Json(ClaimManyReply { tasks }))
}

/// Leave; claimed tasks return to the queue
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/deregister", tag = "agents",
    operation_id = "deregister_agent",
    params(("agent_name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "The inactive agent", body = AgentReply,
         example = json!({"agent": examples::agent()})),
        Absent, Shared,
    )
)]
pub async fn deregister(
    State(orchestrator): State<Orchestrator>,
    Path(agent_name): Path<String>,
) -> Result<Json<AgentReply>, ApiError> {
    let agent = orchestrator.deregister(&agent_name).await?;
    Ok(Json(AgentReply { agent }))
}
