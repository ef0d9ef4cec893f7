//! Removing what ended long ago. Times are text here and agents write them in formats of their own,
//! so days are compared; what is no text has no day and stays, and so does a task whose idempotency
//! key still counts.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Pruned, Retention, StateError};

use super::context::Context;
use super::operation::Operation;
use super::unavailable;

const TASKS: &str = "DELETE FROM task_states WHERE rowid IN (SELECT rowid FROM task_states \
     WHERE state IN ('completed', 'failed', 'dead_letter', 'cancelled') \
     AND typeof(updated_at) = 'text' AND updated_at < ?1 \
     AND coalesce(completed_at, updated_at) < ?1 \
     AND (idempotency_key IS NULL OR idempotency_until <= ?3) LIMIT ?2)";

const ATTEMPTS: &str = "DELETE FROM task_history WHERE id IN (SELECT id FROM task_history \
     WHERE coalesce(completed_at, created_at) < ?1 \
     AND typeof(coalesce(completed_at, created_at)) = 'text' AND ?3 > 0 LIMIT ?2)";

/// Removes a batch of each table.
pub struct Prune {
    pub retention: Retention,
}

#[async_trait]
impl Operation for Prune {
    type Output = Pruned;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Pruned, StateError> {
        let Retention {
            tasks_before,
            history_before,
            batch,
        } = self.retention;
        let now = context.now.as_millisecond();
        // Longer than any rate looks back.
        sqlx::query("DELETE FROM claim_starts WHERE started_at < ?1")
            .bind(now - 2 * DAY_MS)
            .execute(&mut *connection)
            .await
            .map_err(unavailable)?;
        Ok(Pruned {
            tasks: remove(connection, TASKS, tasks_before, batch, now).await?,
            attempts: remove(connection, ATTEMPTS, history_before, batch, now).await?,
        })
    }
}

const DAY_MS: i64 = 24 * 3600 * 1000;

async fn remove(
    connection: &mut SqliteConnection,
    statement: &'static str,
    before: Option<Timestamp>,
    batch: u32,
    now: i64,
) -> Result<u64, StateError> {
    let Some(before) = before else { return Ok(0) };
    let day = before.to_string().chars().take(10).collect::<String>();
    Ok(sqlx::query(statement)
        .bind(day)
        .bind(batch)
        .bind(now)
        .execute(connection)
        .await
        .map_err(unavailable)?
        .rows_affected())
}
