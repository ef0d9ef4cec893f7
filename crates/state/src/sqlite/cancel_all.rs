//! Cancellation in bulk: all that a filter names and that has not ended, when they are as many as was said.

use async_trait::async_trait;
use sqlx::{QueryBuilder, SqliteConnection};
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, StateError, TaskFilter};

use super::context::Context;
use super::operation::Operation;
use super::steer::cancel_one;
use super::{reads, unavailable};
use crate::transitions::{UNFINISHED, ended_meanwhile};

/// Cancels the tasks of the filter.
pub struct CancelAll {
    pub filter: TaskFilter,
    pub expected: u64,
}

#[async_trait]
impl Operation for CancelAll {
    type Output = Requeued;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Requeued, StateError> {
        let mut query = QueryBuilder::new("SELECT task_id");
        reads::restrict(&mut query, &self.filter);
        query
            .push(UNFINISHED)
            .push(" ORDER BY created_at, rowid LIMIT ")
            .push_bind(i64::try_from(MAX_REQUEUE + 1).unwrap_or(i64::MAX));
        let found: Vec<String> = query
            .build_query_scalar()
            .fetch_all(&mut *connection)
            .await
            .map_err(unavailable)?;
        let expected = self.expected;
        if found.len() as u64 != expected {
            let found = found.len() as u64;
            return Err(StateError::CountChanged { expected, found });
        }
        let mut cancelled = Requeued::default();
        for task_id in found {
            match cancel_one(connection, &task_id, context.now).await {
                Ok(task) => cancelled.tasks.push(task),
                Err(StateError::WrongState { .. }) => {
                    let task = reads::row(connection, &task_id).await?.task;
                    ended_meanwhile(task, &mut cancelled);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(cancelled)
    }
}
