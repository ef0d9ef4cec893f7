//! The store for several machines: a PostgreSQL database that agents may also use directly.
//!
//! Claims that come at the same time are one statement that skips rows others hold (`FOR UPDATE SKIP
//! LOCKED`), and so are completions and single submissions; every change but a claim locks its tasks' rows, then the agents', in
//! that order. Time is the database's, so that machines whose clocks differ agree on when a lease is over.
//! Whatever a database's restart or a lost connection makes fail is tried again for a while. Nothing here
//! decides what is valid input or what happens to a task: see the files beside this folder.

mod address;
mod agents;
mod batch_connection;
mod cancel_all;
mod change;
mod claim_batch;
mod claims;
mod complete_batch;
mod connect;
mod enqueue;
mod enqueue_batch;
mod error_groups;
mod failure;
mod families;
mod history;
mod instant;
mod joins;
mod limits;
mod news;
mod patience;
mod reads;
mod requeue;
mod retention;
mod rows;
mod schedules;
mod steer;
mod sweep;
mod system_config;
mod work;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    Agent, Attempt, Claim, Failure, Join, NewAgent, NewSchedule, NewTask, News, Pruned, Requeued,
    Retention, Schedule, StateError, StateStore, SweepLimits, SweepReport, Task, TaskFilter,
    TaskPage, TaskState, Ticks,
};

use crate::prepared::as_children;
use crate::together::Outcome;
use claim_batch::ClaimRequest;
use complete_batch::CompleteRequest;
use enqueue_batch::EnqueueBatch;

pub use connect::{ConnectError, PostgresState};

#[async_trait]
impl StateStore for PostgresState {
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        let tasks = enqueue::prepare("tasks", tasks)?;
        if let Some(task) = EnqueueBatch::takes(&tasks)
            && let Outcome::Done(enqueued) = self.submissions().ask(task.clone()).await
        {
            return enqueued.map(|task| vec![task]);
        }
        self.patiently(|| enqueue::enqueue(self, &tasks)).await
    }

    async fn task(&self, task_id: &str) -> Result<Task, StateError> {
        self.patiently(|| reads::task(self, task_id)).await
    }

    async fn tasks(&self, filter: &TaskFilter) -> Result<TaskPage, StateError> {
        self.patiently(|| reads::tasks(self, filter)).await
    }

    async fn task_counts(&self) -> Result<Vec<(TaskState, u64)>, StateError> {
        self.patiently(|| reads::task_counts(self)).await
    }

    async fn attempts(&self, task_id: &str) -> Result<Vec<Attempt>, StateError> {
        self.patiently(|| reads::attempts(self, task_id)).await
    }

    async fn claim(
        &self,
        agent_name: &str,
        task_types: &[String],
        lease: Duration,
    ) -> Result<Option<Task>, StateError> {
        crate::validate::claim(agent_name, task_types, lease)?;
        let request = ClaimRequest {
            agent_name: agent_name.to_owned(),
            task_types: task_types.to_vec(),
            lease,
        };
        if let Outcome::Done(claimed) = self.claims().ask(request).await {
            return claimed;
        }
        let wanted = claims::Wanted {
            agent_name,
            task_types,
            lease,
        };
        self.patiently(|| claims::claim(self, wanted)).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, StateError> {
        crate::validate::lease(lease)?;
        self.patiently(|| work::renew(self, claim, lease)).await
    }

    async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError> {
        crate::validate::result(&result)?;
        enqueue::storable("result", &result)?;
        let follow_up = enqueue::prepare("follow_up", follow_up)?;
        if follow_up.is_empty() {
            let request = CompleteRequest {
                claim: claim.clone(),
                result: result.clone(),
            };
            if let Outcome::Done(completed) = self.completions().ask(request).await {
                return completed;
            }
        }
        self.patiently(|| work::complete(self, claim, &result, &follow_up))
            .await
    }

    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, StateError> {
        self.patiently(|| work::fail(self, claim, failure)).await
    }

    async fn fan_out(
        &self,
        claim: &Claim,
        children: Vec<NewTask>,
        join: Join,
    ) -> Result<Task, StateError> {
        let children = as_children(children, &claim.task_id)?;
        let children = enqueue::prepare("children", children)?;
        self.patiently(|| work::fan_out(self, claim, &children, join))
            .await
    }

    async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        self.patiently(|| steer::cancel(self, task_id)).await
    }

    async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        self.patiently(|| steer::retry(self, task_id)).await
    }

    async fn requeue(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        crate::transitions::bulk_size(expected)?;
        self.patiently(|| requeue::requeue(self, filter, expected))
            .await
    }

    async fn cancel_all(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        crate::transitions::bulk_size(expected)?;
        self.patiently(|| cancel_all::cancel_all(self, filter, expected))
            .await
    }

    async fn changes(&self, since: Timestamp, limit: usize) -> Result<Vec<Task>, StateError> {
        self.patiently(|| reads::changes(self, since, limit)).await
    }

    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError> {
        crate::validate::agent(&agent)?;
        enqueue::storable("capabilities", &agent.capabilities)?;
        enqueue::storable("metadata", &agent.metadata)?;
        self.patiently(|| agents::register(self, &agent)).await
    }

    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError> {
        self.patiently(|| agents::heartbeat(self, agent_name)).await
    }

    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError> {
        self.patiently(|| agents::deregister(self, agent_name))
            .await
    }

    async fn drain(&self, agent_name: &str, draining: bool) -> Result<Agent, StateError> {
        self.patiently(|| agents::drain(self, agent_name, draining))
            .await
    }

    async fn agents(&self) -> Result<Vec<Agent>, StateError> {
        self.patiently(|| reads::agents(self)).await
    }

    async fn sweep(&self, limits: &SweepLimits) -> Result<SweepReport, StateError> {
        sweep::sweep(self, limits).await
    }

    async fn prune(&self, retention: &Retention) -> Result<Pruned, StateError> {
        self.patiently(|| retention::prune(self, retention)).await
    }

    async fn settings(&self) -> Result<BTreeMap<String, Value>, StateError> {
        self.patiently(|| system_config::all(self)).await
    }

    async fn set_setting(&self, key: &str, value: Option<Value>) -> Result<(), StateError> {
        crate::validate::name("config_key", key)?;
        self.patiently(|| system_config::set(self, key, value.as_ref()))
            .await
    }

    async fn put_schedule(&self, schedule: NewSchedule) -> Result<Schedule, StateError> {
        self.patiently(|| schedules::put(self, &schedule)).await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>, StateError> {
        self.patiently(|| schedules::all(self)).await
    }

    async fn remove_schedule(&self, name: &str) -> Result<(), StateError> {
        self.patiently(|| schedules::remove(self, name)).await
    }

    async fn tick(&self) -> Result<Ticks, StateError> {
        schedules::tick(self).await
    }

    fn announce(&self, news: Vec<News>) {
        self.newsroom().announce(news);
    }

    async fn announced(&self) -> Vec<News> {
        self.newsroom().announced().await
    }

    async fn ping(&self) -> Result<(), StateError> {
        connect::ping(self).await
    }
}
