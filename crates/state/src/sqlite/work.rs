//! What may be done with a claim: renew, complete, fail, fan out. Whoever comes with a claim that is
//! not in force changes nothing.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Claim, Failure, Join, StateError, Task, TaskState};

use super::context::Context;
use super::operation::Operation;
use super::{enqueue, history, joins, reads, rows, unavailable};
use crate::jitter::later;
use crate::joining::no_children;
use crate::prepared::{Prepared, inherit_from};
use crate::transitions::{Ended, TaskRow, after_failure, in_force, is_repeated_completion};
use crate::validate;

/// The claimed task, if the claim is in force.
async fn held(
    connection: &mut SqliteConnection,
    claim: &Claim,
    now: Timestamp,
) -> Result<TaskRow, StateError> {
    in_force(reads::row(connection, &claim.task_id).await?, claim, now)
}

/// Prolongs a lease.
pub struct Renew {
    pub claim: Claim,
    pub lease: Duration,
}

#[async_trait]
impl Operation for Renew {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        let now = context.now;
        held(connection, &self.claim, now).await?;
        let row = sqlx::query(
            "UPDATE task_states SET lease_expires_at = ?2, updated_at = ?3 WHERE task_id = ?1 \
             RETURNING *",
        )
        .bind(&self.claim.task_id)
        .bind(later(now, self.lease).as_millisecond())
        .bind(now.to_string())
        .fetch_one(connection)
        .await
        .map_err(unavailable)?;
        Ok(rows::task(&row).map_err(unavailable)?.task)
    }
}

/// Completes a task and enqueues what follows it.
pub struct Complete {
    pub claim: Claim,
    pub result: Map<String, Value>,
    pub follow_up: Vec<Prepared>,
}

#[async_trait]
impl Operation for Complete {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        let now = context.now;
        let before = reads::row(connection, &self.claim.task_id).await?;
        if is_repeated_completion(&before.task, &self.claim) {
            return Ok(before.task);
        }
        let before = in_force(before, &self.claim, now)?;
        let row = sqlx::query(
            "UPDATE task_states SET state = 'completed', updated_at = ?2, completed_at = ?2, \
             lease_expires_at = NULL, last_error = NULL WHERE task_id = ?1 RETURNING *",
        )
        .bind(&self.claim.task_id)
        .bind(now.to_string())
        .fetch_one(&mut *connection)
        .await
        .map_err(unavailable)?;
        let ended = Ended::Completed {
            result: self.result.clone(),
        };
        history::record(connection, &before, ended, now).await?;
        let mut follow_up = self.follow_up.clone();
        inherit_from(&mut follow_up, &before.task);
        enqueue::insert_all(connection, context, follow_up).await?;
        let completed = rows::task(&row).map_err(unavailable)?.task;
        joins::child_ended(connection, &completed, now).await?;
        Ok(completed)
    }
}

/// Ends an attempt with a failure.
pub struct Fail {
    pub claim: Claim,
    pub failure: Failure,
}

#[async_trait]
impl Operation for Fail {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        let now = context.now;
        let before = held(connection, &self.claim, now).await?;
        let policy = context
            .rules(connection)
            .await?
            .retry_policy(&before.task.task_type);
        let after = after_failure(&before, &self.failure, &policy, now);
        let row = sqlx::query(
            "UPDATE task_states SET state = ?2, updated_at = ?3, lease_expires_at = NULL, \
             last_error = ?4, not_before = ?5, completed_at = ?6, retry_count = retry_count + ?7, \
             agent_name = CASE WHEN ?7 THEN NULL ELSE agent_name END WHERE task_id = ?1 \
             RETURNING *",
        )
        .bind(&self.claim.task_id)
        .bind(after.state.as_str())
        .bind(now.to_string())
        .bind(validate::error_message(&self.failure.error_message))
        .bind(after.not_before.map(Timestamp::as_millisecond))
        .bind(after.state.is_final().then(|| now.to_string()))
        .bind(after.retried)
        .fetch_one(&mut *connection)
        .await
        .map_err(unavailable)?;
        let ended = Ended::Failed {
            state: after.attempt_state,
            failure: &self.failure,
        };
        history::record(connection, &before, ended, now).await?;
        let failed = rows::task(&row).map_err(unavailable)?.task;
        joins::child_ended(connection, &failed, now).await?;
        Ok(failed)
    }
}

/// Suspends a task until its children have ended.
pub struct FanOut {
    pub claim: Claim,
    pub children: Vec<Prepared>,
    pub join: Join,
}

#[async_trait]
impl Operation for FanOut {
    type Output = Task;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Task, StateError> {
        let now = context.now;
        let before = reads::row(connection, &self.claim.task_id).await?;
        if before.task.state == TaskState::Waiting
            && before.task.fencing_token == self.claim.fencing_token
        {
            return Ok(before.task);
        }
        let before = in_force(before, &self.claim, now)?;
        enqueue::insert_all(connection, context, self.children.clone()).await?;
        if !joins::has_children(connection, &self.claim.task_id).await? {
            return Err(no_children());
        }
        sqlx::query(
            "UPDATE task_states SET state = 'waiting', updated_at = ?2, agent_name = NULL, \
             lease_expires_at = NULL, after_children = ?3, on_child_failure = ?4 \
             WHERE task_id = ?1",
        )
        .bind(&self.claim.task_id)
        .bind(now.to_string())
        .bind(self.join.then.as_str())
        .bind(self.join.on_child_failure.as_str())
        .execute(&mut *connection)
        .await
        .map_err(unavailable)?;
        history::record(connection, &before, Ended::FannedOut, now).await?;
        joins::settle(connection, &self.claim.task_id, now).await?;
        Ok(reads::row(connection, &self.claim.task_id).await?.task)
    }
}
