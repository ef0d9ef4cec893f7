//! Enqueueing, alone or within another change's transaction: few statements, however many tasks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_TASK_DEPTH;
use swarmscope_model::state::{NewTask, StateError, Task, TaskState};

use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, system_config};
use crate::broken::Broken;
use crate::content::{to_state, to_text};
use crate::prepared::{self, Prepared, inherit_from_parents};
use crate::rules::Rules;
use crate::transitions::{too_deep, wrong_state};

/// Checks the tasks, names those without a name, and refuses what the database cannot keep.
pub fn prepare(field: &'static str, tasks: Vec<NewTask>) -> Result<Vec<Prepared>, StateError> {
    for task in &tasks {
        storable("metadata", &task.metadata)?;
    }
    prepared::prepare(field, tasks)
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
    let outcome = insert_all(&mut change, tasks.to_vec(), state.now()).await;
    PostgresState::end(change, outcome).await
}

/// Inserts the tasks, or finds those that an earlier call inserted.
pub async fn insert_all(
    connection: &mut PgConnection,
    mut tasks: Vec<Prepared>,
    now: Timestamp,
) -> Result<Vec<Task>, Broken> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let parents = parents(connection, &tasks).await?;
    let correlations = parents
        .iter()
        .map(|(task_id, parent)| (task_id.clone(), parent.correlation_id.clone()))
        .collect();
    inherit_from_parents(&mut tasks, &correlations)?;
    release_keys(connection, &tasks, now).await?;
    let rules = system_config::rules(connection).await?;
    let inserted = insert(connection, &tasks, &rules, now).await?;
    for task in tasks
        .iter()
        .filter(|task| inserted.contains_key(&task.task_id))
    {
        let parent_id = task.parent().unwrap_or_default();
        if let Some(parent) = parents
            .get(parent_id)
            .filter(|parent| parent.state.is_final())
        {
            return Err(wrong_state(parent_id, parent.state, "given another child").into());
        }
    }
    if inserted.len() == tasks.len() {
        let in_order = tasks.iter().filter_map(|task| inserted.get(&task.task_id));
        return Ok(in_order.cloned().collect());
    }
    find(connection, &tasks).await
}

/// What a new child has to know of its parent.
struct Parent {
    correlation_id: String,
    state: TaskState,
}

/// The parents that the store has, locked, so that none ends while it is given a child.
async fn parents(
    connection: &mut PgConnection,
    tasks: &[Prepared],
) -> Result<BTreeMap<String, Parent>, Broken> {
    let wanted: BTreeSet<&str> = tasks.iter().filter_map(Prepared::parent).collect();
    let mut found = BTreeMap::new();
    for task_id in wanted {
        let row = sqlx::query(
            "SELECT state::text AS state, correlation_id, (WITH RECURSIVE up (id, depth) AS (\
                 SELECT $1::text, 1 UNION ALL \
                 SELECT above.parent_task_id, depth + 1 FROM up \
                 JOIN task_states AS above ON above.task_id = up.id \
                 WHERE above.parent_task_id IS NOT NULL AND depth <= $2) \
                 SELECT max(depth) FROM up) AS depth \
             FROM task_states WHERE task_id = $1 FOR NO KEY UPDATE",
        )
        .bind(task_id)
        .bind(i32::try_from(MAX_TASK_DEPTH).unwrap_or(i32::MAX))
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { continue };
        let depth: i32 = row.try_get("depth")?;
        too_deep(i64::from(depth))?;
        let parent = Parent {
            correlation_id: row.try_get("correlation_id")?,
            state: to_state(row.try_get("state")?),
        };
        found.insert(task_id.to_owned(), parent);
    }
    Ok(found)
}

/// Releases the keys whose time is over.
async fn release_keys(
    connection: &mut PgConnection,
    tasks: &[Prepared],
    now: Timestamp,
) -> Result<(), Broken> {
    let (types, keys) = keys_of(tasks);
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE task_states SET idempotency_key = NULL, idempotency_until = NULL \
         FROM unnest($1::text[], $2::text[]) AS wanted (task_type, key) \
         WHERE task_states.task_type = wanted.task_type AND idempotency_key = wanted.key \
         AND idempotency_until <= $3",
    )
    .bind(types)
    .bind(keys)
    .bind(Instant(now))
    .execute(connection)
    .await?;
    Ok(())
}

fn keys_of(tasks: &[Prepared]) -> (Vec<&str>, Vec<&str>) {
    tasks
        .iter()
        .filter_map(|task| {
            let key = task.new.idempotency_key.as_deref()?;
            Some((task.new.task_type.as_str(), key))
        })
        .unzip()
}

