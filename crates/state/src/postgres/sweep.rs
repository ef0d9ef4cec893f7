//! The sweep: tasks whose worker is lost return, agents that fell silent are marked. Each task is a
//! transaction of its own that skips rows others hold, so several sweeps share the work.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::SWEEP_BATCH;
use swarmscope_model::state::{LostLease, StateError, SweepLimits, SweepReport};

use super::PostgresState;
use super::failure::Broken;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::steer::take_back;
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
     WHERE agent_name IN (SELECT agent_name FROM agents WHERE status = 'active' \
     AND (last_heartbeat IS NULL OR last_heartbeat < $1) FOR UPDATE SKIP LOCKED) \
     RETURNING agent_name::text";

const REVIVE: &str = "UPDATE agents SET status = 'active', silenced_at = NULL \
     WHERE agent_name IN (SELECT agent_name FROM agents WHERE status = 'inactive' \
     AND last_heartbeat > silenced_at FOR UPDATE SKIP LOCKED)";

pub async fn sweep(state: &PostgresState, limits: &SweepLimits) -> Result<SweepReport, StateError> {
    let due = state.patiently(|| find(state, limits)).await?;
    let mut report = SweepReport::default();
    for task_id in &due {
        match state.patiently(|| take(state, task_id, limits)).await {
            Ok(lost) => report.expired.extend(lost),
            // What was taken back has to be told; the next sweep meets the failure again.
            Err(_) if !report.expired.is_empty() => return Ok(report),
            Err(error) => return Err(error),
        }
    }
    match state.patiently(|| mark_agents(state, limits)).await {
        Ok(silenced) => report.silenced = silenced,
        Err(_) if !report.expired.is_empty() => {}
        Err(error) => return Err(error),
    }
    Ok(report)
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
    change: &mut PgConnection,
    state: &PostgresState,
    task_id: &str,
    limits: &SweepLimits,
) -> Result<Option<LostLease>, Broken> {
    let now = state.now();
    let row = sqlx::query(LOCK)
        .bind(Instant(now))
        .bind(before(now, limits.foreign_after))
        .bind(task_id)
        .fetch_optional(&mut *change)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let before = rows::task(&row)?;
    let ended = match before.task.lease_expires_at {
        Some(_) => Ended::LeaseExpired,
        None => Ended::AgentGone,
    };
    let task = take_back(change, &before, ended, after_loss(&before), now).await?;
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
