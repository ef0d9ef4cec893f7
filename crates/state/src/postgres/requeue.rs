//! Requeueing in bulk: all that a filter names, when they are as many as was said.

use sqlx::QueryBuilder;
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, StateError, TaskFilter};

use super::change::Change;
use super::steer::requeue_one;
use super::{PostgresState, families, reads};
use crate::broken::Broken;
use crate::transitions::{requeue_states, still_requeueable};

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
    let mut requeued = Requeued::default();
    for task_id in &found {
        // One of the tasks before may have taken it along, or somebody else before it was locked.
        let now_stands = reads::locked(change, task_id).await?.task;
        match still_requeueable(&now_stands) {
            Ok(()) => {
                let task = requeue_one(change, &now_stands, state.now()).await?;
                requeued.tasks.push(task);
            }
            Err(skipped) => requeued.skipped.push(skipped),
        }
    }
    Ok(requeued)
}
