//! Claims and what may be done with one: renew, complete, fail. Whoever comes with a claim that is
//! not in force changes nothing.

use std::time::Duration;

use serde_json::{Map, Value};
use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Claim, Failure, NewTask, StateError, Task};

use super::{SqliteState, enqueue, history, reads, unavailable};
use crate::jitter::later;
use crate::transitions::{
    Ended, TaskRow, after_failure, in_force, inherit_correlation, is_repeated_completion,
};
use crate::validate;

/// The next claimable task of one type. A row that names an agent is kept for that agent.
const NEXT: &str = "SELECT task_id, priority_rank, created_at FROM task_states \
     WHERE state = 'queued' AND task_type = ?1 AND (agent_name IS NULL OR agent_name = ?2) \
     AND (not_before IS NULL OR not_before <= ?3) \
     ORDER BY priority_rank, created_at, rowid LIMIT 1";

pub async fn claim(
    state: &SqliteState,
    agent_name: &str,
    task_types: &[String],
    lease: Duration,
) -> Result<Option<Task>, StateError> {
    validate::claim(agent_name, task_types, lease)?;
    // Look before taking the write lock: most polls of an idle swarm find nothing.
    let mut reader = state.readers().acquire().await.map_err(unavailable)?;
    reads::agent(&mut reader, agent_name).await?;
    let candidate = next(&mut reader, agent_name, task_types, state.now()).await?;
    drop(reader);
    if candidate.is_none() {
        return Ok(None);
    }

    let mut change = state.change().await?;
    let now = state.now();
    let Some(task_id) = next(&mut change, agent_name, task_types, now).await? else {
        return Ok(None);
    };
    sqlx::query(
        "UPDATE task_states SET state = 'in_progress', agent_name = ?2, updated_at = ?3, \
         fencing_token = fencing_token + 1, claimed_at = ?4, lease_expires_at = ?5, \
         not_before = NULL WHERE task_id = ?1",
    )
    .bind(&task_id)
    .bind(agent_name)
    .bind(now.to_string())
    .bind(now.as_millisecond())
    .bind(later(now, lease).as_millisecond())
    .execute(&mut *change)
    .await
    .map_err(unavailable)?;
    sqlx::query("UPDATE agents SET last_heartbeat = ?2, status = 'active' WHERE agent_name = ?1")
        .bind(agent_name)
        .bind(now.to_string())
        .execute(&mut *change)
        .await
        .map_err(unavailable)?;
    let claimed = reads::row(&mut change, &task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(Some(claimed))
}

/// The most urgent of the types' next tasks. One indexed look-up a type, however long the queue.
async fn next(
    connection: &mut SqliteConnection,
    agent_name: &str,
    task_types: &[String],
    now: Timestamp,
) -> Result<Option<String>, StateError> {
    let mut best: Option<(i64, String, String)> = None;
    for task_type in task_types {
        let row = sqlx::query(NEXT)
            .bind(task_type)
            .bind(agent_name)
            .bind(now.as_millisecond())
            .fetch_optional(&mut *connection)
            .await
            .map_err(unavailable)?;
        let Some(row) = row else { continue };
        let read = || -> Result<(i64, String, String), sqlx::Error> {
            let created_at: Option<String> = row.try_get_unchecked("created_at")?;
            Ok((
                row.try_get_unchecked("priority_rank")?,
                created_at.unwrap_or_default(),
                row.try_get_unchecked("task_id")?,
            ))
        };
        let found = read().map_err(unavailable)?;
        let more_urgent = |(rank, created_at, _): &(i64, String, String)| {
            (found.0, &found.1) < (*rank, created_at)
        };
        if best.as_ref().is_none_or(more_urgent) {
            best = Some(found);
        }
    }
    Ok(best.map(|(_, _, task_id)| task_id))
}

/// The claimed task, if the claim is in force.
async fn held(
    connection: &mut SqliteConnection,
    claim: &Claim,
    now: Timestamp,
) -> Result<TaskRow, StateError> {
    in_force(reads::row(connection, &claim.task_id).await?, claim, now)
}

pub async fn renew(
    state: &SqliteState,
    claim: &Claim,
    lease: Duration,
) -> Result<Task, StateError> {
    validate::lease(lease)?;
    let mut change = state.change().await?;
    let now = state.now();
    held(&mut change, claim, now).await?;
    sqlx::query("UPDATE task_states SET lease_expires_at = ?2, updated_at = ?3 WHERE task_id = ?1")
        .bind(&claim.task_id)
        .bind(later(now, lease).as_millisecond())
        .bind(now.to_string())
        .execute(&mut *change)
        .await
        .map_err(unavailable)?;
    let renewed = reads::row(&mut change, &claim.task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(renewed)
}

pub async fn complete(
    state: &SqliteState,
    claim: &Claim,
    result: Map<String, Value>,
    mut follow_up: Vec<NewTask>,
) -> Result<Task, StateError> {
    validate::result(&result)?;
    validate::tasks("follow_up", &follow_up)?;
    let mut change = state.change().await?;
    let now = state.now();
    let before = reads::row(&mut change, &claim.task_id).await?;
    if is_repeated_completion(&before.task, claim) {
        // The first may be in the same group, and not yet on disk.
        change.commit().await.map_err(unavailable)?;
        return Ok(before.task);
    }
    let before = in_force(before, claim, now)?;
    sqlx::query(
        "UPDATE task_states SET state = 'completed', updated_at = ?2, completed_at = ?2, \
         lease_expires_at = NULL, last_error = NULL WHERE task_id = ?1",
    )
    .bind(&claim.task_id)
    .bind(now.to_string())
    .execute(&mut *change)
    .await
    .map_err(unavailable)?;
    history::record(&mut change, &before, Ended::Completed { result }, now).await?;
    inherit_correlation(&mut follow_up, &before.task);
    enqueue::insert_all(&mut change, &follow_up, now).await?;
    let completed = reads::row(&mut change, &claim.task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(completed)
}

pub async fn fail(
    state: &SqliteState,
    claim: &Claim,
    failure: &Failure,
) -> Result<Task, StateError> {
    let mut change = state.change().await?;
    let now = state.now();
    let before = held(&mut change, claim, now).await?;
    let after = after_failure(&before.task, failure, now);
    sqlx::query(
        "UPDATE task_states SET state = ?2, updated_at = ?3, lease_expires_at = NULL, \
         last_error = ?4, not_before = ?5, completed_at = ?6, retry_count = retry_count + ?7, \
         agent_name = CASE WHEN ?7 THEN NULL ELSE agent_name END WHERE task_id = ?1",
    )
    .bind(&claim.task_id)
    .bind(after.state.as_str())
    .bind(now.to_string())
    .bind(validate::error_message(&failure.error_message))
    .bind(after.not_before.map(Timestamp::as_millisecond))
    .bind(after.state.is_final().then(|| now.to_string()))
    .bind(after.retried)
    .execute(&mut *change)
    .await
    .map_err(unavailable)?;
    let ended = Ended::Failed {
        state: after.attempt_state,
        failure,
    };
    history::record(&mut change, &before, ended, now).await?;
    let failed = reads::row(&mut change, &claim.task_id).await?.task;
    change.commit().await.map_err(unavailable)?;
    Ok(failed)
}
