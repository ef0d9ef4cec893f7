//! Cancellation in bulk: all that a filter names and that has not ended, when they are as many as was said.

use sqlx::QueryBuilder;
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, StateError, TaskFilter};

use super::change::Change;
use super::steer::cancel_held;
use super::{PostgresState, families, reads};
use crate::broken::Broken;
use crate::transitions::{UNFINISHED, ended_meanwhile};

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
    let mut cancelled = Requeued::default();
    for task_id in found {
        match cancel_held(change, state, &task_id).await {
            Ok(task) => cancelled.tasks.push(task),
            Err(Broken::Refused(StateError::WrongState { .. })) => {
                let task = reads::locked(change, &task_id).await?.task;
                ended_meanwhile(task, &mut cancelled);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(cancelled)
}
