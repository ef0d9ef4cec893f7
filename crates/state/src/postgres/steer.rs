//! Taking a task from its worker, by whomever: the sweep, a worker that leaves, or a person who
//! cancels; and giving it to the queue again.

use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Task, TaskState};

use super::change::Change;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, families, joins, reads};
use crate::broken::Broken;
use crate::transitions::{Ended, TaskRow, requeueable, wrong_state};

/// Moves a task, whose row the caller has locked, to `after`, unclaimed, and ends the attempt if one
/// is under way. Its parent and its children are for the caller to see to.
pub async fn stop(
    change: &mut Change<'_>,
    before: &TaskRow,
    ended: Ended<'_>,
    after: TaskState,
    now: Timestamp,
) -> Result<Task, Broken> {
    let loss = ended.loss();
    let row = sqlx::query(concat!(
        "UPDATE task_states SET state = $2, updated_at = $3, agent_name = NULL, \
         lease_expires_at = NULL, not_before = NULL, completed_at = $4, \
         lease_losses = lease_losses + $5::boolean::integer, \
         last_error = coalesce($6, last_error) WHERE task_id = $1 RETURNING ",
        task_columns!()
    ))
    .bind(&before.task.task_id)
    .bind(after.as_str())
    .bind(Instant(now))
    .bind(after.is_final().then_some(Instant(now)))
    .bind(loss.is_some())
    .bind(loss.or(ended.reason()))
    .fetch_one(&mut **change)
    .await?;
    if before.task.state == TaskState::InProgress {
        change.attempt_ended(before, ended, now);
    }
    Ok(rows::task(&row)?.task)
}

/// Cancels tasks that are locked and have not ended, however many, in one statement. Parents of them that are not
/// among them are for the caller to see to.
pub async fn stop_all(
    change: &mut Change<'_>,
    tasks: &[TaskRow],
    now: Timestamp,
) -> Result<Vec<Task>, Broken> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = tasks.iter().map(|before| &*before.task.task_id).collect();
    let stopped = sqlx::query(concat!(
        "UPDATE task_states SET state = 'cancelled', updated_at = $2, completed_at = $2, \
         agent_name = NULL, lease_expires_at = NULL, not_before = NULL \
         WHERE task_id = ANY($1) RETURNING ",
        task_columns!()
    ))
    .bind(ids)
    .bind(Instant(now))
    .fetch_all(&mut **change)
    .await?;
    for before in tasks {
        if before.task.state == TaskState::InProgress {
            change.attempt_ended(before, Ended::Cancelled, now);
        }
    }
    let stopped = stopped.iter().map(|row| Ok(rows::task(row)?.task));
    stopped.collect()
}

pub async fn cancel(state: &PostgresState, task_id: &str) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = cancel_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn cancel_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    task_id: &str,
) -> Result<Task, Broken> {
    joins::lock_tree(change, task_id).await?;
    let (before, under) = joins::held_tree(change, task_id).await?;
    let now = state.now();
    if before.task.state.is_final() {
        return Err(wrong_state(task_id, before.task.state, "cancelled").into());
    }
    stop_all(change, &under, now).await?;
    let ended = Ended::Cancelled;
    let cancelled = stop(change, &before, ended, TaskState::Cancelled, now).await?;
    joins::child_ended(change, &cancelled, now).await?;
    Ok(cancelled)
}

pub async fn retry(state: &PostgresState, task_id: &str) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = retry_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn retry_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    task_id: &str,
) -> Result<Task, Broken> {
    families::lock(change, &[task_id.to_owned()]).await?;
    let before = reads::locked(change, task_id).await?.task;
    requeueable(&before)?;
    requeue_one(change, &before, state.now()).await
}

/// Requeues a task whose family is locked. A parent that ended while it waited waits again, for the
/// children that failed and are requeued with it.
pub async fn requeue_one(
    change: &mut Change<'_>,
    task: &Task,
    now: Timestamp,
) -> Result<Task, Broken> {
    if task.join.is_some() {
        let failed: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE under (id) AS (SELECT $1::text UNION SELECT task_states.task_id::text \
                 FROM under JOIN task_states AS above ON above.task_id = under.id \
                 JOIN task_states ON task_states.parent_task_id = under.id \
                 WHERE above.after_children IS NOT NULL \
                 AND task_states.state IN ('failed', 'dead_letter', 'cancelled')) \
             SELECT id FROM under WHERE id <> $1 ORDER BY id",
        )
        .bind(&task.task_id)
        .fetch_all(&mut **change)
        .await?;
        let failed: Vec<&str> = failed.iter().map(String::as_str).collect();
        back_into_queue(change, &failed, now).await?;
    }
    back_into_queue(change, &[&task.task_id], now).await?;
    joins::settle(change, &task.task_id, now).await?;
    Ok(reads::locked(change, &task.task_id).await?.task)
}

/// Puts those of the tasks, which are locked, back into the queue that ended without success. Those that have
/// children to wait for wait for them.
pub async fn back_into_queue(
    change: &mut PgConnection,
    task_ids: &[&str],
    now: Timestamp,
) -> Result<Vec<Task>, Broken> {
    let rows = sqlx::query(concat!(
        "UPDATE task_states SET \
         state = CASE WHEN after_children IS NULL THEN 'queued' ELSE 'waiting' END, \
         updated_at = $2, agent_name = NULL, completed_at = NULL, lease_expires_at = NULL, \
         not_before = NULL, retry_count = 0, lease_losses = 0, last_error = NULL, \
         first_claimed_at = NULL, deadline = CASE WHEN deadline > $2 THEN deadline END \
         WHERE task_id = ANY($1) AND state IN ('failed', 'dead_letter', 'cancelled') RETURNING ",
        task_columns!()
    ))
    .bind(task_ids)
    .bind(Instant(now))
    .fetch_all(change)
    .await?;
    let tasks = rows.iter().map(|row| Ok(rows::task(row)?.task));
    tasks.collect()
}
