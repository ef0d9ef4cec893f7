//! The completions of many agents in one statement, and those of children in one transaction, in which their
//! parents move on. A claim that is not in force is sent to be dealt with alone, and so is everybody when
//! somebody holds rows that one of them needs.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Claim, Task};

use super::batch_connection::BatchWork;
use super::change::Change;
use super::instant::Instant;
use super::joins;
use super::rows::{self, task_columns};
use crate::broken::Broken;
use crate::content::to_text;
use crate::together::{Outcome, Outcomes, done};
use crate::transitions::{Ended, TaskRow, in_force};

/// Completes the tasks (`$1`) whose claims (agents `$2`, tokens `$3`) are in force at `$4`, which is what
/// `transitions::in_force` says, and writes the rows that `transitions::history` would make. The `CASE` keeps
/// the planner from looking for tasks otherwise than by their ids.
const COMPLETE: &str = concat!(
    "WITH given AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $5::text[]) \
         WITH ORDINALITY AS given (id, agent, token, result, place)), \
     done AS (UPDATE task_states SET state = 'completed', updated_at = $4, completed_at = $4, \
         lease_expires_at = NULL, last_error = NULL FROM given \
         WHERE task_states.task_id = given.id AND CASE WHEN task_states.agent_name = given.agent \
             AND task_states.fencing_token = given.token AND task_states.state = 'in_progress' \
             AND task_states.lease_expires_at > $4 \
             AND (task_states.deadline IS NULL OR task_states.deadline > $4) \
             AND task_states.parent_task_id IS NULL THEN TRUE END \
         RETURNING given.place, given.result, ",
    task_columns!(),
    "), attempt AS (INSERT INTO task_history (task_id, task_type, agent_name, state, priority, \
         created_at, completed_at, duration_ms, success, metadata) \
         SELECT task_id, task_type, agent_name, 'completed', \
         CASE WHEN priority IN ('low', 'high') THEN priority ELSE 'medium' END, claimed_at, $4, \
         greatest(0, (extract(epoch FROM $4 - claimed_at) * 1000)::bigint), TRUE, \
         jsonb_build_object('correlation_id', \
             CASE jsonb_typeof(metadata -> 'correlation_id') WHEN 'string' \
             THEN metadata ->> 'correlation_id' ELSE task_id END, \
             'fencing_token', fencing_token, 'retry_count', retry_count, \
             'result', result::jsonb) FROM done) \
     SELECT * FROM done"
);

const LOCK_CHILDREN: &str = concat!(
    "SELECT ",
    task_columns!(),
    " FROM task_states WHERE task_id = ANY($1) AND parent_task_id IS NOT NULL \
     ORDER BY task_states.task_id COLLATE \"C\" FOR UPDATE"
);

const LOCK_PARENTS: &str = "SELECT FROM task_states WHERE task_id = ANY($1) \
     ORDER BY task_id COLLATE \"C\" FOR UPDATE";

/// Completes children that are locked.
const COMPLETE_CHILDREN: &str = concat!(
    "UPDATE task_states SET state = 'completed', updated_at = $2, completed_at = $2, \
     lease_expires_at = NULL, last_error = NULL WHERE task_id = ANY($1) RETURNING ",
    task_columns!()
);

/// What an agent reports. Nothing follows the task.
pub struct CompleteRequest {
    pub claim: Claim,
    pub result: Map<String, Value>,
}

/// Completions of this moment.
pub struct CompleteBatch;

#[async_trait]
impl BatchWork for CompleteBatch {
    type Request = CompleteRequest;
    type Output = Task;

    async fn work(
        connection: &mut PgConnection,
        now: Timestamp,
        requests: &[CompleteRequest],
        outcomes: &mut Outcomes<Task>,
    ) -> Result<(), Broken> {
        outcomes.extend(complete_plain(connection, now, requests).await?);
        let is_open = |place: &usize| !outcomes.contains_key(place);
        let rest: Vec<usize> = (0..requests.len()).filter(is_open).collect();
        if !rest.is_empty() {
            outcomes.extend(complete_children(connection, now, requests, rest).await?);
        }
        Ok(())
    }
}

