//! The embedded store: one SQLite file that several processes may open at the same time.
//!
//! Every change runs alone on the one writing connection of this handle, within a `BEGIN IMMEDIATE`
//! transaction that it may share with its neighbours (`writer`); reads run beside it on connections of
//! their own (write-ahead log). A change is on disk when its call returns (`synchronous = FULL`). Nothing here decides what is valid input or how long a
//! retry waits: see the files beside this folder.

mod agents;
mod claims;
mod enqueue;
mod error_groups;
mod history;
mod open;
mod reads;
mod retention;
mod rows;
mod steer;
mod sweep;
mod system_config;
mod writer;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use swarmscope_model::state::{
    Agent, Attempt, Claim, Failure, NewAgent, NewTask, Pruned, Retention, StateError, StateStore,
    SweepLimits, SweepReport, Task, TaskFilter, TaskPage, TaskState,
};

pub use open::{OpenError, SqliteState};

/// The database's own failure, as callers see it.
fn unavailable(error: sqlx::Error) -> StateError {
    StateError::Unavailable(Box::new(error))
}

#[async_trait]
impl StateStore for SqliteState {
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        enqueue::enqueue(self, tasks).await
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
        claims::claim(self, agent_name, task_types, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, StateError> {
        claims::renew(self, claim, lease).await
    }

    async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError> {
        claims::complete(self, claim, result, follow_up).await
    }

    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, StateError> {
        claims::fail(self, claim, failure).await
    }

    async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        steer::cancel(self, task_id).await
    }

    async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        steer::retry(self, task_id).await
    }

    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError> {
        agents::register(self, agent).await
    }

    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError> {
        agents::heartbeat(self, agent_name).await
    }

    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError> {
        agents::deregister(self, agent_name).await
    }

    async fn agents(&self) -> Result<Vec<Agent>, StateError> {
        reads::agents(self).await
    }

    async fn sweep(&self, limits: &SweepLimits) -> Result<SweepReport, StateError> {
        sweep::sweep(self, limits).await
    }

    async fn prune(&self, retention: &Retention) -> Result<Pruned, StateError> {
        retention::prune(self, retention).await
    }

    async fn settings(&self) -> Result<BTreeMap<String, Value>, StateError> {
        system_config::all(self).await
    }

    async fn ping(&self) -> Result<(), StateError> {
        reads::ping(self).await
    }
}
