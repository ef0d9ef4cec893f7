//! Everything that only looks. Never takes the write lock.

use serde_json::Value;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{
    Agent, Attempt, Priority, StateError, Task, TaskFilter, TaskPage, TaskState,
};

use super::{SqliteState, rows, unavailable};
use crate::content::to_state;
use crate::transitions::{TaskRow, unknown_agent, unknown_task};

/// The row of a task, within a transaction.
pub async fn row(connection: &mut SqliteConnection, task_id: &str) -> Result<TaskRow, StateError> {
    let row = sqlx::query("SELECT * FROM task_states WHERE task_id = ?1")
        .bind(task_id)
        .fetch_optional(connection)
        .await
        .map_err(unavailable)?
        .ok_or_else(|| unknown_task(task_id))?;
    rows::task(&row).map_err(unavailable)
}

/// The rows that a query of tasks finds, within a transaction.
pub async fn all_rows(
    connection: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
) -> Result<Vec<TaskRow>, StateError> {
    let found = query.fetch_all(connection).await.map_err(unavailable)?;
    let rows: Result<_, sqlx::Error> = found.iter().map(rows::task).collect();
    rows.map_err(unavailable)
}

pub async fn task(state: &SqliteState, task_id: &str) -> Result<Task, StateError> {
    let mut connection = state.readers().acquire().await.map_err(unavailable)?;
    Ok(row(&mut connection, task_id).await?.task)
}

/// The rows of the filter, as `FROM` and `WHERE`.
pub fn restrict(query: &mut QueryBuilder<Sqlite>, filter: &TaskFilter) {
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
            .push(" AND (instr(lower(task_id), ")
            .push_bind(text.clone())
            .push(") OR instr(lower(task_type), ")
            .push_bind(text.clone())
            .push(") OR instr(lower(last_error), ")
            .push_bind(text)
            .push("))");
    }
    if let Some(ids) = &filter.task_ids {
        query
            .push(" AND task_id IN (SELECT value FROM json_each(")
            .push_bind(Value::from(ids.clone()).to_string())
            .push("))");
    }
}

pub async fn tasks(state: &SqliteState, filter: &TaskFilter) -> Result<TaskPage, StateError> {
    let mut count = QueryBuilder::new("SELECT count(*)");
    restrict(&mut count, filter);
    let mut page = QueryBuilder::new("SELECT *");
    restrict(&mut page, filter);
    page.push(" ORDER BY updated_at DESC, rowid DESC LIMIT ")
        .push_bind(i64::try_from(filter.limit.min(MAX_PAGE)).unwrap_or(i64::MAX))
        .push(" OFFSET ")
        .push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));

    // One read transaction, so that the count and the page show the same moment.
    let mut transaction = state.readers().begin().await.map_err(unavailable)?;
    let total: i64 = count
        .build_query_scalar()
        .fetch_one(&mut *transaction)
        .await
        .map_err(unavailable)?;
    let found = page
        .build()
        .fetch_all(&mut *transaction)
        .await
        .map_err(unavailable)?;
    let tasks: Result<Vec<Task>, sqlx::Error> =
        found.iter().map(|row| Ok(rows::task(row)?.task)).collect();
    Ok(TaskPage {
        tasks: tasks.map_err(unavailable)?,
        total: u64::try_from(total).unwrap_or(0),
    })
}

pub async fn changes(
    state: &SqliteState,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Task>, StateError> {
    let found = sqlx::query(
        "SELECT * FROM task_states WHERE updated_at >= ?1 \
         ORDER BY updated_at DESC, rowid DESC LIMIT ?2",
    )
    .bind(since.to_string())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(state.readers())
    .await
    .map_err(unavailable)?;
    let tasks = found.iter().rev().map(|row| Ok(rows::task(row)?.task));
    tasks
        .collect::<Result<_, sqlx::Error>>()
        .map_err(unavailable)
}

pub async fn task_counts(state: &SqliteState) -> Result<Vec<(TaskState, u64)>, StateError> {
    let found = sqlx::query("SELECT state, count(*) AS tasks FROM task_states GROUP BY state")
        .fetch_all(state.readers())
        .await
        .map_err(unavailable)?;
    let mut counts = [0_u64; TaskState::ALL.len()];
    for row in &found {
        let name: String = row.try_get_unchecked("state").map_err(unavailable)?;
        let tasks: i64 = row.try_get_unchecked("tasks").map_err(unavailable)?;
        counts[to_state(&name) as usize] += u64::try_from(tasks).unwrap_or(0);
    }
    Ok(TaskState::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, tasks)| *tasks > 0)
        .collect())
}

pub async fn attempts(state: &SqliteState, task_id: &str) -> Result<Vec<Attempt>, StateError> {
    sqlx::query("SELECT * FROM task_history WHERE task_id = ?1 ORDER BY id")
        .bind(task_id)
        .fetch_all(state.readers())
        .await
        .map_err(unavailable)?
        .iter()
        .map(rows::attempt)
        .collect::<Result<_, _>>()
        .map_err(unavailable)
}

/// One agent, within a transaction.
pub async fn agent(
    connection: &mut SqliteConnection,
    agent_name: &str,
) -> Result<Agent, StateError> {
    let row = sqlx::query(
        "SELECT *, (SELECT count(*) FROM task_states AS held INDEXED BY task_states_held \
         WHERE held.state = 'in_progress' AND held.agent_name = agents.agent_name) AS active_tasks \
         FROM agents WHERE agent_name = ?1",
    )
    .bind(agent_name)
    .fetch_optional(connection)
    .await
    .map_err(unavailable)?
    .ok_or_else(|| unknown_agent(agent_name))?;
    rows::agent(&row).map_err(unavailable)
}

pub async fn agents(state: &SqliteState) -> Result<Vec<Agent>, StateError> {
    sqlx::query(
        "SELECT *, (SELECT count(*) FROM task_states AS held INDEXED BY task_states_held \
         WHERE held.state = 'in_progress' AND held.agent_name = agents.agent_name) AS active_tasks \
         FROM agents ORDER BY agent_name",
    )
    .fetch_all(state.readers())
    .await
    .map_err(unavailable)?
    .iter()
    .map(rows::agent)
    .collect::<Result<_, _>>()
    .map_err(unavailable)
}

/// Reads the file's header and schema, which fails when the file is gone or damaged.
pub async fn ping(state: &SqliteState) -> Result<(), StateError> {
    sqlx::query("SELECT 1 FROM task_states LIMIT 1")
        .execute(state.readers())
        .await
        .map_err(unavailable)?;
    Ok(())
}
