//! Agents: registering, signs of life, leaving.

use swarmscope_model::state::{Agent, NewAgent, StateError, TaskState};

use super::steer::{held_by, take_back};
use super::{SqliteState, reads, unavailable};
use crate::content::to_text;
use crate::transitions::Ended;
use crate::validate;

pub async fn register(state: &SqliteState, agent: NewAgent) -> Result<Agent, StateError> {
    validate::agent(&agent)?;
    let mut change = state.change().await?;
    sqlx::query(
        "INSERT INTO agents (agent_name, agent_type, status, last_heartbeat, capabilities, metadata) \
         VALUES (?1, ?2, 'active', ?3, ?4, ?5) ON CONFLICT (agent_name) DO UPDATE SET \
         agent_type = excluded.agent_type, status = 'active', \
         last_heartbeat = excluded.last_heartbeat, capabilities = excluded.capabilities, \
         metadata = excluded.metadata",
    )
    .bind(&agent.agent_name)
    .bind(&agent.agent_type)
    .bind(state.now().to_string())
    .bind(to_text(&agent.capabilities))
    .bind(to_text(&agent.metadata))
    .execute(&mut *change)
    .await
    .map_err(unavailable)?;
    let registered = reads::agent(&mut change, &agent.agent_name).await?;
    change.commit().await.map_err(unavailable)?;
    Ok(registered)
}

pub async fn heartbeat(state: &SqliteState, agent_name: &str) -> Result<Agent, StateError> {
    let mut change = state.change().await?;
    sqlx::query("UPDATE agents SET status = 'active', last_heartbeat = ?2 WHERE agent_name = ?1")
        .bind(agent_name)
        .bind(state.now().to_string())
        .execute(&mut *change)
        .await
        .map_err(unavailable)?;
    let agent = reads::agent(&mut change, agent_name).await?;
    change.commit().await.map_err(unavailable)?;
    Ok(agent)
}

pub async fn deregister(state: &SqliteState, agent_name: &str) -> Result<Agent, StateError> {
    let mut change = state.change().await?;
    let now = state.now();
    for row in held_by(&mut change, agent_name).await? {
        take_back(&mut change, &row, Ended::Released, TaskState::Queued, now).await?;
    }
    sqlx::query("UPDATE agents SET status = 'inactive', silenced_at = NULL WHERE agent_name = ?1")
        .bind(agent_name)
        .execute(&mut *change)
        .await
        .map_err(unavailable)?;
    let agent = reads::agent(&mut change, agent_name).await?;
    change.commit().await.map_err(unavailable)?;
    Ok(agent)
}
