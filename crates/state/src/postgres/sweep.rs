//! The sweep: tasks whose worker is lost return, agents that fell silent are marked. Each task is a
//! transaction of its own that skips rows others hold, so several sweeps share the work.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::SWEEP_BATCH;
use swarmscope_model::state::{LostLease, StateError, SweepLimits, SweepReport, Task, TaskState};

use super::PostgresState;
use super::change::Change;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::steer::{stop, stop_all};
use super::{joins, reads};
use crate::broken::Broken;
use crate::joining::open_children;
use crate::transitions::{Ended, after_loss};

/// What is due, for a lease's end (`$1`) and for the last change of a task without one and of its
/// agent (`$2`). Both statements below ask for the same.
macro_rules! due {
    () => {
        "task_states.state = 'in_progress' AND CASE WHEN lease_expires_at IS NOT NULL \
         THEN lease_expires_at <= $1 \
         ELSE greatest(task_states.updated_at, task_states.created_at, (SELECT last_heartbeat \
              FROM agents WHERE agents.agent_name = task_states.agent_name)) <= $2 END"
    };
}

const FIND: &str = concat!(
    "SELECT task_id::text FROM task_states WHERE ",
    due!(),
    " ORDER BY updated_at LIMIT $3"
);

const LOCK: &str = concat!(
    "SELECT ",
    task_columns!(),
    " FROM task_states WHERE task_id = $3 AND ",
    due!(),
    " FOR UPDATE OF task_states SKIP LOCKED"
);

const SILENCE: &str = "UPDATE agents SET status = 'inactive', silenced_at = $2 \
     WHERE agent_name IN (SELECT agent_name FROM agents WHERE status IN ('active', 'draining') \
     AND (last_heartbeat IS NULL OR last_heartbeat < $1) FOR UPDATE SKIP LOCKED) \
     RETURNING agent_name::text";

const REVIVE: &str = "UPDATE agents SET silenced_at = NULL, \
     status = CASE WHEN draining THEN 'draining' ELSE 'active' END \
     WHERE agent_name IN (SELECT agent_name FROM agents WHERE status = 'inactive' \
     AND last_heartbeat > silenced_at FOR UPDATE SKIP LOCKED)";

const OVERDUE: &str = "SELECT task_id::text FROM task_states WHERE deadline <= $1 \
     AND state IN ('queued', 'in_progress', 'waiting') ORDER BY deadline LIMIT $2";

pub async fn sweep(state: &PostgresState, limits: &SweepLimits) -> Result<SweepReport, StateError> {
    let mut report = SweepReport::default();
    match sweep_into(&mut report, state, limits).await {
        // What was done has to be told; the next sweep meets the failure again.
        Err(_) if report != SweepReport::default() => Ok(report),
        Err(error) => Err(error),
        Ok(()) => Ok(report),
    }
}

async fn sweep_into(
    report: &mut SweepReport,
    state: &PostgresState,
    limits: &SweepLimits,
) -> Result<(), StateError> {
    for task_id in &state.patiently(|| find_overdue(state)).await? {
        let failed = state.patiently(|| fail_overdue(state, task_id)).await?;
        report.overdue.extend(failed);
    }
    for task_id in &state.patiently(|| find(state, limits)).await? {
        let lost = state.patiently(|| take(state, task_id, limits)).await?;
        report.expired.extend(lost);
    }
    for task_id in &state.patiently(|| find_joinable(state)).await? {
        let joined = state.patiently(|| join(state, task_id)).await?;
        report.joined.extend(joined);
    }
    report.silenced = state.patiently(|| mark_agents(state, limits)).await?;
    Ok(())
}

async fn find_overdue(state: &PostgresState) -> Result<Vec<String>, Broken> {
    Ok(sqlx::query_scalar(OVERDUE)
        .bind(Instant(state.now()))
        .bind(i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX))
        .fetch_all(state.pool())
        .await?)
}

