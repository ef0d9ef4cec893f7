//! Claims while there are limits of types or agents. Exact: a claim holds the rows of the limits that
//! concern it, and its agent's row, until it is committed, so that others count after it.

use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{ClaimLimit, TYPE_LIMIT_PREFIX, Task};

use super::claims::{Wanted, take_from_lanes};
use super::instant::Instant;
use super::{PostgresState, system_config};
use crate::broken::Broken;
use crate::rules::Rules;

pub async fn claim(state: &PostgresState, wanted: Wanted<'_>) -> Result<Option<Task>, Broken> {
    let mut change = state.change().await?;
    let outcome = claim_in(&mut change, state, wanted).await;
    PostgresState::end(change, outcome).await
}

async fn claim_in(
    change: &mut PgConnection,
    state: &PostgresState,
    wanted: Wanted<'_>,
) -> Result<Option<Task>, Broken> {
    sqlx::query("SELECT FROM agents WHERE agent_name = $1 FOR UPDATE")
        .bind(wanted.agent_name)
        .execute(&mut *change)
        .await?;
    let type_keys: Vec<String> = wanted
        .task_types
        .iter()
        .map(|task_type| format!("{TYPE_LIMIT_PREFIX}{task_type}"))
        .collect();
    sqlx::query(
        "SELECT FROM system_config WHERE config_key = ANY($1) ORDER BY config_key FOR UPDATE",
    )
    .bind(&type_keys)
    .execute(&mut *change)
    .await?;
    let rules = system_config::rules(change).await?;
    let now = state.now();
    if let Some((key, limit)) = rules.agent_limit(wanted.agent_name) {
        let held = "SELECT count(*) FROM task_states WHERE state = 'in_progress' \
             AND agent_name = $1";
        if is_full(change, &key, &limit, (held, wanted.agent_name), now).await? {
            return Ok(None);
        }
    }
    let mut task_types = Vec::with_capacity(wanted.task_types.len());
    for task_type in wanted.task_types {
        if let Some((key, limit)) = rules.type_limit(task_type) {
            let held = "SELECT count(*) FROM task_states WHERE state = 'in_progress' \
                 AND task_type = $1";
            if is_full(change, &key, &limit, (held, task_type), now).await? {
                continue;
            }
        }
        task_types.push(task_type.clone());
    }
    let allowed = Wanted {
        task_types: &task_types,
        ..wanted
    };
    let task = take_from_lanes(change, state, allowed).await?;
    if let Some(task) = &task {
        note(change, &rules, task, now).await?;
    }
    Ok(task)
}

/// Whether one more would be too many. `held` counts what is in hand, by a name.
async fn is_full(
    change: &mut PgConnection,
    key: &str,
    limit: &ClaimLimit,
    held: (&'static str, &str),
    now: Timestamp,
) -> Result<bool, Broken> {
    if let Some(most) = limit.max_concurrent {
        let held: i64 = sqlx::query_scalar(held.0)
            .bind(held.1)
            .fetch_one(&mut *change)
            .await?;
        if held >= i64::from(most) {
            return Ok(true);
        }
    }
    let Some(rate) = &limit.rate else {
        return Ok(false);
    };
    let begun: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM claim_starts WHERE limit_key = $1 AND started_at > $2",
    )
    .bind(key)
    .bind(span_before(now, rate.span_ms()))
    .fetch_one(change)
    .await?;
    Ok(begun >= i64::from(rate.claims))
}

fn span_before(now: Timestamp, span_ms: i64) -> Instant {
    Instant(Timestamp::from_millisecond(now.as_millisecond() - span_ms))
}

/// Notes that a claim began, where a rate counts it.
async fn note(
    change: &mut PgConnection,
    rules: &Rules,
    task: &Task,
    now: Timestamp,
) -> Result<(), Broken> {
    let agent_name = task.agent_name.as_deref().unwrap_or_default();
    let limits = [
        rules.agent_limit(agent_name),
        rules.type_limit(&task.task_type),
    ];
    for (key, limit) in limits.into_iter().flatten() {
        let Some(rate) = limit.rate else { continue };
        sqlx::query("INSERT INTO claim_starts (limit_key, started_at) VALUES ($1, $2)")
            .bind(&key)
            .bind(Instant(now))
            .execute(&mut *change)
            .await?;
        sqlx::query("DELETE FROM claim_starts WHERE limit_key = $1 AND started_at <= $2")
            .bind(&key)
            .bind(span_before(now, rate.span_ms()))
            .execute(&mut *change)
            .await?;
    }
    Ok(())
}
