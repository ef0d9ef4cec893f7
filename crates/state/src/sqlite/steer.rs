//! Taking a task from its worker, by whomever: the sweep, a worker that leaves, or a person who
//! cancels; and giving it to the queue again.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{StateError, Task, TaskState};

use super::context::Context;
use super::operation::Operation;
use super::{history, joins, reads, rows, unavailable};
use crate::transitions::{Ended, TaskRow, requeueable, wrong_state};

/// The tasks an agent holds under lease.
pub async fn held_by(
    connection: &mut SqliteConnection,
    agent_name: &str,
) -> Result<Vec<TaskRow>, StateError> {
    let query = sqlx::query(
        "SELECT * FROM task_states WHERE state = 'in_progress' AND agent_name = ?1 \
         AND lease_expires_at IS NOT NULL",
    )
    .bind(agent_name);
    reads::all_rows(connection, query).await
}

/// Moves a task to `after`, unclaimed, and ends the attempt if one is under way. Its parent and its
/// children are for the caller to see to.
pub async fn stop(
    connection: &mut SqliteConnection,
    before: &TaskRow,
    ended: Ended<'_>,
    after: TaskState,
    now: Timestamp,
) -> Result<Task, StateError> {
    let loss = ended.loss();
    let row = sqlx::query(
        "UPDATE task_states SET state = ?2, updated_at = ?3, agent_name = NULL, \
         lease_expires_at = NULL, not_before = NULL, completed_at = ?4, \
         lease_losses = lease_losses + ?5, last_error = coalesce(?6, last_error) \
         WHERE task_id = ?1 RETURNING *",
    )
    .bind(&before.task.task_id)
    .bind(after.as_str())
    .bind(now.to_string())
    .bind(after.is_final().then(|| now.to_string()))
    .bind(loss.is_some())
    .bind(loss.or(ended.reason()))
    .fetch_one(&mut *connection)
    .await
    .map_err(unavailable)?;
    if before.task.state == TaskState::InProgress {
        history::record(connection, before, ended, now).await?;
    }
    Ok(rows::task(&row).map_err(unavailable)?.task)
}

/// Cancels a task and all under it.
pub struct Cancel {
    pub task_id: String,
}

#[async_trait]
impl Operation for Cancel {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        cancel_one(connection, &self.task_id, context.now).await
    }
}

/// Cancels a task and all under it.
pub async fn cancel_one(
    connection: &mut SqliteConnection,
    task_id: &str,
    now: Timestamp,
) -> Result<Task, StateError> {
    let before = reads::row(connection, task_id).await?;
    if before.task.state.is_final() {
        return Err(wrong_state(task_id, before.task.state, "cancelled"));
    }
    let ended = Ended::Cancelled;
    let cancelled = stop(connection, &before, ended, TaskState::Cancelled, now).await?;
    joins::stop_all_under(connection, task_id, now).await?;
    joins::child_ended(connection, &cancelled, now).await?;
    Ok(cancelled)
}

/// Puts a task that ended without success back into the queue.
pub struct Retry {
    pub task_id: String,
}

#[async_trait]
impl Operation for Retry {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        let before = reads::row(connection, &self.task_id).await?.task;
        requeueable(&before)?;
        requeue_one(connection, &before, context.now).await
    }
}

/// Requeues a task. A parent that ended while it waited waits again, for the children that failed and
/// are requeued with it.
pub async fn requeue_one(
    connection: &mut SqliteConnection,
    task: &Task,
    now: Timestamp,
) -> Result<Task, StateError> {
    if task.join.is_some() {
        let failed: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE under (task_id) AS (SELECT ?1 UNION SELECT task_states.task_id \
                 FROM under JOIN task_states AS above ON above.task_id = under.task_id \
                 JOIN task_states ON task_states.parent_task_id = under.task_id \
                 WHERE above.after_children IS NOT NULL \
                 AND task_states.state IN ('failed', 'dead_letter', 'cancelled')) \
             SELECT task_id FROM under WHERE task_id <> ?1",
        )
        .bind(&task.task_id)
        .fetch_all(&mut *connection)
        .await
        .map_err(unavailable)?;
        for task_id in &failed {
            back_into_queue(connection, task_id, now).await?;
        }
    }
    back_into_queue(connection, &task.task_id, now).await?;
    joins::settle(connection, &task.task_id, now).await?;
    Ok(reads::row(connection, &task.task_id).await?.task)
}

async fn back_into_queue(
    connection: &mut SqliteConnection,
    task_id: &str,
    now: Timestamp,
) -> Result<(), StateError> {
    sqlx::query(
        "UPDATE task_states SET \
         state = CASE WHEN after_children IS NULL THEN 'queued' ELSE 'waiting' END, \
         updated_at = ?2, agent_name = NULL, completed_at = NULL, lease_expires_at = NULL, \
         not_before = NULL, retry_count = 0, lease_losses = 0, last_error = NULL, \
         first_claimed_at = NULL, deadline = CASE WHEN deadline > ?3 THEN deadline END \
         WHERE task_id = ?1 AND state IN ('failed', 'dead_letter', 'cancelled')",
    )
    .bind(task_id)
    .bind(now.to_string())
    .bind(now.as_millisecond())
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}
