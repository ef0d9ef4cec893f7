//! The agents and their signs of life.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_model::state::Agent;

use super::NativeState;
use super::errors::ApiError;

#[derive(Serialize)]
pub struct AgentsBody {
    agents: Vec<Agent>,
}

/// `GET /api/v1/agents`
pub async fn list(State(state): State<NativeState>) -> Result<Json<AgentsBody>, ApiError> {
    Ok(Json(AgentsBody {
        agents: state.state.agents().await?,
    }))
}
