//! Taking a task from its worker, by whomever: the sweep, a worker that leaves, or a person who
//! cancels; and giving it to the queue again.

use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{StateError, Task, TaskState};

use super::{SqliteState, history, reads, rows, unavailable};
use crate::transitions::{Ended, TaskRow, requeueable, wrong_state};

/// The tasks an agent holds under lease.
pub async fn held_by(
    connection: &mut SqliteConnection,
    agent_name: &str,
) -> Result<Vec<TaskRow>, StateError> {
    sqlx::query(
        "SELECT * FROM task_states WHERE state = 'in_progress' AND agent_name = ?1 \
         AND lease_expires_at IS NOT NULL",
    )
    .bind(agent_name)
    .fetch_all(connection)
    .await
    .map_err(unavailable)?
    .iter()
    .map(rows::task)
    .collect::<Result<_, _>>()
    .map_err(unavailable)
}

/// Ends the attempt under way and moves the task to `after`, unclaimed.
pub async fn take_back(
    connection: &mut SqliteConnection,
    before: &TaskRow,
    ended: Ended<'_>,
    after: TaskState,
    now: Timestamp,
) -> Result<(), StateError> {
    let loss = ended.loss();
    sqlx::query(
        "UPDATE task_states SET state = ?2, updated_at = ?3, agent_name = NULL, \
         lease_expires_at = NULL, completed_at = ?4, lease_losses = lease_losses + ?5, \
         last_error = coalesce(?6, last_error) WHERE task_id = ?1",
    )
    .bind(&before.task.task_id)
    .bind(after.as_str())
    .bind(now.to_string())
    .bind(after.is_final().then(|| now.to_string()))
    .bind(loss.is_some())
    .bind(loss)
    .execute(&mut *connection)
    .await
    .map_err(unavailable)?;
    history::record(connection, before, ended, now).await
}

pub async fn cancel(state: &SqliteState, task_id: &str) -> Result<Task, StateError> {
    let mut change = state.change().await?;
    let now = state.now();
    let before = reads::row(&mut change, task_id).await?;
    match before.task.state {
        TaskState::InProgress => {
            take_back(
                &mut change,
                &before,
                Ended::Cancelled,
                TaskState::Cancelled,
                now,
            )
            .await?;
        }
        TaskState::Queued => {
            sqlx::query(
                "UPDATE task_states SET state = 'cancelled', updated_at = ?2, completed_at = ?2, \
                 not_before = NULL WHERE task_id = ?1",
            )
            .bind(task_id)
            .bind(now.to_string())
            .execute(&mut *change)
            .await
            .map_err(unavailable)?;
        }
        other => return Err(wrong_state(task_id, other, "cancelled")),
    }
    let cancelled = reads::row(&mut change, task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(cancelled)
}

pub async fn retry(state: &SqliteState, task_id: &str) -> Result<Task, StateError> {
    let mut change = state.change().await?;
    requeueable(&reads::row(&mut change, task_id).await?.task)?;
    sqlx::query(
        "UPDATE task_states SET state = 'queued', updated_at = ?2, agent_name = NULL, \
         completed_at = NULL, lease_expires_at = NULL, not_before = NULL, retry_count = 0, \
         lease_losses = 0, last_error = NULL WHERE task_id = ?1",
    )
    .bind(task_id)
    .bind(state.now().to_string())
    .execute(&mut *change)
    .await
    .map_err(unavailable)?;
    let requeued = reads::row(&mut change, task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(requeued)
}
