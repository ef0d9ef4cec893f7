//! Rows to tasks, agents and attempts. Values are read as whatever they convert to, because agents
//! write rows with SQL of their own and SQLite keeps any type in any column.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Agent, Attempt, Task};

use crate::content::{shown_status, to_join, to_object, to_priority, to_state, to_time};
use crate::prepared::skills_of;
use crate::transitions::TaskRow;

fn text(row: &SqliteRow, column: &str) -> Result<Option<String>, sqlx::Error> {
    row.try_get_unchecked(column)
}

fn required(row: &SqliteRow, column: &str) -> Result<String, sqlx::Error> {
    Ok(text(row, column)?.unwrap_or_default())
}

fn time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(text(row, column)?.as_deref().map(to_time))
}

fn required_time(row: &SqliteRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    Ok(to_time(&required(row, column)?))
}

fn point(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    let milliseconds: Option<i64> = row.try_get_unchecked(column)?;
    Ok(milliseconds.map(Timestamp::from_millisecond))
}

fn count(row: &SqliteRow, column: &str) -> Result<u32, sqlx::Error> {
    let number: Option<i64> = row.try_get_unchecked(column)?;
    Ok(u32::try_from(number.unwrap_or(0)).unwrap_or(0))
}

fn large_count(row: &SqliteRow, column: &str) -> Result<u64, sqlx::Error> {
    let number: Option<i64> = row.try_get_unchecked(column)?;
    Ok(u64::try_from(number.unwrap_or(0)).unwrap_or(0))
}

/// Reads `SELECT * FROM task_states`.
pub fn task(row: &SqliteRow) -> Result<TaskRow, sqlx::Error> {
    Ok(TaskRow {
        task: Task {
            task_id: required(row, "task_id")?,
            task_type: required(row, "task_type")?,
            agent_name: text(row, "agent_name")?,
            state: to_state(&required(row, "state")?),
            priority: to_priority(text(row, "priority")?.as_deref()),
            created_at: required_time(row, "created_at")?,
            updated_at: required_time(row, "updated_at")?,
            completed_at: time(row, "completed_at")?,
            metadata: to_object(text(row, "metadata")?),
            fencing_token: row.try_get_unchecked("fencing_token")?,
            lease_expires_at: point(row, "lease_expires_at")?,
            not_before: point(row, "not_before")?,
            retry_count: count(row, "retry_count")?,
            max_retries: count(row, "max_retries")?,
            last_error: text(row, "last_error")?,
            idempotency_key: text(row, "idempotency_key")?,
            required_skills: skills_of(&required(row, "required_skills")?),
            deadline: point(row, "deadline")?,
            parent_task_id: text(row, "parent_task_id")?,
            join: to_join(
                text(row, "after_children")?.as_deref(),
                text(row, "on_child_failure")?.as_deref(),
            ),
        },
        first_claimed_at: point(row, "first_claimed_at")?,
        claimed_at: point(row, "claimed_at")?,
        lease_losses: count(row, "lease_losses")?,
    })
}

/// Reads `SELECT * FROM task_history`.
pub fn attempt(row: &SqliteRow) -> Result<Attempt, sqlx::Error> {
    Ok(Attempt {
        task_id: required(row, "task_id")?,
        task_type: required(row, "task_type")?,
        agent_name: text(row, "agent_name")?,
        state: required(row, "state")?,
        priority: to_priority(text(row, "priority")?.as_deref()),
        created_at: required_time(row, "created_at")?,
        completed_at: time(row, "completed_at")?,
        duration_ms: row.try_get_unchecked("duration_ms")?,
        success: row
            .try_get_unchecked::<Option<bool>, _>("success")?
            .unwrap_or(false),
        error_type: text(row, "error_type")?,
        error_message: text(row, "error_message")?,
        metadata: to_object(text(row, "metadata")?),
    })
}

/// Reads `SELECT *, … AS active_tasks FROM agents`.
pub fn agent(row: &SqliteRow) -> Result<Agent, sqlx::Error> {
    let status = required(row, "status")?;
    Ok(Agent {
        agent_name: required(row, "agent_name")?,
        agent_type: required(row, "agent_type")?,
        // A sign of life leaves the point as it was.
        silenced_at: point(row, "silenced_at")?.filter(|_| status == "inactive"),
        status: shown_status(status, row.try_get_unchecked("draining")?),
        last_heartbeat: time(row, "last_heartbeat")?,
        capabilities: to_object(text(row, "capabilities")?),
        metadata: to_object(text(row, "metadata")?),
        active_tasks: large_count(row, "active_tasks")?,
        completed_tasks: large_count(row, "completed_tasks")?,
        failed_tasks: large_count(row, "failed_tasks")?,
    })
}
