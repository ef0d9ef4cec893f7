//! The door to whatever keeps tasks and agents: [`StateStore`].

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::time::Timestamp;

use super::{
    Agent, Attempt, Claim, Failure, Join, NewAgent, NewSchedule, NewTask, News, Pruned, Requeued,
    Retention, Schedule, StateError, SweepLimits, SweepReport, Task, TaskFilter, TaskPage,
    TaskState, Ticks,
};

/// Tasks and agents, whatever keeps them.
///
/// A claim is in force while the task is in progress, agent and token are those of its last claim,
/// and its lease has not run out. An expired lease is over at once, whether or not the sweep has
/// passed: otherwise the outcome would depend on the sweep's timing.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Enqueues all or none. The same id, or the same idempotency key of a type, with the same
    /// content again is no error and no new task. The content is all but when the task may begin
    /// and has to end.
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError>;
    /// The task of that id.
    async fn task(&self, task_id: &str) -> Result<Task, StateError>;
    /// A page of tasks, newest change first.
    async fn tasks(&self, filter: &TaskFilter) -> Result<TaskPage, StateError>;
    /// How many tasks are in each state; states without tasks are left out.
    async fn task_counts(&self) -> Result<Vec<(TaskState, u64)>, StateError>;
    /// The attempts at a task, oldest first.
    async fn attempts(&self, task_id: &str) -> Result<Vec<Attempt>, StateError>;

    /// The most urgent claimable task of these types, under a new lease and fencing token. A level of
    /// priority is worth [`crate::limits::PRIORITY_HEAD_START`] of waiting, so that no task waits for
    /// ever. The agent has to be registered, has all skills that the task requires, and is not
    /// draining; the limits of type and agent are kept to. A queued task that names an agent is kept
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
    /// Ends the attempt, enqueues the children, and waits for every child of the task. The same
    /// claim again while it waits is no error and changes nothing.
    async fn fan_out(
        &self,
        claim: &Claim,
        children: Vec<NewTask>,
        join: Join,
    ) -> Result<Task, StateError>;
    /// Cancels a task that has not ended, and all under it.
    async fn cancel(&self, task_id: &str) -> Result<Task, StateError>;
    /// Puts a failed, dead or cancelled task back into the queue with fresh retries.
    async fn retry(&self, task_id: &str) -> Result<Task, StateError>;
    /// Puts every task of the filter that failed or is dead back into the queue, as [`Self::retry`]
    /// does; of cancelled ones only when the filter asks for that state. Refuses with
    /// [`StateError::CountChanged`] and changes nothing when there are more or fewer than `expected`.
    async fn requeue(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError>;
    /// Cancels every task of the filter that has not ended, as [`Self::cancel`] does. Refuses with
    /// [`StateError::CountChanged`] and changes nothing when there are more or fewer than `expected`.
    async fn cancel_all(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError>;
    /// The newest `limit` tasks that have changed since then, oldest change first.
    async fn changes(&self, since: Timestamp, limit: usize) -> Result<Vec<Task>, StateError>;

    /// Adds the agent, or renews what it says of itself; either way it is active now.
    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError>;
    /// Notes a sign of life.
    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Marks the agent inactive and returns its claimed tasks to the queue.
    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Gives the agent no new work from now on, or again; it keeps what it has.
    async fn drain(&self, agent_name: &str, draining: bool) -> Result<Agent, StateError>;
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
    /// Writes a row of `system_config`; `None` removes it.
    async fn set_setting(&self, key: &str, value: Option<Value>) -> Result<(), StateError>;

    /// Keeps the schedule under its name, instead of the one that was there.
    async fn put_schedule(&self, schedule: NewSchedule) -> Result<Schedule, StateError>;
    /// Every schedule, by name.
    async fn schedules(&self) -> Result<Vec<Schedule>, StateError>;
    /// Forgets the schedule; the tasks that it enqueued stay.
    async fn remove_schedule(&self, name: &str) -> Result<(), StateError>;
    /// Sees to the ticks that are due. Several may do so at once: each tick is seen to once.
    async fn tick(&self) -> Result<Ticks, StateError>;

    /// Tells other processes that use the same store of work, soon and without waiting. A store that cannot
    /// do so lets them find it when they look.
    fn announce(&self, _news: Vec<News>) {}
    /// Waits for what other processes have announced. Whatever was missed, before the first call too, is
    /// [`News::Anything`]. One may wait at a time. A store that cannot tell waits for ever.
    async fn announced(&self) -> Vec<News> {
        std::future::pending().await
    }

    /// Whether the store answers, soon and without trying again.
    async fn ping(&self) -> Result<(), StateError>;
}
