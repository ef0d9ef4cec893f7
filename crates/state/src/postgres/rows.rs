//! Rows to tasks, agents and attempts. The lists of columns convert, because tables from before may
//! have other widths of text and number than ours.

use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::postgres::PgRow;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Agent, Attempt, Task};

use super::instant::Instant;
use crate::content::{shown_status, to_join, to_priority, to_state, value_to_object};
use crate::prepared::skills_of;
use crate::transitions::TaskRow;

/// The columns of `task_states` that [`task`] reads.
macro_rules! task_columns {
    () => {
        "task_states.task_id::text AS task_id, task_states.task_type::text AS task_type, \
         task_states.agent_name::text AS agent_name, task_states.state::text AS state, \
         task_states.priority::text AS priority, \
         task_states.created_at::timestamptz AS created_at, \
         task_states.updated_at::timestamptz AS updated_at, \
         task_states.completed_at::timestamptz AS completed_at, \
         task_states.metadata::jsonb AS metadata, task_states.fencing_token, \
         task_states.claimed_at, task_states.lease_expires_at, task_states.lease_losses, \
         task_states.not_before, task_states.retry_count, task_states.max_retries, \
         task_states.last_error, task_states.idempotency_key, task_states.required_skills, \
         task_states.deadline, task_states.parent_task_id, task_states.after_children, \
         task_states.on_child_failure, task_states.first_claimed_at"
    };
}

/// The columns of `agents` that [`agent`] reads.
macro_rules! agent_columns {
    () => {
        "agents.agent_name::text AS agent_name, agents.agent_type::text AS agent_type, \
         agents.status::text AS status, agents.last_heartbeat::timestamptz AS last_heartbeat, \
         agents.silenced_at::timestamptz AS silenced_at, \
         agents.capabilities::jsonb AS capabilities, agents.metadata::jsonb AS metadata, \
         agents.completed_tasks, agents.failed_tasks, agents.draining, \
         (SELECT count(*) FROM task_states AS held WHERE held.state = 'in_progress' \
          AND held.agent_name = agents.agent_name) AS active_tasks"
    };
}

/// The columns of `task_history` that [`attempt`] reads.
macro_rules! attempt_columns {
    () => {
        "task_id::text AS task_id, task_type::text AS task_type, agent_name::text AS agent_name, \
         state::text AS state, priority::text AS priority, created_at::timestamptz AS created_at, \
         completed_at::timestamptz AS completed_at, duration_ms::bigint AS duration_ms, \
         success::boolean AS success, error_type::text AS error_type, \
         error_message::text AS error_message, metadata::jsonb AS metadata"
    };
}

pub(super) use {agent_columns, attempt_columns, task_columns};

fn text(row: &PgRow, column: &str) -> Result<String, sqlx::Error> {
    Ok(row
        .try_get::<Option<String>, _>(column)?
        .unwrap_or_default())
}

fn time(row: &PgRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row
        .try_get::<Option<Instant>, _>(column)?
        .map(|instant| instant.0))
}

/// The epoch's start where an agent left the column empty.
fn required_time(row: &PgRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    Ok(time(row, column)?.unwrap_or(Timestamp::from_millisecond(0)))
}

fn object(row: &PgRow, column: &str) -> Result<Map<String, Value>, sqlx::Error> {
    let value: Option<Value> = row.try_get(column)?;
    Ok(value_to_object(value.unwrap_or_default()))
}

fn count(row: &PgRow, column: &str) -> Result<u32, sqlx::Error> {
    let number: i32 = row.try_get(column)?;
    Ok(u32::try_from(number).unwrap_or(0))
}

fn large_count(row: &PgRow, column: &str) -> Result<u64, sqlx::Error> {
    let number: i64 = row.try_get(column)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

/// Reads `task_columns!()`.
pub fn task(row: &PgRow) -> Result<TaskRow, sqlx::Error> {
    let priority: Option<String> = row.try_get("priority")?;
    Ok(TaskRow {
        task: Task {
            task_id: text(row, "task_id")?,
            task_type: text(row, "task_type")?,
            agent_name: row.try_get("agent_name")?,
            state: to_state(&text(row, "state")?),
            priority: to_priority(priority.as_deref()),
            created_at: required_time(row, "created_at")?,
            updated_at: required_time(row, "updated_at")?,
            completed_at: time(row, "completed_at")?,
            metadata: object(row, "metadata")?,
            fencing_token: row.try_get("fencing_token")?,
            lease_expires_at: time(row, "lease_expires_at")?,
            not_before: time(row, "not_before")?,
            retry_count: count(row, "retry_count")?,
            max_retries: count(row, "max_retries")?,
            last_error: row.try_get("last_error")?,
            idempotency_key: row.try_get("idempotency_key")?,
            required_skills: skills_of(row.try_get("required_skills")?),
            deadline: time(row, "deadline")?,
            parent_task_id: row.try_get("parent_task_id")?,
            join: to_join(
                row.try_get("after_children")?,
                row.try_get("on_child_failure")?,
            ),
        },
        first_claimed_at: time(row, "first_claimed_at")?,
        claimed_at: time(row, "claimed_at")?,
        lease_losses: count(row, "lease_losses")?,
    })
}

/// Reads `attempt_columns!()`.
pub fn attempt(row: &PgRow) -> Result<Attempt, sqlx::Error> {
    let priority: Option<String> = row.try_get("priority")?;
    let success: Option<bool> = row.try_get("success")?;
    Ok(Attempt {
        task_id: text(row, "task_id")?,
        task_type: text(row, "task_type")?,
        agent_name: row.try_get("agent_name")?,
        state: text(row, "state")?,
        priority: to_priority(priority.as_deref()),
        created_at: required_time(row, "created_at")?,
        completed_at: time(row, "completed_at")?,
        duration_ms: row.try_get("duration_ms")?,
        success: success.unwrap_or(false),
        error_type: row.try_get("error_type")?,
        error_message: row.try_get("error_message")?,
        metadata: object(row, "metadata")?,
    })
}

/// Reads `agent_columns!()`.
pub fn agent(row: &PgRow) -> Result<Agent, sqlx::Error> {
    let status = text(row, "status")?;
    Ok(Agent {
        agent_name: text(row, "agent_name")?,
        agent_type: text(row, "agent_type")?,
        // A sign of life leaves the point as it was.
        silenced_at: time(row, "silenced_at")?.filter(|_| status == "inactive"),
        status: shown_status(status, row.try_get("draining")?),
        last_heartbeat: time(row, "last_heartbeat")?,
        capabilities: object(row, "capabilities")?,
        metadata: object(row, "metadata")?,
        active_tasks: large_count(row, "active_tasks")?,
        completed_tasks: large_count(row, "completed_tasks")?,
        failed_tasks: large_count(row, "failed_tasks")?,
    })
}