/// Fails a task whose deadline has passed, and cancels all under it, unless somebody ended it first.
async fn fail_overdue(state: &PostgresState, task_id: &str) -> Result<Option<Task>, Broken> {
    let mut change = state.change().await?;
    let outcome = fail_overdue_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn fail_overdue_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    task_id: &str,
) -> Result<Option<Task>, Broken> {
    joins::lock_tree(change, task_id).await?;
    let (before, under) = joins::held_tree(change, task_id).await?;
    let now = state.now();
    let is_due = before.task.deadline.is_some_and(|deadline| deadline <= now);
    if before.task.state.is_final() || !is_due {
        return Ok(None);
    }
    stop_all(change, &under, now).await?;
    let failed = stop(change, &before, Ended::Overdue, TaskState::Failed, now).await?;
    joins::child_ended(change, &failed, now).await?;
    Ok(Some(failed))
}

async fn find_joinable(state: &PostgresState) -> Result<Vec<String>, Broken> {
    Ok(sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT parent.task_id::text FROM task_states AS parent WHERE parent.state = 'waiting' \
         AND parent.after_children IS NOT NULL AND NOT {} LIMIT $1",
        open_children("parent.task_id")
    )))
    .bind(i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX))
    .fetch_all(state.pool())
    .await?)
}

/// Moves a parent on whose children ended behind our back.
async fn join(state: &PostgresState, task_id: &str) -> Result<Option<Task>, Broken> {
    let mut change = state.change().await?;
    let outcome = join_in(&mut change, state, task_id).await;
    PostgresState::end(change, outcome).await
}

async fn join_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    task_id: &str,
) -> Result<Option<Task>, Broken> {
    if !joins::settle(change, task_id, state.now()).await? {
        return Ok(None);
    }
    Ok(Some(reads::locked(change, task_id).await?.task))
}

fn before(now: Timestamp, by: Duration) -> Instant {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Instant(Timestamp::from_millisecond(
        now.as_millisecond().saturating_sub(by),
    ))
}

async fn find(state: &PostgresState, limits: &SweepLimits) -> Result<Vec<String>, Broken> {
    let now = state.now();
    Ok(sqlx::query_scalar(FIND)
        .bind(Instant(now))
        .bind(before(now, limits.foreign_after))
        .bind(i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX))
        .fetch_all(state.pool())
        .await?)
}

/// Takes one task back, unless somebody else is at it or it is due no more.
async fn take(
    state: &PostgresState,
    task_id: &str,
    limits: &SweepLimits,
) -> Result<Option<LostLease>, Broken> {
    let mut change = state.change().await?;
    let outcome = take_in(&mut change, state, task_id, limits).await;
    PostgresState::end(change, outcome).await
}

async fn take_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    task_id: &str,
    limits: &SweepLimits,
) -> Result<Option<LostLease>, Broken> {
    let now = state.now();
    let row = sqlx::query(LOCK)
        .bind(Instant(now))
        .bind(before(now, limits.foreign_after))
        .bind(task_id)
        .fetch_optional(&mut **change)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let before = rows::task(&row)?;
    let ended = match before.task.lease_expires_at {
        Some(_) => Ended::LeaseExpired,
        None => Ended::AgentGone,
    };
    let task = stop(change, &before, ended, after_loss(&before), now).await?;
    joins::child_ended(change, &task, now).await?;
    Ok(Some(LostLease {
        task,
        agent_name: before.task.agent_name.unwrap_or_default(),
    }))
}

async fn mark_agents(state: &PostgresState, limits: &SweepLimits) -> Result<Vec<String>, Broken> {
    let now = state.now();
    let mut silenced: Vec<String> = sqlx::query_scalar(SILENCE)
        .bind(before(now, limits.silent_after))
        .bind(Instant(now))
        .fetch_all(state.pool())
        .await?;
    silenced.sort();
    sqlx::query(REVIVE).execute(state.pool()).await?;
    Ok(silenced)
}
