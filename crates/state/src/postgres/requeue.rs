//! Requeueing in bulk: all that a filter names, when they are as many as was said.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, Skipped, StateError, Task, TaskFilter};

use super::change::Change;
use super::steer::{back_into_queue, requeue_one};
use super::{PostgresState, families, reads};
use crate::broken::Broken;
use crate::transitions::{gone, requeue_states, still_requeueable};

pub async fn requeue(
    state: &PostgresState,
    filter: &TaskFilter,
    expected: u64,
) -> Result<Requeued, Broken> {
    let mut change = state.change().await?;
    let outcome = requeue_in(&mut change, state, filter, expected).await;
    PostgresState::end(change, outcome).await
}

async fn requeue_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    filter: &TaskFilter,
    expected: u64,
) -> Result<Requeued, Broken> {
    let mut query = QueryBuilder::new("SELECT task_id::text");
    reads::restrict(&mut query, filter);
    query
        .push(requeue_states(filter.state))
        .push(" ORDER BY created_at, enqueue_order LIMIT ")
        .push_bind(i64::try_from(MAX_REQUEUE + 1).unwrap_or(i64::MAX));
    let found: Vec<String> = query.build_query_scalar().fetch_all(&mut **change).await?;
    if found.len() as u64 != expected || found.len() as u64 > MAX_REQUEUE {
        let found = found.len() as u64;
        return Err(StateError::CountChanged { expected, found }.into());
    }
    families::lock(change, &found).await?;
    let now = state.now();
    let mut done = requeue_parents(change, &found, now).await?;
    // The others are many, and one statement.
    let plain = found.iter().map(String::as_str);
    let plain: Vec<&str> = plain.filter(|id| !done.contains_key(*id)).collect();
    let plain = back_into_queue(change, &plain, now).await?;
    done.extend(
        plain
            .into_iter()
            .map(|task| (task.task_id.clone(), Ok(task))),
    );
    tell(change, found, done).await
}

/// Tasks, each requeued or left as it is.
type Done = HashMap<String, Result<Task, Skipped>>;

/// Requeues those that wait for children, one by one, because each takes its own along.
async fn requeue_parents(
    change: &mut Change<'_>,
    found: &[String],
    now: Timestamp,
) -> Result<Done, Broken> {
    let parents: HashSet<String> = sqlx::query_scalar(
        "SELECT task_id::text FROM task_states WHERE task_id = ANY($1) \
         AND after_children IS NOT NULL",
    )
    .bind(found)
    .fetch_all(&mut **change)
    .await?
    .into_iter()
    .collect();
    let mut done = Done::new();
    for task_id in found.iter().filter(|id| parents.contains(*id)) {
        // One of the tasks before may have taken it along, or somebody else before it was locked.
        let now_stands = reads::locked(change, task_id).await?.task;
        let outcome = match still_requeueable(&now_stands) {
            Ok(()) => Ok(requeue_one(change, &now_stands, now).await?),
            Err(skipped) => Err(skipped),
        };
        done.insert(task_id.clone(), outcome);
    }
    Ok(done)
}

/// What was done, in the order in which the tasks were found; why nothing was done to the others.
async fn tell(
    change: &mut Change<'_>,
    found: Vec<String>,
    mut done: Done,
) -> Result<Requeued, Broken> {
    let left: Vec<&str> = found
        .iter()
        .map(String::as_str)
        .filter(|id| !done.contains_key(*id))
        .collect();
    let mut left = reads::named(change, &left).await?;
    let mut requeued = Requeued::default();
    for task_id in found {
        let left_as_it_is = |task: Option<Task>| match task {
            Some(task) => still_requeueable(&task).map(|()| task),
            None => Err(gone(&task_id)),
        };
        let outcome = done.remove(&task_id);
        match outcome.unwrap_or_else(|| left_as_it_is(left.remove(&task_id))) {
            Ok(task) => requeued.tasks.push(task),
            Err(skipped) => requeued.skipped.push(skipped),
        }
    }
    Ok(requeued)
}
