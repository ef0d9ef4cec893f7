//! Enqueueing, alone or within another change's transaction.

use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{NewTask, StateError, Task};
use uuid::Uuid;

use super::{SqliteState, reads, system_config, unavailable};
use crate::content::{is_same, to_text};
use crate::validate;

/// Enqueues all or none.
pub async fn enqueue(state: &SqliteState, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
    validate::tasks("tasks", &tasks)?;
    let mut change = state.change().await?;
    let enqueued = insert_all(&mut change, &tasks, state.now()).await?;
    change.commit().await.map_err(unavailable)?;
    Ok(enqueued)
}

/// Inserts the tasks, or finds those that an earlier call inserted.
pub async fn insert_all(
    connection: &mut SqliteConnection,
    tasks: &[NewTask],
    now: Timestamp,
) -> Result<Vec<Task>, StateError> {
    let mut enqueued = Vec::with_capacity(tasks.len());
    let max_retries = system_config::max_retries(connection).await?;
    for new in tasks {
        enqueued.push(insert(connection, new, max_retries, now).await?);
    }
    Ok(enqueued)
}

async fn insert(
    connection: &mut SqliteConnection,
    new: &NewTask,
    max_retries: u32,
    now: Timestamp,
) -> Result<Task, StateError> {
    let task_id = match &new.task_id {
        Some(task_id) => task_id.clone(),
        None => Uuid::new_v4().to_string(),
    };
    let inserted = sqlx::query(
        "INSERT INTO task_states \
         (task_id, task_type, state, priority, created_at, updated_at, metadata, max_retries) \
         VALUES (?1, ?2, 'queued', ?3, ?4, ?4, ?5, ?6) ON CONFLICT (task_id) DO NOTHING",
    )
    .bind(&task_id)
    .bind(&new.task_type)
    .bind(new.priority.as_str())
    .bind(now.to_string())
    .bind(to_text(&new.metadata))
    .bind(i64::from(new.max_retries.unwrap_or(max_retries)))
    .execute(&mut *connection)
    .await
    .map_err(unavailable)?;
    let task = reads::row(connection, &task_id).await?.task;
    if inserted.rows_affected() == 0 && !(is_same(&task, new) && task.metadata == new.metadata) {
        return Err(StateError::Conflict { task_id });
    }
    Ok(task)
}
