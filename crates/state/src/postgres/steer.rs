//! Taking a task from its worker, by whomever: the sweep, a worker that leaves, or a person who
//! cancels; and giving it to the queue again.

use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Task, TaskState};

use super::failure::Broken;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, history, reads};
use crate::transitions::{Ended, TaskRow, requeueable, wrong_state};

/// Ends the attempt under way and moves the task, whose row the caller has locked, to `after`,
/// unclaimed.
pub async fn take_back(
    connection: &mut PgConnection,
    before: &TaskRow,
    ended: Ended<'_>,
    after: TaskState,
    now: Timestamp,
) -> Result<Task, Broken> {
    let loss = ended.loss();
    let row = sqlx::query(concat!(
        "UPDATE task_states SET state = $2, updated_at = $3, agent_name = NULL, \
         lease_expires_at = NULL, completed_at = $4, \
         lease_losses = lease_losses + ($5::text IS NOT NULL)::integer, \
         last_error = coalesce($5, last_error) WHERE task_id = $1 RETURNING ",
        task_columns!()
    ))
    .bind(&before.task.task_id)
    .bind(after.as_str())
    .bind(Instant(now))
    .bind(after.is_final().then_some(Instant(now)))
    .bind(loss)
    .fetch_one(&mut *connection)
    .await?;
    history::record(connection, before, ended, now).await?;
    Ok(rows::task(&row)?.task)
}

pub async fn cancel(state: &PostgresState, task_id: &str) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = cancel_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn cancel_in(
    change: &mut PgConnection,
    state: &PostgresState,
    task_id: &str,
) -> Result<Task, Broken> {
    let before = reads::locked(change, task_id).await?;
    let now = state.now();
    let cancelled = match before.task.state {
        TaskState::InProgress => {
            let ended = Ended::Cancelled;
            take_back(change, &before, ended, TaskState::Cancelled, now).await?
        }
        TaskState::Queued => {
            let row = sqlx::query(concat!(
                "UPDATE task_states SET state = 'cancelled', updated_at = $2, completed_at = $2, \
                 not_before = NULL WHERE task_id = $1 RETURNING ",
                task_columns!()
            ))
            .bind(task_id)
            .bind(Instant(now))
            .fetch_one(&mut *change)
            .await?;
            rows::task(&row)?.task
        }
        other => return Err(wrong_state(task_id, other, "cancelled").into()),
    };
    Ok(cancelled)
}

pub async fn retry(state: &PostgresState, task_id: &str) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = retry_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn retry_in(
    change: &mut PgConnection,
    state: &PostgresState,
    task_id: &str,
) -> Result<Task, Broken> {
    requeueable(&reads::locked(change, task_id).await?.task)?;
    let row = sqlx::query(concat!(
        "UPDATE task_states SET state = 'queued', updated_at = $2, agent_name = NULL, \
         completed_at = NULL, lease_expires_at = NULL, not_before = NULL, retry_count = 0, \
         lease_losses = 0, last_error = NULL WHERE task_id = $1 RETURNING ",
        task_columns!()
    ))
    .bind(task_id)
    .bind(Instant(state.now()))
    .fetch_one(&mut *change)
    .await?;
    Ok(rows::task(&row)?.task)
}
