//! Agents: registering, signs of life, draining, leaving.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use swarmscope_model::state::{Agent, NewAgent, StateError, TaskState};

use super::context::Context;
use super::operation::Operation;
use super::steer::{held_by, stop};
use super::{reads, unavailable};
use crate::content::to_text;
use crate::transitions::{Ended, unknown_agent};

/// Adds an agent, or renews what it says of itself.
pub struct Register {
    pub agent: NewAgent,
}

#[async_trait]
impl Operation for Register {
    type Output = Agent;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Agent, StateError> {
        let agent = &self.agent;
        sqlx::query(
            "INSERT INTO agents \
             (agent_name, agent_type, status, last_heartbeat, capabilities, metadata) \
             VALUES (?1, ?2, 'active', ?3, ?4, ?5) ON CONFLICT (agent_name) DO UPDATE SET \
             agent_type = excluded.agent_type, \
             status = CASE WHEN draining THEN 'draining' ELSE 'active' END, \
             last_heartbeat = excluded.last_heartbeat, capabilities = excluded.capabilities, \
             metadata = excluded.metadata",
        )
        .bind(&agent.agent_name)
        .bind(&agent.agent_type)
        .bind(context.now.to_string())
        .bind(to_text(&agent.capabilities))
        .bind(to_text(&agent.metadata))
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
        reads::agent(connection, &agent.agent_name).await
    }
}

/// A sign of life.
pub struct Heartbeat {
    pub agent_name: String,
}

#[async_trait]
impl Operation for Heartbeat {
    type Output = Agent;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Agent, StateError> {
        sqlx::query(
            "UPDATE agents SET status = CASE WHEN draining THEN 'draining' ELSE 'active' END, \
             last_heartbeat = ?2 WHERE agent_name = ?1",
        )
        .bind(&self.agent_name)
        .bind(context.now.to_string())
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
        reads::agent(connection, &self.agent_name).await
    }
}

/// Gives an agent no new work, or again.
pub struct Drain {
    pub agent_name: String,
    pub draining: bool,
}

#[async_trait]
impl Operation for Drain {
    type Output = Agent;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        _context: &mut Context,
    ) -> Result<Agent, StateError> {
        let changed = sqlx::query(
            "UPDATE agents SET draining = ?2, status = CASE \
             WHEN status NOT IN ('active', 'draining') THEN status \
             WHEN ?2 THEN 'draining' ELSE 'active' END WHERE agent_name = ?1",
        )
        .bind(&self.agent_name)
        .bind(self.draining)
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
        if changed.rows_affected() == 0 {
            return Err(unknown_agent(&self.agent_name));
        }
        reads::agent(connection, &self.agent_name).await
    }
}

/// Leaves: claimed tasks return to the queue.
pub struct Deregister {
    pub agent_name: String,
}

#[async_trait]
impl Operation for Deregister {
    type Output = Agent;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Agent, StateError> {
        let now = context.now;
        for row in held_by(connection, &self.agent_name).await? {
            stop(connection, &row, Ended::Released, TaskState::Queued, now).await?;
        }
        // Without `silenced_at`, so that no late sign of life makes it active again.
        sqlx::query(
            "UPDATE agents SET status = 'inactive', silenced_at = NULL WHERE agent_name = ?1",
        )
        .bind(&self.agent_name)
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
        reads::agent(connection, &self.agent_name).await
    }
}
