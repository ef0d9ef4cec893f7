//! Requeueing in bulk: all that a filter names, when they are as many as was said.

use async_trait::async_trait;
use sqlx::{QueryBuilder, SqliteConnection};
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{Requeued, StateError, Task, TaskFilter};

use super::context::Context;
use super::operation::Operation;
use super::steer::requeue_one;
use super::{reads, rows, unavailable};
use crate::transitions::{requeue_states, still_requeueable};

/// Puts the tasks of the filter back into the queue.
pub struct Requeue {
    pub filter: TaskFilter,
    pub expected: u64,
}

#[async_trait]
impl Operation for Requeue {
    type Output = Requeued;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Requeued, StateError> {
        let mut query = QueryBuilder::new("SELECT *");
        reads::restrict(&mut query, &self.filter);
        query
            .push(requeue_states(self.filter.state))
            .push(" ORDER BY created_at, rowid LIMIT ")
            .push_bind(i64::try_from(MAX_REQUEUE + 1).unwrap_or(i64::MAX));
        let found = query
            .build()
            .fetch_all(&mut *connection)
            .await
            .map_err(unavailable)?;
        let tasks: Vec<Task> = found
            .iter()
            .map(|row| Ok(rows::task(row)?.task))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(unavailable)?;
        let found = tasks.len() as u64;
        if found != self.expected || found > MAX_REQUEUE {
            return Err(StateError::CountChanged {
                expected: self.expected,
                found,
            });
        }
        let mut requeued = Requeued::default();
        for task in tasks {
            // One of the tasks before may have taken it along.
            let now_stands = reads::row(connection, &task.task_id).await?.task;
            match still_requeueable(&now_stands) {
                Ok(()) => {
                    let task = requeue_one(connection, &now_stands, context.now).await?;
                    requeued.tasks.push(task);
                }
                Err(skipped) => requeued.skipped.push(skipped),
            }
        }
        Ok(requeued)
    }
}
