//! Whether agents get new work.

use axum::Json;
use axum::extract::{Path, State};
use swarmscope_sdk::wire::AgentReply;

use crate::Door;
use crate::errors::ApiError;
use crate::examples;
use crate::replies::{Absent, Shared};

type Reply = Result<Json<AgentReply>, ApiError>;

/// Give the agent no new work; it keeps what it has
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/drain", tag = "agents", operation_id = "drain_agent",
    params(("agent_name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "The draining agent", body = AgentReply,
         example = json!(examples::agent_reply())),
        Absent, Shared,
    )
)]
pub async fn drain(State(door): State<Door>, Path(agent_name): Path<String>) -> Reply {
    let agent = door.tasks.drain(&agent_name, true).await?;
    Ok(Json(AgentReply { agent }))
}

/// Give the agent new work again
#[utoipa::path(
    post, path = "/api/v1/agents/{agent_name}/undrain", tag = "agents", operation_id = "undrain_agent",
    params(("agent_name" = String, Path, description = "The agent")),
    responses(
        (status = 200, description = "The agent", body = AgentReply,
         example = json!(examples::agent_reply())),
        Absent, Shared,
    )
)]
pub async fn undrain(State(door): State<Door>, Path(agent_name): Path<String>) -> Reply {
    let agent = door.tasks.drain(&agent_name, false).await?;
    Ok(Json(AgentReply { agent }))
}
