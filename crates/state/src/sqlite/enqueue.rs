//! Enqueueing, alone or within another change's transaction.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_TASK_DEPTH;
use swarmscope_model::state::{StateError, Task, TaskState};

use super::context::Context;
use super::operation::Operation;
use super::{reads, rows, unavailable};
use crate::content::{to_state, to_text};
use crate::prepared::{Prepared, inherit_from_parents};
use crate::rules::Rules;
use crate::transitions::{too_deep, wrong_state};

/// Enqueues all or none.
pub struct Enqueue {
    pub tasks: Vec<Prepared>,
}

#[async_trait]
impl Operation for Enqueue {
    type Output = Vec<Task>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Vec<Task>, StateError> {
        insert_all(connection, context, self.tasks.clone()).await
    }
}

/// Inserts the tasks, or finds those that an earlier call inserted.
pub async fn insert_all(
    connection: &mut SqliteConnection,
    context: &mut Context,
    mut tasks: Vec<Prepared>,
) -> Result<Vec<Task>, StateError> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let parents = parents(connection, &tasks).await?;
    let correlations = parents
        .iter()
        .map(|(task_id, parent)| (task_id.clone(), parent.correlation_id.clone()))
        .collect();
    inherit_from_parents(&mut tasks, &correlations)?;
    let now = context.now;
    let rules = context.rules(connection).await?;
    let mut enqueued = Vec::with_capacity(tasks.len());
    for prepared in &tasks {
        if let Some(earlier) = earlier_by_key(connection, prepared, now).await? {
            enqueued.push(earlier);
            continue;
        }
        let (task, is_new) = insert(connection, prepared, rules, now).await?;
        let parent = prepared.parent().and_then(|parent| parents.get(parent));
        if let Some(parent) = parent.filter(|parent| is_new && parent.state.is_final()) {
            let parent_id = prepared.parent().unwrap_or_default();
            return Err(wrong_state(parent_id, parent.state, "given another child"));
        }
        enqueued.push(task);
    }
    Ok(enqueued)
}

/// What a new child has to know of its parent.
struct Parent {
    correlation_id: String,
    state: TaskState,
}

/// The parents that the store has.
async fn parents(
    connection: &mut SqliteConnection,
    tasks: &[Prepared],
) -> Result<BTreeMap<String, Parent>, StateError> {
    let wanted: BTreeSet<&str> = tasks.iter().filter_map(Prepared::parent).collect();
    let mut found = BTreeMap::new();
    for task_id in wanted {
        let row = sqlx::query(
            "WITH RECURSIVE up (task_id, depth) AS (SELECT ?1, 1 UNION ALL \
             SELECT parent_task_id, depth + 1 FROM up JOIN task_states USING (task_id) \
             WHERE parent_task_id IS NOT NULL AND depth <= ?2) \
             SELECT state, correlation_id, (SELECT max(depth) FROM up) AS depth \
             FROM task_states WHERE task_id = ?1",
        )
        .bind(task_id)
        .bind(i64::try_from(MAX_TASK_DEPTH).unwrap_or(i64::MAX))
        .fetch_optional(&mut *connection)
        .await
        .map_err(unavailable)?;
        let Some(row) = row else { continue };
        let read = || -> Result<(String, String, i64), sqlx::Error> {
            Ok((
                row.try_get_unchecked("state")?,
                row.try_get_unchecked("correlation_id")?,
                row.try_get_unchecked("depth")?,
            ))
        };
        let (state, correlation_id, depth) = read().map_err(unavailable)?;
        too_deep(depth)?;
        let parent = Parent {
            correlation_id,
            state: to_state(&state),
        };
        found.insert(task_id.to_owned(), parent);
    }
    Ok(found)
}

/// The task that an earlier call made under this key; a key whose time is over is released.
async fn earlier_by_key(
    connection: &mut SqliteConnection,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<Option<Task>, StateError> {
    let Some(key) = &prepared.new.idempotency_key else {
        return Ok(None);
    };
    sqlx::query(
        "UPDATE task_states SET idempotency_key = NULL, idempotency_until = NULL \
         WHERE task_type = ?1 AND idempotency_key = ?2 AND idempotency_until <= ?3",
    )
    .bind(&prepared.new.task_type)
    .bind(key)
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await
    .map_err(unavailable)?;
    let row =
        sqlx::query("SELECT * FROM task_states WHERE task_type = ?1 AND idempotency_key = ?2")
            .bind(&prepared.new.task_type)
            .bind(key)
            .fetch_optional(connection)
            .await
            .map_err(unavailable)?;
    let Some(row) = row else { return Ok(None) };
    let task = rows::task(&row).map_err(unavailable)?.task;
    same(task, prepared).map(Some)
}

/// The task, if it is what was wanted.
fn same(task: Task, prepared: &Prepared) -> Result<Task, StateError> {
    if prepared.is_same(&task) && task.metadata == prepared.new.metadata {
        return Ok(task);
    }
    Err(prepared.conflict(&task))
}

/// The task and whether it is new.
async fn insert(
    connection: &mut SqliteConnection,
    prepared: &Prepared,
    rules: &Rules,
    now: Timestamp,
) -> Result<(Task, bool), StateError> {
    let Prepared {
        task_id,
        new,
        skills,
    } = prepared;
    let max_retries = new
        .max_retries
        .unwrap_or_else(|| rules.max_retries(&new.task_type));
    let inserted = sqlx::query(
        "INSERT INTO task_states (task_id, task_type, state, priority, created_at, updated_at, \
         metadata, max_retries, not_before, deadline, required_skills, parent_task_id, \
         after_children, on_child_failure, idempotency_key, idempotency_until) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
         ON CONFLICT (task_id) DO NOTHING RETURNING *",
    )
    .bind(task_id)
    .bind(&new.task_type)
    .bind(prepared.state().as_str())
    .bind(new.priority.as_str())
    .bind(now.to_string())
    .bind(to_text(&new.metadata))
    .bind(i64::from(max_retries))
    .bind(prepared.not_before(now).map(Timestamp::as_millisecond))
    .bind(prepared.deadline(now).map(Timestamp::as_millisecond))
    .bind(skills)
    .bind(&new.parent_task_id)
    .bind(new.join.map(|join| join.then.as_str()))
    .bind(new.join.map(|join| join.on_child_failure.as_str()))
    .bind(&new.idempotency_key)
    .bind(prepared.key_until(now).map(Timestamp::as_millisecond))
    .fetch_optional(&mut *connection)
    .await
    .map_err(unavailable)?;
    match inserted {
        Some(row) => Ok((rows::task(&row).map_err(unavailable)?.task, true)),
        None => {
            let task = reads::row(connection, task_id).await?.task;
            Ok((same(task, prepared)?, false))
        }
    }
}
