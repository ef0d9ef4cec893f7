//! The submissions of many in one statement. Only those of single tasks without a parent, of which each is
//! inserted or not, whatever becomes of the others: what is there already is looked at alone, and so is
//! everybody when somebody is about to insert the same.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::Task;

use super::batch_connection::BatchWork;
use super::{enqueue, system_config};
use crate::broken::Broken;
use crate::prepared::Prepared;
use crate::together::{Outcomes, done};

/// Submissions of this moment.
pub struct EnqueueBatch;

impl EnqueueBatch {
    /// The one task of a submission that can be made with others.
    pub fn takes(tasks: &[Prepared]) -> Option<&Prepared> {
        match tasks {
            [task] if task.parent().is_none() => Some(task),
            _ => None,
        }
    }
}

/// Whether the request made the task. Where JSON looks different after it was stored, the answer is no.
fn is_of(request: &Prepared, task: &Task) -> bool {
    request.is_same(task)
        && request.new.idempotency_key == task.idempotency_key
        && request.new.metadata == task.metadata
}

#[async_trait]
impl BatchWork for EnqueueBatch {
    type Request = Prepared;
    type Output = Task;

    async fn work(
        connection: &mut PgConnection,
        now: Timestamp,
        requests: &[Prepared],
        outcomes: &mut Outcomes<Task>,
    ) -> Result<(), Broken> {
        let rules = system_config::rules(connection).await?;
        let inserted = enqueue::insert(connection, requests, &rules, now).await?;
        // Of several with one id any may be the one that was inserted; only who is sure that it is his takes it.
        outcomes.extend(done(inserted.into_values(), |task| {
            requests
                .iter()
                .position(|request| request.task_id == task.task_id && is_of(request, task))
        }));
        Ok(())
    }
}