/// Completes those without a parent.
async fn complete_plain(
    connection: &mut PgConnection,
    now: Timestamp,
    requests: &[CompleteRequest],
) -> sqlx::Result<Outcomes<Task>> {
    // Two orchestrators that complete the same tasks lock them in the same order.
    let mut places: Vec<usize> = (0..requests.len()).collect();
    places.sort_by_key(|place| requests[*place].claim.task_id.as_str());
    let sorted = || places.iter().map(|place| &requests[*place]);
    let ids: Vec<&str> = sorted().map(|one| one.claim.task_id.as_str()).collect();
    let agents: Vec<&str> = sorted().map(|one| one.claim.agent_name.as_str()).collect();
    let tokens: Vec<i64> = sorted().map(|one| one.claim.fencing_token).collect();
    let results: Vec<String> = sorted().map(|one| to_text(&one.result)).collect();
    let rows = sqlx::query(COMPLETE)
        .bind(ids)
        .bind(agents)
        .bind(tokens)
        .bind(Instant(now))
        .bind(results)
        .fetch_all(connection)
        .await?;
    let mut outcomes = Outcomes::new();
    for row in &rows {
        let turn: i64 = row.try_get("place")?;
        let turn = usize::try_from(turn - 1).unwrap_or_default();
        if let Some(place) = places.get(turn) {
            outcomes.insert(*place, Outcome::Done(Ok(rows::task(row)?.task)));
        }
    }
    Ok(outcomes)
}

/// Completes the children among these, or none of them when somebody is in the way.
async fn complete_children(
    connection: &mut PgConnection,
    now: Timestamp,
    requests: &[CompleteRequest],
    places: Vec<usize>,
) -> Result<Outcomes<Task>, Broken> {
    let mut change = Change::from(connection.begin().await?);
    match complete_families(&mut change, now, requests, places).await {
        Ok(done) => {
            change.commit().await?;
            Ok(done)
        }
        Err(error) => {
            change.rollback().await?;
            Err(error)
        }
    }
}

/// Completes the children among these, and moves their parents on. Children are locked before their parents,
/// as everybody does.
async fn complete_families(
    change: &mut Change<'_>,
    now: Timestamp,
    requests: &[CompleteRequest],
    places: Vec<usize>,
) -> Result<Outcomes<Task>, Broken> {
    // Of a task that comes twice one is done here, and the other looked at when it is.
    let asked: BTreeMap<&str, usize> = places
        .into_iter()
        .map(|place| (requests[place].claim.task_id.as_str(), place))
        .collect();
    let children = lock_children(change, now, requests, &asked).await?;
    if children.is_empty() {
        return Ok(Outcomes::new());
    }
    let parents = children
        .iter()
        .filter_map(|(_, child)| child.task.parent_task_id.as_deref());
    let parents: BTreeSet<&str> = parents.collect();
    sqlx::query(LOCK_PARENTS)
        .bind(parents.iter().copied().collect::<Vec<_>>())
        .execute(&mut **change)
        .await?;
    let ids = children
        .iter()
        .map(|(_, child)| child.task.task_id.as_str());
    let rows = sqlx::query(COMPLETE_CHILDREN)
        .bind(ids.collect::<Vec<_>>())
        .bind(Instant(now))
        .fetch_all(&mut **change)
        .await?;
    let completed: Result<Vec<Task>, sqlx::Error> =
        rows.iter().map(|row| Ok(rows::task(row)?.task)).collect();
    let completed = done(completed?, |task| asked.get(task.task_id.as_str()).copied());
    for (place, child) in &children {
        let result = requests[*place].result.clone();
        change.attempt_ended(child, Ended::Completed { result }, now);
    }
    for parent in &parents {
        joins::settle(change, parent, now).await?;
    }
    Ok(completed)
}

/// The children among these whose claims are in force, locked, each with its place.
async fn lock_children(
    change: &mut Change<'_>,
    now: Timestamp,
    requests: &[CompleteRequest],
    asked: &BTreeMap<&str, usize>,
) -> Result<Vec<(usize, TaskRow)>, Broken> {
    let found = sqlx::query(LOCK_CHILDREN)
        .bind(asked.keys().copied().collect::<Vec<_>>())
        .fetch_all(&mut **change)
        .await?;
    let mut children = Vec::with_capacity(found.len());
    for row in &found {
        let row = rows::task(row)?;
        let Some(place) = asked.get(row.task.task_id.as_str()) else {
            continue;
        };
        if let Ok(child) = in_force(row, &requests[*place].claim, now) {
            children.push((*place, child));
        }
    }
    Ok(children)
}
