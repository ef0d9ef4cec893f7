//! Removing what ended long ago. Times are text here and agents write them in formats of their own,
//! so days are compared; what is no text has no day and stays.

use swarmscope_model::Timestamp;
use swarmscope_model::state::{Pruned, Retention, StateError};

use super::{SqliteState, unavailable};

const TASKS: &str = "DELETE FROM task_states WHERE rowid IN (SELECT rowid FROM task_states \
     WHERE state IN ('completed', 'failed', 'dead_letter', 'cancelled') \
     AND typeof(updated_at) = 'text' AND updated_at < ?1 \
     AND coalesce(completed_at, updated_at) < ?1 LIMIT ?2)";

const ATTEMPTS: &str = "DELETE FROM task_history WHERE id IN (SELECT id FROM task_history \
     WHERE coalesce(completed_at, created_at) < ?1 \
     AND typeof(coalesce(completed_at, created_at)) = 'text' LIMIT ?2)";

pub async fn prune(state: &SqliteState, retention: &Retention) -> Result<Pruned, StateError> {
    Ok(Pruned {
        tasks: remove(state, TASKS, retention.tasks_before, retention.batch).await?,
        attempts: remove(state, ATTEMPTS, retention.history_before, retention.batch).await?,
    })
}

async fn remove(
    state: &SqliteState,
    statement: &'static str,
    before: Option<Timestamp>,
    batch: u32,
) -> Result<u64, StateError> {
    let Some(before) = before else { return Ok(0) };
    let day = before.to_string().chars().take(10).collect::<String>();
    let mut change = state.change().await?;
    let removed = sqlx::query(statement)
        .bind(day)
        .bind(batch)
        .execute(&mut *change)
        .await
        .map_err(unavailable)?
        .rows_affected();
    change.commit().await.map_err(unavailable)?;
    Ok(removed)
}
