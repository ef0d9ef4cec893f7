//! Claims and what may be done with one: renew, complete, fail. Whoever comes with a claim that is
//! not in force changes nothing.

use std::time::Duration;

use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;
use swarmscope_model::state::{Claim, Failure, Task};

use super::enqueue::Prepared;
use super::failure::Broken;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, enqueue, history, reads};
use crate::jitter::later;
use crate::transitions::{Ended, after_failure, in_force, is_repeated_completion, unknown_agent};
use crate::validate;

/// Which of the types have a claimable task, the type with the most urgent one first. One indexed
/// look-up a type, however long the queue; takes no lock, for most polls of an idle swarm find
/// nothing.
const TYPES: &str = "SELECT wanted.task_type FROM unnest($2::text[]) AS wanted (task_type) \
     CROSS JOIN LATERAL (SELECT priority_rank, created_at, enqueue_order FROM task_states \
         WHERE state = 'queued' AND task_states.task_type = wanted.task_type \
         AND (agent_name IS NULL OR agent_name = $1) AND (not_before IS NULL OR not_before <= $3) \
         ORDER BY priority_rank, created_at, enqueue_order LIMIT 1) AS next \
     ORDER BY next.priority_rank, next.created_at, next.enqueue_order";

/// Takes the next claimable task of one type that nobody else is taking. A row that names an agent
/// is kept for that agent.
const TAKE: &str = concat!(
    "WITH next AS MATERIALIZED (SELECT task_id AS id FROM task_states \
         WHERE state = 'queued' AND task_type = $2 \
         AND (agent_name IS NULL OR agent_name = $1) AND (not_before IS NULL OR not_before <= $3) \
         ORDER BY priority_rank, created_at, enqueue_order LIMIT 1 FOR UPDATE SKIP LOCKED), \
     seen AS (UPDATE agents SET last_heartbeat = $3, status = 'active' \
         WHERE agent_name = $1 AND EXISTS (SELECT FROM next)) \
     UPDATE task_states SET state = 'in_progress', agent_name = $1, updated_at = $3, \
         fencing_token = fencing_token + 1, claimed_at = $3, lease_expires_at = $4, \
         not_before = NULL FROM next WHERE task_id = next.id RETURNING ",
    task_columns!()
);

pub async fn claim(
    state: &PostgresState,
    agent_name: &str,
    task_types: &[String],
    lease: Duration,
) -> Result<Option<Task>, Broken> {
    let mut connection = state.pool().acquire().await?;
    let registered: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM agents WHERE agent_name = $1)")
            .bind(agent_name)
            .fetch_one(&mut *connection)
            .await?;
    if !registered {
        return Err(unknown_agent(agent_name).into());
    }
    let types: Vec<String> = sqlx::query_scalar(TYPES)
        .bind(agent_name)
        .bind(task_types)
        .bind(Instant(state.now()))
        .fetch_all(&mut *connection)
        .await?;
    for task_type in types {
        let now = state.now();
        let row = sqlx::query(TAKE)
            .bind(agent_name)
            .bind(task_type)
            .bind(Instant(now))
            .bind(Instant(later(now, lease)))
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = row {
            return Ok(Some(rows::task(&row)?.task));
        }
    }
    Ok(None)
}

pub async fn renew(state: &PostgresState, claim: &Claim, lease: Duration) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = renew_in(&mut change, state, claim, lease).await;
    PostgresState::end(change, outcome).await
}

async fn renew_in(
    change: &mut PgConnection,
    state: &PostgresState,
    claim: &Claim,
    lease: Duration,
) -> Result<Task, Broken> {
    let row = reads::locked(change, &claim.task_id).await?;
    let now = state.now();
    in_force(row, claim, now)?;
    let row = sqlx::query(concat!(
        "UPDATE task_states SET lease_expires_at = $2, updated_at = $3 WHERE task_id = $1 \
         RETURNING ",
        task_columns!()
    ))
    .bind(&claim.task_id)
    .bind(Instant(later(now, lease)))
    .bind(Instant(now))
    .fetch_one(&mut *change)
    .await?;
    Ok(rows::task(&row)?.task)
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
    change: &mut PgConnection,
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
    .fetch_one(&mut *change)
    .await?;
    let ended = Ended::Completed {
        result: result.clone(),
    };
    history::record(change, &before, ended, now).await?;
    enqueue::insert_all(change, follow_up, Some(&before.task), now).await?;
    Ok(rows::task(&row)?.task)
}

pub async fn fail(state: &PostgresState, claim: &Claim, failure: &Failure) -> Result<Task, Broken> {
    let mut change = state.change().await?;
    let outcome = fail_in(&mut change, state, claim, failure).await;
    PostgresState::end(change, outcome).await
}

async fn fail_in(
    change: &mut PgConnection,
    state: &PostgresState,
    claim: &Claim,
    failure: &Failure,
) -> Result<Task, Broken> {
    let before = reads::locked(change, &claim.task_id).await?;
    let now = state.now();
    let before = in_force(before, claim, now)?;
    let after = after_failure(&before.task, failure, now);
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
    .fetch_one(&mut *change)
    .await?;
    let ended = Ended::Failed {
        state: after.attempt_state,
        failure,
    };
    history::record(change, &before, ended, now).await?;
    Ok(rows::task(&row)?.task)
}
