//! A claim by itself: which task, and whether limits allow one more.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::ADMIT_BATCH;
use swarmscope_model::state::{StateError, Task};

use super::context::Context;
use super::operation::Operation;
use super::{limits, rows, unavailable};
use crate::claimer::Claimer;
use crate::content::{to_object, to_time};
use crate::jitter::later;
use crate::transitions::unknown_agent;

/// The index has to be named: SQLite takes the equality of `state` for narrower than a range, and would walk
/// all of the queue with every claim.
const ADMIT: &str = "UPDATE task_states SET not_before = NULL WHERE rowid IN (\
         SELECT rowid FROM task_states INDEXED BY task_states_delayed \
         WHERE state = 'queued' AND not_before <= ?1 ORDER BY not_before LIMIT ?2)";

/// Takes the most urgent task of these types. A lane is a type with one set of required skills; each
/// costs a few look-ups in the index, however long the queue. A row that names an agent is kept for
/// that agent.
const TAKE: &str = "WITH RECURSIVE lane (task_type, skills) AS (\
         SELECT wanted.value, (SELECT min(required_skills) FROM task_states \
             WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL \
             AND task_states.task_type = wanted.value) FROM json_each(?1) AS wanted \
         UNION ALL SELECT lane.task_type, (SELECT min(required_skills) FROM task_states \
             WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL \
             AND task_states.task_type = lane.task_type AND required_skills > lane.skills) \
         FROM lane WHERE lane.skills IS NOT NULL), \
     candidate (place) AS (\
         SELECT (SELECT rowid FROM task_states WHERE state = 'queued' AND not_before IS NULL \
             AND agent_name IS NULL AND task_states.task_type = lane.task_type \
             AND required_skills = lane.skills AND (deadline IS NULL OR deadline > ?4) \
             ORDER BY claim_order, rowid LIMIT 1) \
         FROM lane WHERE lane.skills IS NOT NULL AND NOT EXISTS (\
             SELECT 1 FROM json_each(lane.skills) AS needed \
             WHERE needed.value NOT IN (SELECT had.value FROM json_each(?3) AS had)) \
         UNION ALL SELECT (SELECT rowid FROM task_states WHERE state = 'queued' \
             AND not_before IS NULL AND agent_name = ?2 AND task_states.task_type = wanted.value \
             AND (deadline IS NULL OR deadline > ?4) AND NOT EXISTS (\
                 SELECT 1 FROM json_each(required_skills) AS needed \
                 WHERE needed.value NOT IN (SELECT had.value FROM json_each(?3) AS had)) \
             ORDER BY claim_order, rowid LIMIT 1) \
         FROM json_each(?1) AS wanted) \
     UPDATE task_states SET state = 'in_progress', agent_name = ?2, updated_at = ?5, \
         fencing_token = fencing_token + 1, claimed_at = ?4, lease_expires_at = ?6, \
         first_claimed_at = coalesce(first_claimed_at, ?4) \
     WHERE rowid = (SELECT best.rowid FROM candidate \
         JOIN task_states AS best ON best.rowid = candidate.place \
         ORDER BY best.claim_order, best.rowid LIMIT 1) RETURNING *";

/// The next task of these types for the agent.
pub struct TakeNext {
    pub agent_name: String,
    pub task_types: Vec<String>,
    pub lease: Duration,
}

#[async_trait]
impl Operation for TakeNext {
    type Output = Option<Task>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Option<Task>, StateError> {
        let claimer = claimer(connection, &self.agent_name).await?;
        if claimer.draining {
            return Ok(None);
        }
        admit(connection, context).await?;
        let allowed = limits::allowed(connection, context, self).await?;
        let Some(allowed) = allowed else {
            return Ok(None);
        };
        let now = context.now;
        let row = sqlx::query(TAKE)
            .bind(Value::from(allowed.task_types).to_string())
            .bind(&self.agent_name)
            .bind(Value::from(claimer.skills.clone()).to_string())
            .bind(now.as_millisecond())
            .bind(now.to_string())
            .bind(later(now, self.lease).as_millisecond())
            .fetch_optional(&mut *connection)
            .await
            .map_err(unavailable)?;
        let Some(row) = row else { return Ok(None) };
        let task = rows::task(&row).map_err(unavailable)?.task;
        limits::note(connection, context, &task).await?;
        if claimer.is_to_be_noted(now) {
            show_life(connection, &self.agent_name, now).await?;
        }
        Ok(Some(task))
    }
}

/// The agent, as far as it matters for what it may claim.
async fn claimer(
    connection: &mut SqliteConnection,
    agent_name: &str,
) -> Result<Claimer, StateError> {
    let row = sqlx::query(
        "SELECT status, draining, capabilities, last_heartbeat FROM agents WHERE agent_name = ?1",
    )
    .bind(agent_name)
    .fetch_optional(connection)
    .await
    .map_err(unavailable)?
    .ok_or_else(|| unknown_agent(agent_name))?;
    claimer_of(&row).map_err(unavailable)
}

/// Reads `status`, `draining`, `capabilities` and `last_heartbeat`.
pub fn claimer_of(row: &SqliteRow) -> Result<Claimer, sqlx::Error> {
    let status: Option<String> = row.try_get_unchecked("status")?;
    let heartbeat: Option<String> = row.try_get_unchecked("last_heartbeat")?;
    Ok(Claimer::new(
        status.as_deref(),
        row.try_get_unchecked("draining")?,
        &to_object(row.try_get_unchecked("capabilities")?),
        heartbeat.as_deref().map(to_time),
    ))
}

/// Lets some of the delayed tasks into the queue that are due.
pub async fn admit(connection: &mut SqliteConnection, context: &Context) -> Result<(), StateError> {
    sqlx::query(ADMIT)
        .bind(context.now.as_millisecond())
        .bind(ADMIT_BATCH)
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}

async fn show_life(
    connection: &mut SqliteConnection,
    agent_name: &str,
    now: Timestamp,
) -> Result<(), StateError> {
    sqlx::query(
        "UPDATE agents SET last_heartbeat = ?2, \
         status = CASE WHEN draining THEN 'draining' ELSE 'active' END WHERE agent_name = ?1",
    )
    .bind(agent_name)
    .bind(now.to_string())
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}
