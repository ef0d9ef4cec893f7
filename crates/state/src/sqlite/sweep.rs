//! Taking tasks from their workers: the sweep of expired leases, and cancelling and requeueing by
//! hand. Tasks that agents took with SQL of their own have no lease and are never swept.

use std::time::Duration;

use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    LostLease, MAX_LEASE_LOSSES, StateError, SweepReport, Task, TaskState,
};

use super::history::{self, Ended};
use super::rows::{self, TaskRow};
use super::{SqliteState, reads, unavailable};
use crate::content::to_time;

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
    let lost = matches!(ended, Ended::LeaseExpired);
    sqlx::query(
        "UPDATE task_states SET state = ?2, updated_at = ?3, agent_name = NULL, \
         lease_expires_at = NULL, completed_at = ?4, lease_losses = lease_losses + ?5, \
         last_error = coalesce(?6, last_error) WHERE task_id = ?1",
    )
    .bind(&before.task.task_id)
    .bind(after.as_str())
    .bind(now.to_string())
    .bind(after.is_final().then(|| now.to_string()))
    .bind(lost)
    .bind(lost.then_some("the lease ran out without a renewal"))
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
    let before = reads::row(&mut change, task_id).await?.task;
    if !matches!(
        before.state,
        TaskState::Failed | TaskState::DeadLetter | TaskState::Cancelled
    ) {
        return Err(wrong_state(task_id, before.state, "retried"));
    }
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

fn wrong_state(task_id: &str, state: TaskState, action: &'static str) -> StateError {
    StateError::WrongState {
        task_id: task_id.to_owned(),
        state,
        action,
    }
}

pub async fn sweep(state: &SqliteState, silent_after: Duration) -> Result<SweepReport, StateError> {
    // Look first: a sweep that finds nothing, which is most of them, takes no lock.
    let mut reader = state.readers().acquire().await.map_err(unavailable)?;
    let now = state.now();
    let idle = expired(&mut reader, now).await?.is_empty()
        && silent(&mut reader, silent_after, now).await?.is_empty();
    drop(reader);
    if idle {
        return Ok(SweepReport::default());
    }

    let mut change = state.change().await?;
    let now = state.now();
    let mut report = SweepReport::default();
    for before in expired(&mut change, now).await? {
        let after = if before.lease_losses + 1 < MAX_LEASE_LOSSES {
            TaskState::Queued
        } else {
            TaskState::DeadLetter
        };
        take_back(&mut change, &before, Ended::LeaseExpired, after, now).await?;
        report.expired.push(LostLease {
            task: reads::row(&mut change, &before.task.task_id).await?.task,
            agent_name: before.task.agent_name.unwrap_or_default(),
        });
    }
    for agent_name in silent(&mut change, silent_after, now).await? {
        sqlx::query("UPDATE agents SET status = 'inactive' WHERE agent_name = ?1")
            .bind(&agent_name)
            .execute(&mut *change)
            .await
            .map_err(unavailable)?;
        report.silenced.push(agent_name);
    }
    change.commit().await.map_err(unavailable)?;
    Ok(report)
}

async fn expired(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<TaskRow>, StateError> {
    sqlx::query("SELECT * FROM task_states WHERE state = 'in_progress' AND lease_expires_at <= ?1")
        .bind(now.as_millisecond())
        .fetch_all(connection)
        .await
        .map_err(unavailable)?
        .iter()
        .map(rows::task)
        .collect::<Result<_, _>>()
        .map_err(unavailable)
}

/// Active agents without a recent sign of life. Compared here, not in SQL, because agents write
/// their heartbeats in formats of their own.
async fn silent(
    connection: &mut SqliteConnection,
    silent_after: Duration,
    now: Timestamp,
) -> Result<Vec<String>, StateError> {
    let found = sqlx::query(
        "SELECT agent_name, last_heartbeat FROM agents WHERE status = 'active' ORDER BY agent_name",
    )
    .fetch_all(connection)
    .await
    .map_err(unavailable)?;
    let mut silent = Vec::new();
    for row in &found {
        let heartbeat: Option<String> = row
            .try_get_unchecked("last_heartbeat")
            .map_err(unavailable)?;
        let last = to_time(&heartbeat.unwrap_or_default()).as_millisecond();
        if u128::try_from(now.as_millisecond() - last)
            .is_ok_and(|age| age > silent_after.as_millis())
        {
            silent.push(row.try_get_unchecked("agent_name").map_err(unavailable)?);
        }
    }
    Ok(silent)
}
