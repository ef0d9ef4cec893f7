//! Cancellation in bulk: all that a filter names and that has not ended, when they are as many as was said.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, StateError, Task, TaskFilter};

use super::change::Change;
use super::steer::stop_all;
use super::{PostgresState, families, joins, reads};
use crate::broken::Broken;
use crate::transitions::{UNFINISHED, ended_meanwhile, gone};

pub async fn cancel_all(
    state: &PostgresState,
    filter: &TaskFilter,
    expected: u64,
) -> Result<Requeued, Broken> {
    let mut change = state.change().await?;
    let outcome = cancel_all_in(&mut change, state, filter, expected).await;
    PostgresState::end(change, outcome).await
}

/// Counts without a lock, because locks are taken in the order of the trees; a task that ends in between is
/// skipped.
async fn cancel_all_in(
    change: &mut Change<'_>,
    state: &PostgresState,
    filter: &TaskFilter,
    expected: u64,
) -> Result<Requeued, Broken> {
    let mut query = QueryBuilder::new("SELECT task_id");
    reads::restrict(&mut query, filter);
    query
        .push(UNFINISHED)
        .push(" ORDER BY created_at, enqueue_order LIMIT ")
        .push_bind(i64::try_from(MAX_REQUEUE + 1).unwrap_or(i64::MAX));
    let found: Vec<String> = query.build_query_scalar().fetch_all(&mut **change).await?;
    if found.len() as u64 != expected {
        let found = found.len() as u64;
        return Err(StateError::CountChanged { expected, found }.into());
    }
    families::lock(change, &found).await?;
    let now = state.now();
    let open = joins::open_among(change, &found).await?;
    let stopped = stop_all(change, &open, now).await?;
    let mut stopped: HashMap<String, Task> = stopped
        .into_iter()
        .map(|task| (task.task_id.clone(), task))
        .collect();
    let parents = parents_to_settle(&found, &stopped);
    for parent in &parents {
        joins::settle(change, parent, now).await?;
    }
    let left: Vec<&str> = found
        .iter()
        .map(String::as_str)
        .filter(|id| !stopped.contains_key(*id))
        .collect();
    let mut left = reads::named(change, &left).await?;
    let mut cancelled = Requeued::default();
    for task_id in found {
        match stopped.remove(&task_id).or_else(|| left.remove(&task_id)) {
            Some(task) => ended_meanwhile(task, &mut cancelled),
            None => cancelled.skipped.push(gone(&task_id)),
        }
    }
    Ok(cancelled)
}

/// The parents of what was found and stopped which were not stopped themselves, each once.
fn parents_to_settle(found: &[String], stopped: &HashMap<String, Task>) -> Vec<String> {
    let mut seen = HashSet::new();
    let parents = found
        .iter()
        .filter_map(|id| stopped.get(id)?.parent_task_id.as_ref())
        .filter(|parent| !stopped.contains_key(*parent) && seen.insert(*parent));
    parents.cloned().collect()
}
