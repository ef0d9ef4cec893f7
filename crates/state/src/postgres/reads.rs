//! Everything that only looks. Takes no lock, except for [`locked`].

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{Postgres, QueryBuilder, Row};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{Agent, Attempt, Priority, Task, TaskFilter, TaskPage, TaskState};

use super::PostgresState;
use super::instant::Instant;
use super::rows::{self, agent_columns, attempt_columns, task_columns};
use crate::broken::Broken;
use crate::content::to_state;
use crate::transitions::{TaskRow, unknown_agent, unknown_task};

pub async fn task(state: &PostgresState, task_id: &str) -> Result<Task, Broken> {
    let row = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        " FROM task_states WHERE task_id = $1"
    ))
    .bind(task_id)
    .fetch_optional(state.pool())
    .await?
    .ok_or_else(|| unknown_task(task_id))?;
    Ok(rows::task(&row)?.task)
}

/// The row of a task, locked until the transaction ends.
pub async fn locked(connection: &mut PgConnection, task_id: &str) -> Result<TaskRow, Broken> {
    let row = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        " FROM task_states WHERE task_id = $1 FOR UPDATE"
    ))
    .bind(task_id)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| unknown_task(task_id))?;
    Ok(rows::task(&row)?)
}

/// Those of the tasks that are there, by their ids.
pub async fn named(
    connection: &mut PgConnection,
    task_ids: &[&str],
) -> Result<HashMap<String, Task>, Broken> {
    let found = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        " FROM task_states WHERE task_id = ANY($1)"
    ))
    .bind(task_ids)
    .fetch_all(connection)
    .await?;
    let tasks = found.iter().map(|row| {
        let task = rows::task(row)?.task;
        Ok((task.task_id.clone(), task))
    });
    tasks.collect()
}

/// The rows of the filter, as `FROM` and `WHERE`.
pub fn restrict(query: &mut QueryBuilder<Postgres>, filter: &TaskFilter) {
    query.push(" FROM task_states WHERE TRUE");
    let conditions: [(&str, Option<&str>); 5] = [
        (" AND state = ", filter.state.map(TaskState::as_str)),
        (" AND task_type = ", filter.task_type.as_deref()),
        (" AND agent_name = ", filter.agent_name.as_deref()),
        (" AND correlation_id = ", filter.correlation_id.as_deref()),
        (" AND parent_task_id = ", filter.parent_task_id.as_deref()),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            query.push(condition).push_bind(value.to_owned());
        }
    }
    if let Some(priority) = filter.priority {
        query.push(match priority {
            Priority::High => " AND priority_rank = 0",
            Priority::Medium => " AND priority_rank = 1",
            Priority::Low => " AND priority_rank = 2",
        });
    }
    if let Some(text) = &filter.text {
        let text = text.to_lowercase();
        query
            .push(" AND (position(")
            .push_bind(text.clone())
            .push(" IN lower(task_id)) > 0 OR position(")
            .push_bind(text.clone())
            .push(" IN lower(task_type)) > 0 OR position(")
            .push_bind(text)
            .push(" IN lower(last_error)) > 0)");
    }
    if let Some(ids) = &filter.task_ids {
        query
            .push(" AND task_id = ANY(")
            .push_bind(ids.clone())
            .push(")");
    }
}

pub async fn tasks(state: &PostgresState, filter: &TaskFilter) -> Result<TaskPage, Broken> {
    let mut count = QueryBuilder::new("SELECT count(*)");
    restrict(&mut count, filter);
    let mut page = QueryBuilder::new(concat!("SELECT ", task_columns!()));
    restrict(&mut page, filter);
    page.push(" ORDER BY updated_at DESC NULLS LAST, enqueue_order DESC LIMIT ")
        .push_bind(i64::try_from(filter.limit.min(MAX_PAGE)).unwrap_or(i64::MAX))
        .push(" OFFSET ")
        .push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));

    // One snapshot, so that the count and the page show the same moment.
    let mut snapshot = state
        .pool()
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let total: i64 = count.build_query_scalar().fetch_one(&mut *snapshot).await?;
    let found = page.build().fetch_all(&mut *snapshot).await?;
    snapshot.commit().await?;
    let tasks: Result<Vec<Task>, sqlx::Error> =
        found.iter().map(|row| Ok(rows::task(row)?.task)).collect();
    Ok(TaskPage {
        tasks: tasks?,
        total: u64::try_from(total).unwrap_or(0),
    })
}

pub async fn changes(
    state: &PostgresState,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Task>, Broken> {
    let found = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        " FROM task_states WHERE updated_at >= $1 \
         ORDER BY updated_at DESC, enqueue_order DESC LIMIT $2"
    ))
    .bind(Instant(since))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(state.pool())
    .await?;
    let tasks = found.iter().rev().map(|row| Ok(rows::task(row)?.task));
    tasks.collect()
}

pub async fn task_counts(state: &PostgresState) -> Result<Vec<(TaskState, u64)>, Broken> {
    let found = sqlx::query(
        "SELECT state::text AS state, count(*) AS tasks FROM task_states GROUP BY state",
    )
    .fetch_all(state.pool())
    .await?;
    let mut counts = [0_u64; TaskState::ALL.len()];
    for row in &found {
        let name: Option<String> = row.try_get("state")?;
        let tasks: i64 = row.try_get("tasks")?;
        counts[to_state(&name.unwrap_or_default()) as usize] += u64::try_from(tasks).unwrap_or(0);
    }
    Ok(TaskState::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, tasks)| *tasks > 0)
        .collect())
}

pub async fn attempts(state: &PostgresState, task_id: &str) -> Result<Vec<Attempt>, Broken> {
    let found = sqlx::query(concat!(
        "SELECT ",
        attempt_columns!(),
        " FROM task_history WHERE task_id = $1 ORDER BY id"
    ))
    .bind(task_id)
    .fetch_all(state.pool())
    .await?;
    let attempts: Result<_, sqlx::Error> = found.iter().map(rows::attempt).collect();
    Ok(attempts?)
}

/// One agent, within a transaction.
pub async fn agent(connection: &mut PgConnection, agent_name: &str) -> Result<Agent, Broken> {
    let row = sqlx::query(concat!(
        "SELECT ",
        agent_columns!(),
        " FROM agents WHERE agent_name = $1"
    ))
    .bind(agent_name)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| unknown_agent(agent_name))?;
    Ok(rows::agent(&row)?)
}

pub async fn agents(state: &PostgresState) -> Result<Vec<Agent>, Broken> {
    let found = sqlx::query(concat!(
        "SELECT ",
        agent_columns!(),
        " FROM agents ORDER BY agent_name COLLATE \"C\""
    ))
    .fetch_all(state.pool())
    .await?;
    let agents: Result<_, sqlx::Error> = found.iter().map(rows::agent).collect();
    Ok(agents?)
}
