//! Removing what ended long ago. A task whose idempotency key still counts stays.

use swarmscope_model::Timestamp;
use swarmscope_model::state::{Pruned, Retention};

use super::PostgresState;
use super::instant::Instant;
use crate::broken::Broken;

const TASKS: &str = "DELETE FROM task_states WHERE task_id IN (SELECT task_id FROM task_states \
     WHERE state IN ('completed', 'failed', 'dead_letter', 'cancelled') AND updated_at < $1 \
     AND coalesce(completed_at, updated_at) < $1 \
     AND (idempotency_key IS NULL OR idempotency_until <= $3) LIMIT $2 FOR UPDATE SKIP LOCKED)";

const ATTEMPTS: &str = "DELETE FROM task_history WHERE id IN (SELECT id FROM task_history \
     WHERE coalesce(completed_at, created_at) < $1 AND $3 > $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";

pub async fn prune(state: &PostgresState, retention: &Retention) -> Result<Pruned, Broken> {
    // Longer than any rate looks back.
    sqlx::query("DELETE FROM claim_starts WHERE started_at < $1 - interval '2 days'")
        .bind(Instant(state.now()))
        .execute(state.pool())
        .await?;
    Ok(Pruned {
        tasks: remove(state, TASKS, retention.tasks_before, retention.batch).await?,
        attempts: remove(state, ATTEMPTS, retention.history_before, retention.batch).await?,
    })
}

async fn remove(
    state: &PostgresState,
    statement: &'static str,
    before: Option<Timestamp>,
    batch: u32,
) -> Result<u64, Broken> {
    let Some(before) = before else { return Ok(0) };
    let removed = sqlx::query(statement)
        .bind(Instant(before))
        .bind(i64::from(batch))
        .bind(Instant(state.now()))
        .execute(state.pool())
        .await?;
    Ok(removed.rows_affected())
}
