//! The completions of many agents in one change. Nothing follows their tasks: an enqueueing may be refused
//! after it has written, and has to take its completion back with it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Claim, StateError, Task, TaskState};

use super::open::Clock;
use super::writer::Writer;
use super::{joins, rows, unavailable};
use crate::content::to_text;
use crate::together::{Outcome, Outcomes, Together, in_order};
use crate::transitions::{Ended, TaskRow, history, in_force, is_repeated_completion, unknown_task};

const ROWS: &str = "SELECT * FROM task_states WHERE task_id IN (SELECT value FROM json_each(?1))";

const COMPLETE: &str = "UPDATE task_states SET state = 'completed', updated_at = ?2, \
     completed_at = ?2, lease_expires_at = NULL, last_error = NULL \
     WHERE task_id IN (SELECT value FROM json_each(?1))";

/// The attempts, of which `?1` has what differs.
const ATTEMPTS: &str = "INSERT INTO task_history (task_id, task_type, agent_name, state, priority, \
         created_at, completed_at, duration_ms, success, metadata) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?2, \
         value ->> 6, TRUE, value ->> 7 FROM json_each(?1)";

/// What an agent reports.
pub struct CompleteRequest {
    pub claim: Claim,
    pub result: Map<String, Value>,
}

/// Completions of this moment.
pub struct CompleteBatch {
    pub writer: Writer,
    pub clock: Clock,
}

#[async_trait]
impl Together for CompleteBatch {
    type Request = CompleteRequest;
    type Output = Task;

    async fn run(&self, requests: &[CompleteRequest]) -> Vec<Outcome<Task>> {
        let mut outcomes = Outcomes::new();
        if let Err(error) = self.complete_all(requests, &mut outcomes).await {
            tracing::debug!("a batch of completions failed: {error}");
            outcomes.clear();
        }
        in_order(requests.len(), outcomes)
    }
}

impl CompleteBatch {
    async fn complete_all(
        &self,
        requests: &[CompleteRequest],
        outcomes: &mut Outcomes<Task>,
    ) -> Result<(), StateError> {
        let mut change = self.writer.change().await.map_err(unavailable)?;
        let now = (self.clock)();
        let mut rows = find(&mut change, requests).await?;
        let mut attempts = Vec::new();
        let mut completed = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (place, request) in requests.iter().enumerate() {
            let claim = &request.claim;
            let Some(before) = rows.remove(&claim.task_id) else {
                // One that comes twice is looked at again when the first is on disk.
                if !taken.contains(&claim.task_id) {
                    outcomes.insert(place, Outcome::Done(Err(unknown_task(&claim.task_id))));
                }
                continue;
            };
            taken.insert(&claim.task_id);
            if is_repeated_completion(&before.task, claim) {
                outcomes.insert(place, Outcome::Done(Ok(before.task)));
                continue;
            }
            match in_force(before, claim, now) {
                Ok(before) => {
                    attempts.push(attempt(&before, request, now));
                    completed.insert(place, after(before.task, now));
                }
                Err(refusal) => drop(outcomes.insert(place, Outcome::Done(Err(refusal)))),
            }
        }
        write(&mut change, &completed, attempts, now).await?;
        let parents = completed.values();
        let parents: BTreeSet<String> = parents
            .filter_map(|task| task.parent_task_id.clone())
            .collect();
        for parent in &parents {
            joins::settle(&mut change, parent, now).await?;
        }
        for (place, task) in completed {
            outcomes.insert(place, Outcome::Done(Ok(task)));
        }
        change.commit().await.map_err(unavailable)
    }
}

async fn find(
    connection: &mut SqliteConnection,
    requests: &[CompleteRequest],
) -> Result<BTreeMap<String, TaskRow>, StateError> {
    let ids = Value::from_iter(requests.iter().map(|one| one.claim.task_id.as_str()));
    let found = sqlx::query(ROWS)
        .bind(ids.to_string())
        .fetch_all(connection)
        .await
        .map_err(unavailable)?;
    let rows = found.iter().map(|row| {
        let row = rows::task(row)?;
        Ok((row.task.task_id.clone(), row))
    });
    rows.collect::<Result<_, sqlx::Error>>()
        .map_err(unavailable)
}

/// The task as the statement leaves it.
fn after(task: Task, now: Timestamp) -> Task {
    Task {
        state: TaskState::Completed,
        updated_at: now,
        completed_at: Some(now),
        lease_expires_at: None,
        last_error: None,
        ..task
    }
}

fn attempt(before: &TaskRow, request: &CompleteRequest, now: Timestamp) -> Value {
    let result = request.result.clone();
    let row = history(before, Ended::Completed { result }, now);
    let task = &before.task;
    json!([
        task.task_id,
        task.task_type,
        task.agent_name,
        row.state,
        task.priority.as_str(),
        row.started.to_string(),
        row.duration_ms,
        to_text(&row.metadata),
    ])
}

async fn write(
    connection: &mut SqliteConnection,
    completed: &BTreeMap<usize, Task>,
    attempts: Vec<Value>,
    now: Timestamp,
) -> Result<(), StateError> {
    if completed.is_empty() {
        return Ok(());
    }
    let ids = Value::from_iter(completed.values().map(|task| task.task_id.as_str()));
    sqlx::query(COMPLETE)
        .bind(ids.to_string())
        .bind(now.to_string())
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
    sqlx::query(ATTEMPTS)
        .bind(Value::from(attempts).to_string())
        .bind(now.to_string())
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}
