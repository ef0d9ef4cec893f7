//! Agents: registering, signs of life, draining, leaving.

use serde_json::Value;
use swarmscope_model::state::{Agent, NewAgent, TaskState};

use super::change::Change;
use super::instant::Instant;
use super::rows::{self, agent_columns, task_columns};
use super::steer::stop;
use super::{PostgresState, families, reads};
use crate::broken::Broken;
use crate::transitions::{Ended, unknown_agent};

pub async fn register(state: &PostgresState, agent: &NewAgent) -> Result<Agent, Broken> {
    let row = sqlx::query(concat!(
        "INSERT INTO agents (agent_name, agent_type, status, last_heartbeat, capabilities, metadata) \
         VALUES ($1, $2, 'active', $3, $4, $5) ON CONFLICT (agent_name) DO UPDATE SET \
         agent_type = excluded.agent_type, \
         status = CASE WHEN agents.draining THEN 'draining' ELSE 'active' END, \
         last_heartbeat = excluded.last_heartbeat, capabilities = excluded.capabilities, \
         metadata = excluded.metadata RETURNING ",
        agent_columns!()
    ))
    .bind(&agent.agent_name)
    .bind(&agent.agent_type)
    .bind(Instant(state.now()))
    .bind(Value::Object(agent.capabilities.clone()))
    .bind(Value::Object(agent.metadata.clone()))
    .fetch_one(state.pool())
    .await?;
    Ok(rows::agent(&row)?)
}

pub async fn heartbeat(state: &PostgresState, agent_name: &str) -> Result<Agent, Broken> {
    let row = sqlx::query(concat!(
        "UPDATE agents SET status = CASE WHEN draining THEN 'draining' ELSE 'active' END, \
         last_heartbeat = $2 WHERE agent_name = $1 RETURNING ",
        agent_columns!()
    ))
    .bind(agent_name)
    .bind(Instant(state.now()))
    .fetch_optional(state.pool())
    .await?
    .ok_or_else(|| unknown_agent(agent_name))?;
    Ok(rows::agent(&row)?)
}

pub async fn drain(
    state: &PostgresState,
    agent_name: &str,
    draining: bool,
) -> Result<Agent, Broken> {
    let row = sqlx::query(concat!(
        "UPDATE agents SET draining = $2, status = CASE \
         WHEN status NOT IN ('active', 'draining') THEN status \
         WHEN $2 THEN 'draining' ELSE 'active' END WHERE agent_name = $1 RETURNING ",
        agent_columns!()
    ))
    .bind(agent_name)
    .bind(draining)
    .fetch_optional(state.pool())
    .await?
    .ok_or_else(|| unknown_agent(agent_name))?;
    Ok(rows::agent(&row)?)
}

pub async fn deregister(state: &PostgresState, agent_name: &str) -> Result<Agent, Broken> {
    let mut change = state.change().await?;
    let outcome = deregister_in(&mut change, state, agent_name).await;
    PostgresState::end(change, outcome).await
}

async fn deregister_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    agent_name: &str,
) -> Result<Agent, Broken> {
    let held: Vec<String> = sqlx::query_scalar(
        "SELECT task_id::text FROM task_states WHERE state = 'in_progress' AND agent_name = $1 \
         AND lease_expires_at IS NOT NULL",
    )
    .bind(agent_name)
    .fetch_all(&mut **change)
    .await?;
    families::lock_alone(change, &held).await?;
    // As they stand now that nobody else changes them; one may have ended before it was locked.
    let held = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        " FROM task_states WHERE task_id = ANY($2) AND state = 'in_progress' \
         AND agent_name = $1 AND lease_expires_at IS NOT NULL FOR UPDATE"
    ))
    .bind(agent_name)
    .bind(&held)
    .fetch_all(&mut **change)
    .await?;
    let now = state.now();
    for row in &held {
        let before = rows::task(row)?;
        stop(change, &before, Ended::Released, TaskState::Queued, now).await?;
    }
    // Without `silenced_at`, so that no late sign of life makes it active again.
    sqlx::query("UPDATE agents SET status = 'inactive', silenced_at = NULL WHERE agent_name = $1")
        .bind(agent_name)
        .execute(&mut **change)
        .await?;
    let agent = reads::agent(change, agent_name).await?;
    Ok(agent)
}
