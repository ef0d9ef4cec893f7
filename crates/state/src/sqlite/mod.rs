//! The embedded store: one SQLite file that several processes may open at the same time.
//!
//! Every change is an operation that runs alone on the one writing connection of this handle, within a
//! `BEGIN IMMEDIATE` transaction that it may share with its neighbours (`writer`); reads run beside it
//! on connections of their own (write-ahead log). A change is on disk when its call returns
//! (`synchronous = FULL`). Nothing here decides what is valid input or how long a
//! retry waits: see the files beside this folder.

mod agents;
mod cancel_all;
mod check;
mod claim_batch;
mod claims;
mod complete_batch;
mod context;
mod enqueue;
mod error_groups;
mod history;
mod joins;
mod limits;
#[cfg(test)]
mod long_queue_tests;
mod open;
mod operation;
mod reads;
mod requeue;
mod retention;
mod rows;
mod schedules;
mod steer;
mod sweep;
mod system_config;
mod work;
mod writer;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    Agent, Attempt, Claim, Failure, Join, NewAgent, NewSchedule, NewTask, Pruned, Requeued,
    Retention, Schedule, StateError, StateStore, SweepLimits, SweepReport, Task, TaskFilter,
    TaskPage, TaskState, Ticks,
};

use crate::prepared::{as_children, prepare};
use crate::together::Outcome;
use crate::transitions::bulk_size;
use crate::validate;
use complete_batch::CompleteRequest;

pub use check::{StateReport, check};
pub use open::{OpenError, SqliteState};

/// The database's own failure, as callers see it.
fn unavailable(error: sqlx::Error) -> StateError {
    StateError::Unavailable(Box::new(error))
}

#[async_trait]
impl StateStore for SqliteState {
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        let tasks = prepare("tasks", tasks)?;
        self.write(enqueue::Enqueue { tasks }).await
    }

    async fn task(&self, task_id: &str) -> Result<Task, StateError> {
        reads::task(self, task_id).await
    }

    async fn tasks(&self, filter: &TaskFilter) -> Result<TaskPage, StateError> {
        reads::tasks(self, filter).await
    }

    async fn task_counts(&self) -> Result<Vec<(TaskState, u64)>, StateError> {
        reads::task_counts(self).await
    }

    async fn attempts(&self, task_id: &str) -> Result<Vec<Attempt>, StateError> {
        reads::attempts(self, task_id).await
    }

    async fn claim(
        &self,
        agent_name: &str,
        task_types: &[String],
        lease: Duration,
    ) -> Result<Option<Task>, StateError> {
        validate::claim(agent_name, task_types, lease)?;
        let request = || claims::TakeNext {
            agent_name: agent_name.to_owned(),
            task_types: task_types.to_vec(),
            lease,
        };
        match self.claims().ask(request()).await {
            Outcome::Done(claimed) => claimed,
            Outcome::Alone => self.write(request()).await,
        }
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, StateError> {
        validate::lease(lease)?;
        let claim = claim.clone();
        self.write(work::Renew { claim, lease }).await
    }

    async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError> {
        validate::result(&result)?;
        if follow_up.is_empty() {
            let request = CompleteRequest {
                claim: claim.clone(),
                result: result.clone(),
            };
            if let Outcome::Done(completed) = self.completions().ask(request).await {
                return completed;
            }
        }
        self.write(work::Complete {
            claim: claim.clone(),
            result,
            follow_up: prepare("follow_up", follow_up)?,
        })
        .await
    }

    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, StateError> {
        self.write(work::Fail {
            claim: claim.clone(),
            failure: failure.clone(),
        })
        .await
    }

    async fn fan_out(
        &self,
        claim: &Claim,
        children: Vec<NewTask>,
        join: Join,
    ) -> Result<Task, StateError> {
        let children = as_children(children, &claim.task_id)?;
        self.write(work::FanOut {
            claim: claim.clone(),
            children: prepare("children", children)?,
            join,
        })
        .await
    }

    async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        let task_id = task_id.to_owned();
        self.write(steer::Cancel { task_id }).await
    }

    async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        let task_id = task_id.to_owned();
        self.write(steer::Retry { task_id }).await
    }

    async fn requeue(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        bulk_size(expected)?;
        let filter = filter.clone();
        self.write(requeue::Requeue { filter, expected }).await
    }

    async fn cancel_all(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        bulk_size(expected)?;
        let filter = filter.clone();
        self.write(cancel_all::CancelAll { filter, expected }).await
    }

    async fn changes(&self, since: Timestamp, limit: usize) -> Result<Vec<Task>, StateError> {
        reads::changes(self, since, limit).await
    }

    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError> {
        validate::agent(&agent)?;
        self.write(agents::Register { agent }).await
    }

    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError> {
        let agent_name = agent_name.to_owned();
        self.write(agents::Heartbeat { agent_name }).await
    }

    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError> {
        let agent_name = agent_name.to_owned();
        self.write(agents::Deregister { agent_name }).await
    }

    async fn drain(&self, agent_name: &str, draining: bool) -> Result<Agent, StateError> {
        let agent_name = agent_name.to_owned();
        self.write(agents::Drain {
            agent_name,
            draining,
        })
        .await
    }

    async fn agents(&self) -> Result<Vec<Agent>, StateError> {
        reads::agents(self).await
    }

    async fn sweep(&self, limits: &SweepLimits) -> Result<SweepReport, StateError> {
        sweep::sweep(self, limits).await
    }

    async fn prune(&self, retention: &Retention) -> Result<Pruned, StateError> {
        let retention = retention.clone();
        self.write(retention::Prune { retention }).await
    }

    async fn settings(&self) -> Result<BTreeMap<String, Value>, StateError> {
        system_config::all(self).await
    }

    async fn set_setting(&self, key: &str, value: Option<Value>) -> Result<(), StateError> {
        validate::name("config_key", key)?;
        let key = key.to_owned();
        self.write(system_config::Set { key, value }).await
    }

    async fn put_schedule(&self, schedule: NewSchedule) -> Result<Schedule, StateError> {
        self.write(schedules::Put { schedule }).await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>, StateError> {
        schedules::all(self).await
    }

    async fn remove_schedule(&self, name: &str) -> Result<(), StateError> {
        let name = name.to_owned();
        self.write(schedules::Remove { name }).await
    }

    async fn tick(&self) -> Result<Ticks, StateError> {
        schedules::tick(self).await
    }

    async fn ping(&self) -> Result<(), StateError> {
        reads::ping(self).await
    }
}