/// Inserts what is not there yet and returns it, by id.
pub async fn insert(
    connection: &mut PgConnection,
    tasks: &[Prepared],
    rules: &Rules,
    now: Timestamp,
) -> Result<BTreeMap<String, Task>, Broken> {
    let text =
        |read: &dyn Fn(&Prepared) -> String| -> Vec<String> { tasks.iter().map(read).collect() };
    let maybe = |read: &dyn Fn(&Prepared) -> Option<String>| -> Vec<Option<String>> {
        tasks.iter().map(read).collect()
    };
    let point = |read: &dyn Fn(&Prepared) -> Option<Timestamp>| -> Vec<Option<i64>> {
        let milliseconds = |task| read(task).map(Timestamp::as_millisecond);
        tasks.iter().map(milliseconds).collect()
    };
    let retries: Vec<i32> = tasks
        .iter()
        .map(|task| {
            let open = || rules.max_retries(&task.new.task_type);
            i32::try_from(task.new.max_retries.unwrap_or_else(open)).unwrap_or(i32::MAX)
        })
        .collect();
    let rows = sqlx::query(concat!(
        "INSERT INTO task_states (task_id, task_type, state, priority, created_at, updated_at, \
         metadata, max_retries, required_skills, parent_task_id, after_children, \
         on_child_failure, idempotency_key, not_before, deadline, idempotency_until) \
         SELECT task_id, task_type, state, priority, $1, $1, metadata::jsonb, max_retries, skills, \
         parent, after_children, on_child_failure, key, to_timestamp(not_before / 1000.0), \
         to_timestamp(deadline / 1000.0), to_timestamp(key_until / 1000.0) \
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], \
         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], \
         $14::bigint[], $15::bigint[]) WITH ORDINALITY AS new (task_id, task_type, state, \
         priority, metadata, max_retries, skills, parent, after_children, on_child_failure, key, \
         not_before, deadline, key_until, place) ORDER BY place ON CONFLICT DO NOTHING RETURNING ",
        task_columns!()
    ))
    .bind(Instant(now))
    .bind(text(&|task| task.task_id.clone()))
    .bind(text(&|task| task.new.task_type.clone()))
    .bind(text(&|task| task.state().as_str().to_owned()))
    .bind(text(&|task| task.new.priority.as_str().to_owned()))
    .bind(text(&|task| to_text(&task.new.metadata)))
    .bind(retries)
    .bind(text(&|task| task.skills.clone()))
    .bind(maybe(&|task| task.new.parent_task_id.clone()))
    .bind(maybe(&|task| {
        task.new.join.map(|join| join.then.as_str().to_owned())
    }))
    .bind(maybe(&|task| {
        task.new
            .join
            .map(|join| join.on_child_failure.as_str().to_owned())
    }))
    .bind(maybe(&|task| task.new.idempotency_key.clone()))
    .bind(point(&|task| task.not_before(now)))
    .bind(point(&|task| task.deadline(now)))
    .bind(point(&|task| task.key_until(now)))
    .fetch_all(connection)
    .await?;
    let by_id = |row: &PgRow| -> Result<(String, Task), sqlx::Error> {
        let task = rows::task(row)?.task;
        Ok((task.task_id.clone(), task))
    };
    let inserted: Result<_, sqlx::Error> = rows.iter().map(by_id).collect();
    Ok(inserted?)
}

/// The tasks as they stand, new or from an earlier call; refuses those with another content.
async fn find(connection: &mut PgConnection, tasks: &[Prepared]) -> Result<Vec<Task>, Broken> {
    let ids: Vec<&str> = tasks.iter().map(|task| task.task_id.as_str()).collect();
    let types: Vec<&str> = tasks
        .iter()
        .map(|task| task.new.task_type.as_str())
        .collect();
    let keys: Vec<Option<&str>> = tasks
        .iter()
        .map(|task| task.new.idempotency_key.as_deref())
        .collect();
    let metadata: Vec<String> = tasks
        .iter()
        .map(|task| to_text(&task.new.metadata))
        .collect();
    let found = sqlx::query(concat!(
        "SELECT ",
        task_columns!(),
        ", task_states.metadata::jsonb IS NOT DISTINCT FROM new.metadata::jsonb AS same_metadata \
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) \
         WITH ORDINALITY AS new (id, task_type, key, metadata, place) \
         LEFT JOIN task_states AS by_key ON by_key.task_type = new.task_type \
             AND by_key.idempotency_key = new.key \
         JOIN task_states ON task_states.task_id = coalesce(by_key.task_id, new.id) ORDER BY place"
    ))
    .bind(&ids)
    .bind(&types)
    .bind(&keys)
    .bind(&metadata)
    .fetch_all(connection)
    .await?;
    let mut enqueued = Vec::with_capacity(tasks.len());
    for (row, prepared) in found.iter().zip(tasks) {
        let task = rows::task(row)?.task;
        let same_metadata: bool = row.try_get("same_metadata")?;
        if !(same_metadata && prepared.is_same(&task)) {
            return Err(prepared.conflict(&task).into());
        }
        enqueued.push(task);
    }
    Ok(enqueued)
}
