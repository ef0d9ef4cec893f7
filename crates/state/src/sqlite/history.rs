//! The end of an attempt: its row in `task_history`. Never changes the task.

use serde_json::{Map, Value};
use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Failure, StateError};

use super::rows::TaskRow;
use super::unavailable;
use crate::content::to_text;
use crate::validate;

/// How an attempt ended.
pub enum Ended<'a> {
    Completed {
        result: Map<String, Value>,
    },
    /// With the state that the task has now: `failed`, or `dead_letter` after the last retry.
    Failed {
        state: &'static str,
        failure: &'a Failure,
    },
    LeaseExpired,
    /// Handed back by an agent that deregistered.
    Released,
    Cancelled,
}

/// Writes the attempt that `before` (the task as it stood until now) was.
pub async fn record(
    connection: &mut SqliteConnection,
    before: &TaskRow,
    ended: Ended<'_>,
    now: Timestamp,
) -> Result<(), StateError> {
    let task = &before.task;
    let started = before.claimed_at.unwrap_or(task.updated_at);
    let mut metadata = Map::from_iter([
        ("correlation_id".to_owned(), task.correlation_id().into()),
        ("fencing_token".to_owned(), task.fencing_token.into()),
        ("retry_count".to_owned(), task.retry_count.into()),
    ]);
    let success = matches!(ended, Ended::Completed { .. });
    let (state, error_type, error_message) = match ended {
        Ended::Completed { result } => {
            metadata.insert("result".to_owned(), Value::Object(result));
            ("completed", None, None)
        }
        Ended::Failed { state, failure } => (
            state,
            Some(failure.error_type.as_str()),
            Some(validate::error_message(&failure.error_message)),
        ),
        Ended::LeaseExpired => (
            "lease_expired",
            Some("lease_expired"),
            Some("the lease ran out without a renewal"),
        ),
        Ended::Released => ("released", None, None),
        Ended::Cancelled => ("cancelled", None, None),
    };
    sqlx::query(
        "INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at, \
         completed_at, duration_ms, success, error_type, error_message, metadata) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )
    .bind(&task.task_id)
    .bind(&task.task_type)
    .bind(&task.agent_name)
    .bind(state)
    .bind(task.priority.as_str())
    .bind(started.to_string())
    .bind(now.to_string())
    .bind((now.as_millisecond() - started.as_millisecond()).max(0))
    .bind(success)
    .bind(error_type)
    .bind(error_message)
    .bind(to_text(&metadata))
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}
