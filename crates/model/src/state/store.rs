//! The door to whatever keeps tasks and agents: [`StateStore`].

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{
    Agent, Attempt, Claim, Failure, NewAgent, NewTask, Pruned, Retention, StateError, SweepLimits,
    SweepReport, Task, TaskFilter, TaskPage, TaskState,
};

/// Tasks and agents, whatever keeps them.
///
/// A claim is in force while the task is in progress, agent and token are those of its last claim,
/// and its lease has not run out. An expired lease is over at once, whether or not the sweep has
/// passed: otherwise the outcome would depend on the sweep's timing.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Enqueues all or none. The same id with the same content again is no error and no new task.
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError>;
    /// The task of that id.
    async fn task(&self, task_id: &str) -> Result<Task, StateError>;
    /// A page of tasks, newest change first.
    async fn tasks(&self, filter: &TaskFilter) -> Result<TaskPage, StateError>;
    /// How many tasks are in each state; states without tasks are left out.
    async fn task_counts(&self) -> Result<Vec<(TaskState, u64)>, StateError>;
    /// The attempts at a task, oldest first.
    async fn attempts(&self, task_id: &str) -> Result<Vec<Attempt>, StateError>;

    /// The most urgent claimable task of these types (priority, then age), under a new lease and
    /// fencing token. The agent has to be registered. A queued task that names an agent is kept
    /// for that agent; a task that an agent took with SQL of its own has no lease and is left to it.
    async fn claim(
        &self,
        agent_name: &str,
        task_types: &[String],
        lease: Duration,
    ) -> Result<Option<Task>, StateError>;
    /// Prolongs the lease.
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, StateError>;
    /// Completes the task and enqueues what follows it, in one transaction. The result stays in
    /// the attempt's metadata. A follow-up without a correlation id inherits the task's. The same
    /// claim again is no error and changes nothing: its first reply may have been lost.
    async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError>;
    /// Ends the attempt: back to the queue, failed or dead letter, as class and retries say.
    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, StateError>;
    /// Cancels a task that is queued or in progress.
    async fn cancel(&self, task_id: &str) -> Result<Task, StateError>;
    /// Puts a failed, dead or cancelled task back into the queue with fresh retries.
    async fn retry(&self, task_id: &str) -> Result<Task, StateError>;

    /// Adds the agent, or renews what it says of itself; either way it is active now.
    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError>;
    /// Notes a sign of life.
    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Marks the agent inactive and returns its claimed tasks to the queue.
    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Every agent, by name.
    async fn agents(&self) -> Result<Vec<Agent>, StateError>;
    /// Returns tasks whose lease has expired or whose agent, which works with SQL of its own, is
    /// dead, and marks agents that fell silent. Several may sweep at once: each task and each agent
    /// is in the report of one of them.
    async fn sweep(&self, limits: &SweepLimits) -> Result<SweepReport, StateError>;
    /// Removes a batch of what ended long ago.
    async fn prune(&self, retention: &Retention) -> Result<Pruned, StateError>;
    /// `system_config` as it stands; what it means is in [`crate::settings`].
    async fn settings(&self) -> Result<BTreeMap<String, Value>, StateError>;
    /// Whether the store answers, soon and without trying again.
    async fn ping(&self) -> Result<(), StateError>;
}
