//! Limits of types and agents, as claims keep to them. Exact: whoever asks holds the write lock.

use sqlx::SqliteConnection;
use swarmscope_model::state::{ClaimLimit, StateError, Task};

use super::claims::TakeNext;
use super::context::Context;
use super::unavailable;

/// What the claimer may take now.
pub struct Allowed {
    pub task_types: Vec<String>,
}

/// Which of the types the limits allow; `None` when that is none.
pub async fn allowed(
    connection: &mut SqliteConnection,
    context: &mut Context,
    wanted: &TakeNext,
) -> Result<Option<Allowed>, StateError> {
    let now = context.now.as_millisecond();
    let rules = context.rules(connection).await?.clone();
    if let Some((key, limit)) = rules.agent_limit(&wanted.agent_name) {
        let held = "SELECT count(*) FROM task_states INDEXED BY task_states_held \
             WHERE state = 'in_progress' AND agent_name = ?1";
        if is_full(connection, &key, &limit, (held, &wanted.agent_name), now).await? {
            return Ok(None);
        }
    }
    let mut task_types = Vec::with_capacity(wanted.task_types.len());
    for task_type in &wanted.task_types {
        if let Some((key, limit)) = rules.type_limit(task_type) {
            let held = "SELECT count(*) FROM task_states WHERE state = 'in_progress' \
                 AND task_type = ?1";
            if is_full(connection, &key, &limit, (held, task_type), now).await? {
                continue;
            }
        }
        task_types.push(task_type.clone());
    }
    Ok((!task_types.is_empty()).then_some(Allowed { task_types }))
}

/// Whether one more would be too many. `held` counts what is in hand, by a name.
async fn is_full(
    connection: &mut SqliteConnection,
    key: &str,
    limit: &ClaimLimit,
    held: (&'static str, &str),
    now: i64,
) -> Result<bool, StateError> {
    if let Some(most) = limit.max_concurrent {
        let held: i64 = sqlx::query_scalar(held.0)
            .bind(held.1)
            .fetch_one(&mut *connection)
            .await
            .map_err(unavailable)?;
        if held >= i64::from(most) {
            return Ok(true);
        }
    }
    let Some(rate) = &limit.rate else {
        return Ok(false);
    };
    let begun: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM claim_starts WHERE limit_key = ?1 AND started_at > ?2",
    )
    .bind(key)
    .bind(now - rate.span_ms())
    .fetch_one(connection)
    .await
    .map_err(unavailable)?;
    Ok(begun >= i64::from(rate.claims))
}

/// Notes that a claim began, where a rate counts it.
pub async fn note(
    connection: &mut SqliteConnection,
    context: &mut Context,
    task: &Task,
) -> Result<(), StateError> {
    let now = context.now.as_millisecond();
    let rules = context.rules(connection).await?;
    let agent_name = task.agent_name.as_deref().unwrap_or_default();
    let limits = [
        rules.agent_limit(agent_name),
        rules.type_limit(&task.task_type),
    ];
    for (key, limit) in limits.into_iter().flatten() {
        let Some(rate) = limit.rate else { continue };
        sqlx::query("INSERT INTO claim_starts (limit_key, started_at) VALUES (?1, ?2)")
            .bind(&key)
            .bind(now)
            .execute(&mut *connection)
            .await
            .map_err(unavailable)?;
        sqlx::query("DELETE FROM claim_starts WHERE limit_key = ?1 AND started_at <= ?2")
            .bind(&key)
            .bind(now - rate.span_ms())
            .execute(&mut *connection)
            .await
            .map_err(unavailable)?;
    }
    Ok(())
}
