//! What may be done with a claim: renew, complete, fail, fan out. Whoever comes with a claim that is
//! not in force changes nothing.

use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::state::{Claim, Failure, Join, Task, TaskState};

use super::change::Change;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, enqueue, joins, reads, system_config};
use crate::broken::Broken;
use crate::jitter::later;
use crate::joining::no_children;
use crate::prepared::{Prepared, inherit_from};
use crate::transitions::{Ended, after_failure, in_force, is_repeated_completion};
use crate::validate;

/// Whether the claim (`$1` task, `$2` agent, `$3` token) is in force at `$4`: what
/// [`in_force`] says, for a statement that does it all at once. Where this is not true, what follows it
/// looks why.
macro_rules! is_in_force {
    () => {
        " WHERE task_id = $1 AND agent_name = $2 AND fencing_token = $3 AND state = 'in_progress' \
         AND lease_expires_at > $4 AND (deadline IS NULL OR deadline > $4)"
    };
}

pub async fn renew(state: &PostgresState, claim: &Claim, lease: Duration) -> Result<Task, Broken> {
    let now = state.now();
    let renewed = sqlx::query(concat!(
        "UPDATE task_states SET lease_expires_at = $5, updated_at = $4",
        is_in_force!(),
        " RETURNING ",
        task_columns!()
    ))
    .bind(&claim.task_id)
    .bind(&claim.agent_name)
    .bind(claim.fencing_token)
    .bind(Instant(now))
    .bind(Instant(later(now, lease)))
    .fetch_optional(state.pool())
    .await?;
    if let Some(row) = renewed {
        return Ok(rows::task(&row)?.task);
    }
    let mut connection = state.pool().acquire().await?;
    let row = reads::locked(&mut connection, &claim.task_id).await?;
    Ok(in_force(row, claim, now)?.task)
}

pub async fn complete(
    state: &PostgresState,
    claim: &Claim,
    result: &Map<String, Value>,
    follow_up: &[Prepared],
) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = complete_in(&mut change, state, claim, result, follow_up).await;
    PostgresState::end(change, outcome).await
}

async fn complete_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    claim: &Claim,
    result: &Map<String, Value>,
    follow_up: &[Prepared],
) -> Result<Task, Broken> {
    let before = reads::locked(change, &claim.task_id).await?;
    if is_repeated_completion(&before.task, claim) {
        return Ok(before.task);
    }
    let now = state.now();
    let before = in_force(before, claim, now)?;
    let row = sqlx::query(concat!(
        "UPDATE task_states SET state = 'completed', updated_at = $2, completed_at = $2, \
         lease_expires_at = NULL, last_error = NULL WHERE task_id = $1 RETURNING ",
        task_columns!()
    ))
    .bind(&claim.task_id)
    .bind(Instant(now))
    .fetch_one(&mut **change)
    .await?;
    let ended = Ended::Completed {
        result: result.clone(),
    };
    change.attempt_ended(&before, ended, now);
    let mut follow_up = follow_up.to_vec();
    inherit_from(&mut follow_up, &before.task);
    enqueue::insert_all(change, follow_up, now).await?;
    let completed = rows::task(&row)?.task;
    joins::child_ended(change, &completed, now).await?;
    Ok(completed)
}

pub async fn fail(state: &PostgresState, claim: &Claim, failure: &Failure) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = fail_in(&mut change, state, claim, failure).await;
    PostgresState::end(change, outcome).await
}

async fn fail_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    claim: &Claim,
    failure: &Failure,
) -> Result<Task, Broken> {
    let before = reads::locked(change, &claim.task_id).await?;
    let now = state.now();
    let before = in_force(before, claim, now)?;
    let policy = system_config::rules(change)
        .await?
        .retry_policy(&before.task.task_type);
    let after = after_failure(&before, failure, &policy, now);
    let row = sqlx::query(concat!(
        "UPDATE task_states SET state = $2, updated_at = $3, lease_expires_at = NULL, \
         last_error = $4, not_before = $5, completed_at = $6, \
         retry_count = retry_count + $7::boolean::integer, \
         agent_name = CASE WHEN $7 THEN NULL ELSE agent_name END WHERE task_id = $1 RETURNING ",
        task_columns!()
    ))
    .bind(&claim.task_id)
    .bind(after.state.as_str())
    .bind(Instant(now))
    .bind(validate::error_message(&failure.error_message))
    .bind(after.not_before.map(Instant))
    .bind(after.state.is_final().then_some(Instant(now)))
    .bind(after.retried)
    .fetch_one(&mut **change)
    .await?;
    let ended = Ended::Failed {
        state: after.attempt_state,
        failure,
    };
    change.attempt_ended(&before, ended, now);
    let failed = rows::task(&row)?.task;
    joins::child_ended(change, &failed, now).await?;
    Ok(failed)
}

pub async fn fan_out(
    state: &PostgresState,
    claim: &Claim,
    children: &[Prepared],
    join: Join,
) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = fan_out_in(&mut change, state, claim, children, join).await;
    PostgresState::end(change, outcome).await
}

async fn fan_out_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    claim: &Claim,
    children: &[Prepared],
    join: Join,
) -> Result<Task, Broken> {
    let before = reads::locked(change, &claim.task_id).await?;
    if before.task.state == TaskState::Waiting && before.task.fencing_token == claim.fencing_token {
        return Ok(before.task);
    }
    let now = state.now();
    let before = in_force(before, claim, now)?;
    enqueue::insert_all(change, children.to_vec(), now).await?;
    if !joins::has_children(change, &claim.task_id).await? {
        return Err(no_children().into());
    }
    sqlx::query(
        "UPDATE task_states SET state = 'waiting', updated_at = $2, agent_name = NULL, \
         lease_expires_at = NULL, after_children = $3, on_child_failure = $4 WHERE task_id = $1",
    )
    .bind(&claim.task_id)
    .bind(Instant(now))
    .bind(join.then.as_str())
    .bind(join.on_child_failure.as_str())
    .execute(&mut **change)
    .await?;
    change.attempt_ended(&before, Ended::FannedOut, now);
    joins::settle(change, &claim.task_id, now).await?;
    Ok(reads::locked(change, &claim.task_id).await?.task)
}
