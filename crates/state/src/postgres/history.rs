//! The end of an attempt: its row in `task_history`. Never changes the task.

use serde_json::Value;
use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;

use super::instant::Instant;
use crate::broken::Broken;
use crate::transitions::{self, Ended, TaskRow};

/// Writes the attempt that `before` (the task as it stood until now) was.
pub async fn record(
    connection: &mut PgConnection,
    before: &TaskRow,
    ended: Ended<'_>,
    now: Timestamp,
) -> Result<(), Broken> {
    let task = &before.task;
    let attempt = transitions::history(before, ended, now);
    sqlx::query(
        "INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at, \
         completed_at, duration_ms, success, error_type, error_message, metadata) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&task.task_id)
    .bind(&task.task_type)
    .bind(&task.agent_name)
    .bind(attempt.state)
    .bind(task.priority.as_str())
    .bind(Instant(attempt.started))
    .bind(Instant(now))
    .bind(attempt.duration_ms)
    .bind(attempt.success)
    .bind(attempt.error_type)
    .bind(attempt.error_message)
    .bind(Value::Object(attempt.metadata))
    .execute(connection)
    .await?;
    Ok(())
}
