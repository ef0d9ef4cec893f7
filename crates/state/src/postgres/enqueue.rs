//! Enqueueing, alone or within another change's transaction: two statements, however many tasks.

use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{NewTask, StateError, Task};
use uuid::Uuid;

use super::failure::Broken;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, system_config};
use crate::content::{is_same, to_text};
use crate::validate;

/// A task with the id it will have, however often the insertion is tried.
pub struct Prepared {
    task_id: String,
    new: NewTask,
}

/// Checks the tasks and names those without a name.
pub fn prepare(field: &'static str, tasks: Vec<NewTask>) -> Result<Vec<Prepared>, StateError> {
    validate::tasks(field, &tasks)?;
    tasks
        .into_iter()
        .map(|new| {
            storable("metadata", &new.metadata)?;
            let task_id = new.task_id.clone();
            Ok(Prepared {
                task_id: task_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
                new,
            })
        })
        .collect()
}

/// Refuses the one character that `jsonb` cannot hold.
pub fn storable(field: &'static str, object: &Map<String, Value>) -> Result<(), StateError> {
    fn has_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(values) => values.iter().any(has_nul),
            Value::Object(object) => object_has_nul(object),
            _ => false,
        }
    }
    fn object_has_nul(object: &Map<String, Value>) -> bool {
        object
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value))
    }
    if object_has_nul(object) {
        return Err(StateError::Invalid {
            field,
            reason: "holds the character U+0000, which PostgreSQL cannot keep; leave it out".into(),
        });
    }
    Ok(())
}

/// Enqueues all or none.
pub async fn enqueue(state: &PostgresState, tasks: &[Prepared]) -> Result<Vec<Task>, Broken> {
    let mut change = state.change().await?;
    let outcome = insert_all(&mut change, tasks, None, state.now()).await;
    PostgresState::end(change, outcome).await
}

/// Inserts the tasks, or finds those that an earlier call inserted. `followed` gives its correlation
/// id to tasks without one.
pub async fn insert_all(
    connection: &mut PgConnection,
    tasks: &[Prepared],
    followed: Option<&Task>,
    now: Timestamp,
) -> Result<Vec<Task>, Broken> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let column =
        |read: &dyn Fn(&Prepared) -> String| -> Vec<String> { tasks.iter().map(read).collect() };
    let ids = column(&|task| task.task_id.clone());
    let metadata = column(&|task| {
        let mut metadata = task.new.metadata.clone();
        if let Some(followed) = followed {
            metadata
                .entry("correlation_id")
                .or_insert_with(|| followed.correlation_id().into());
        }
        to_text(&metadata)
    });
    let max_retries = system_config::max_retries(connection).await?;
    let retries: Vec<i32> = tasks
        .iter()
        .map(|task| i32::try_from(task.new.max_retries.unwrap_or(max_retries)).unwrap_or(i32::MAX))
        .collect();
    sqlx::query(
        "INSERT INTO task_states \
         (task_id, task_type, state, priority, created_at, updated_at, metadata, max_retries) \
         SELECT task_id, task_type, 'queued', priority, $6, $6, metadata::jsonb, max_retries \
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[]) \
         WITH ORDINALITY AS new (task_id, task_type, priority, metadata, max_retries, place) \
         ORDER BY place ON CONFLICT (task_id) DO NOTHING",
    )
    .bind(&ids)
    .bind(column(&|task| task.new.task_type.clone()))
    .bind(column(&|task| task.new.priority.as_str().to_owned()))
    .bind(&metadata)
    .bind(retries)
    .bind(Instant(now))
    .execute(&mut *connection)
    .await?;
    let found = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        ", task_states.metadata::jsonb IS NOT DISTINCT FROM new.metadata::jsonb AS same_metadata \
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS new (id, metadata, place) \
         JOIN task_states ON task_id = new.id ORDER BY place"
    ))
    .bind(&ids)
    .bind(&metadata)
    .fetch_all(connection)
    .await?;
    let mut enqueued = Vec::with_capacity(tasks.len());
    for (row, Prepared { task_id, new }) in found.iter().zip(tasks) {
        let task = rows::task(row)?.task;
        let same_metadata: bool = row.try_get("same_metadata")?;
        if !(same_metadata && is_same(&task, new)) {
            let task_id = task_id.clone();
            return Err(StateError::Conflict { task_id }.into());
        }
        enqueued.push(task);
    }
    Ok(enqueued)
}
