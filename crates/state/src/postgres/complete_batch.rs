//! The completions of many agents in one statement, and those of children in one transaction, in which their
//! parents move on. A claim that is not in force is sent to be dealt with alone, and so are children when
//! somebody holds rows that they need.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::STATE_STATEMENT_TIMEOUT;
use swarmscope_model::state::{Claim, Task};
use tokio::time::timeout;

use super::batch_connection::BatchConnection;
use super::failure::is_in_the_way;
use super::instant::Instant;
use super::joins;
use super::rows::{self, task_columns};
use crate::broken::Broken;
use crate::content::to_text;
use crate::together::{Outcome, Outcomes, Together, in_order};

/// Completes the tasks (`$1`) whose claims (agents `$2`, tokens `$3`) are in force at `$4`, which is what
/// `transitions::in_force` says, and writes the rows that `transitions::history` would make. The `CASE` keeps
/// the planner from looking for tasks otherwise than by their ids.
macro_rules! complete {
    ($parent:literal) => {
        concat!(
            "WITH given AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $5::text[]) \
                 WITH ORDINALITY AS given (id, agent, token, result, place)), \
             done AS (UPDATE task_states SET state = 'completed', updated_at = $4, completed_at = $4, \
                 lease_expires_at = NULL, last_error = NULL FROM given \
                 WHERE task_states.task_id = given.id AND CASE WHEN task_states.agent_name = given.agent \
                     AND task_states.fencing_token = given.token AND task_states.state = 'in_progress' \
                     AND task_states.lease_expires_at > $4 \
                     AND (task_states.deadline IS NULL OR task_states.deadline > $4) \
                     AND task_states.parent_task_id ",
            $parent,
            " THEN TRUE END RETURNING given.place, given.result, ",
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
        )
    };
}

const COMPLETE: &str = complete!("IS NULL");
const COMPLETE_CHILDREN: &str = complete!("IS NOT NULL");

/// Begins what is done for children. Everybody's completions wait for it, and programs of others lock rows in
/// this database too, for as long as they like. Our own changes hold theirs for some milliseconds.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '100ms'";

/// The parents of those tasks that have one; the tasks are locked, as before their parents they have to be.
const LOCK_CHILDREN: &str = "SELECT parent_task_id FROM task_states \
     WHERE task_id = ANY($1) AND parent_task_id IS NOT NULL ORDER BY task_id FOR UPDATE";

const LOCK_PARENTS: &str =
    "SELECT FROM task_states WHERE task_id = ANY($1) ORDER BY task_id FOR UPDATE";

/// What an agent reports. Nothing follows the task.
pub struct CompleteRequest {
    pub claim: Claim,
    pub result: Map<String, Value>,
}

/// Completions of this moment.
pub struct CompleteBatch {
    pub connection: BatchConnection,
}

#[async_trait]
impl Together for CompleteBatch {
    type Request = CompleteRequest;
    type Output = Task;

    async fn run(&self, requests: &[CompleteRequest]) -> Vec<Outcome<Task>> {
        let mut outcomes = Outcomes::new();
        if let Some(mut connection) = self.connection.lend().await {
            let work = complete_all(
                &mut connection,
                self.connection.now(),
                requests,
                &mut outcomes,
            );
            let worked = timeout(STATE_STATEMENT_TIMEOUT, work).await;
            self.connection.take_back(connection, worked);
        }
        in_order(requests.len(), outcomes)
    }
}

async fn complete_all(
    connection: &mut PgConnection,
    now: Timestamp,
    requests: &[CompleteRequest],
    outcomes: &mut Outcomes<Task>,
) -> Result<(), Broken> {
    let all = (0..requests.len()).collect();
    let done = complete(connection, COMPLETE, now, requests, all).await?;
    outcomes.extend(done);
    let is_open = |place: &usize| !outcomes.contains_key(place);
    let rest: Vec<usize> = (0..requests.len()).filter(is_open).collect();
    if !rest.is_empty() {
        outcomes.extend(complete_children(connection, now, requests, rest).await?);
    }
    Ok(())
}

/// Of the requests at these places those that the statement completes.
async fn complete(
    connection: &mut PgConnection,
    statement: &'static str,
    now: Timestamp,
    requests: &[CompleteRequest],
    mut places: Vec<usize>,
) -> sqlx::Result<Outcomes<Task>> {
    // Two orchestrators that complete the same tasks lock them in the same order.
    places.sort_by_key(|place| requests[*place].claim.task_id.as_str());
    let sorted = || places.iter().map(|place| &requests[*place]);
    let ids: Vec<&str> = sorted().map(|one| one.claim.task_id.as_str()).collect();
    let agents: Vec<&str> = sorted().map(|one| one.claim.agent_name.as_str()).collect();
    let tokens: Vec<i64> = sorted().map(|one| one.claim.fencing_token).collect();
    let results: Vec<String> = sorted().map(|one| to_text(&one.result)).collect();
    let rows = sqlx::query(statement)
        .bind(ids)
        .bind(agents)
        .bind(tokens)
        .bind(Instant(now))
        .bind(results)
        .fetch_all(connection)
        .await?;
    let mut done = Outcomes::new();
    for row in &rows {
        let turn: i64 = row.try_get("place")?;
        let turn = usize::try_from(turn - 1).unwrap_or_default();
        if let Some(place) = places.get(turn) {
            done.insert(*place, Outcome::Done(Ok(rows::task(row)?.task)));
        }
    }
    Ok(done)
}

/// Completes the children among these, or none of them when somebody is in the way.
async fn complete_children(
    connection: &mut PgConnection,
    now: Timestamp,
    requests: &[CompleteRequest],
    places: Vec<usize>,
) -> Result<Outcomes<Task>, Broken> {
    let mut change = connection.begin_with(BEGIN).await?;
    match complete_families(&mut change, now, requests, places).await {
        Ok(done) => {
            change.commit().await?;
            Ok(done)
        }
        Err(Broken::Database(error)) if is_in_the_way(&error) => {
            tracing::debug!("children are completed one by one: {error}");
            change.rollback().await?;
            Ok(Outcomes::new())
        }
        Err(error) => Err(error),
    }
}

/// Completes the children among these, and moves their parents on. Children are locked before their parents,
/// and both before the agents, as everybody does.
async fn complete_families(
    change: &mut PgConnection,
    now: Timestamp,
    requests: &[CompleteRequest],
    places: Vec<usize>,
) -> Result<Outcomes<Task>, Broken> {
    let ids = places
        .iter()
        .map(|place| requests[*place].claim.task_id.as_str());
    let ids: Vec<&str> = ids.collect();
    let parents: Vec<String> = sqlx::query_scalar(LOCK_CHILDREN)
        .bind(ids)
        .fetch_all(&mut *change)
        .await?;
    if parents.is_empty() {
        return Ok(Outcomes::new());
    }
    let parents: BTreeSet<String> = parents.into_iter().collect();
    sqlx::query(LOCK_PARENTS)
        .bind(parents.iter().map(String::as_str).collect::<Vec<_>>())
        .execute(&mut *change)
        .await?;
    let done = complete(change, COMPLETE_CHILDREN, now, requests, places).await?;
    for parent in &parents {
        joins::settle(change, parent, now).await?;
    }
    Ok(done)
}
