//! The orchestrator's handle: store, voice, and the bell that wakes waiting claims.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::event::event_type;
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{
    Agent, Claim, Failure, Join, NewAgent, NewTask, News, StateError, StateStore, Task, TaskState,
};
use swarmscope_sdk::{Logger, metrics};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bell::Bell;
use crate::events;
use crate::family::ToldMoves;
use crate::live::Live;

/// What may be set from outside. The defaults are what a swarm on one machine wants.
#[derive(Debug, Clone)]
pub struct Config {
    /// Settings that stand whatever `system_config` says.
    pub pinned: Option<Settings>,
    /// How often a waiting claim looks by itself, for tasks whose backoff ends, for rates that have room again,
    /// and for what others write into the store without a word.
    pub recheck_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pinned: None,
            recheck_every: Duration::from_millis(250),
        }
    }
}

/// Everything the orchestrator does, whatever door it came through. Cheap to clone.
#[derive(Clone)]
pub struct Orchestrator {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn StateStore>,
    logger: Logger,
    recheck_every: Duration,
    live: Live,
    /// Rung when a task may have become claimable.
    bell: Bell,
    told_moves: ToldMoves,
    closing: CancellationToken,
}

impl Orchestrator {
    /// An orchestrator over this store, speaking through this logger.
    pub fn new(store: Arc<dyn StateStore>, logger: Logger, config: Config) -> Self {
        let shared = Shared {
            live: Live::new(config.pinned, &logger),
            bell: Bell::new({
                let store = Arc::clone(&store);
                move |news| store.announce(vec![news])
            }),
            store,
            logger,
            recheck_every: config.recheck_every,
            told_moves: ToldMoves::default(),
            closing: CancellationToken::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    pub(crate) fn store(&self) -> &dyn StateStore {
        self.shared.store.as_ref()
    }

    pub(crate) fn logger(&self) -> &Logger {
        &self.shared.logger
    }

    pub(crate) fn live(&self) -> &Live {
        &self.shared.live
    }

    /// What is in force now.
    pub(crate) fn settings(&self) -> Settings {
        self.shared.live.settings()
    }

    /// Cancelled when the orchestrator ends: waiting claims return empty-handed.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.shared.closing
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.shared.bell
    }

    pub(crate) fn told_moves(&self) -> &ToldMoves {
        &self.shared.told_moves
    }

    /// How often a waiting claim looks by itself.
    pub(crate) fn recheck_every(&self) -> Duration {
        self.shared.recheck_every
    }

    /// Wakes everybody who waits: any number of tasks may have become claimable.
    pub(crate) fn ring_all(&self) {
        self.shared.bell.ring(News::Anything);
    }

    /// Wakes somebody for each of these that waits to be claimed.
    pub(crate) fn ring(&self, tasks: &[Task]) {
        self.tell(News::of(tasks));
    }

    /// Wakes whom the news concern.
    pub(crate) fn tell(&self, news: Vec<News>) {
        for news in news {
            self.shared.bell.ring(news);
        }
    }

    /// Enqueues all or none.
    ///
    /// # Errors
    /// What [`StateStore::enqueue`] refuses.
    pub async fn submit(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        let tasks = self.store().enqueue(tasks).await?;
        for task in &tasks {
            events::task_received(self.logger(), task);
        }
        self.ring(&tasks);
        Ok(tasks)
    }

    pub(crate) async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        mut follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError> {
        let news = News::of_new(&follow_up);
        // Named here, so that the follow-ups can be told from one another afterwards.
        let mut followers = Vec::with_capacity(follow_up.len());
        for task in &mut follow_up {
            let task_id = task
                .task_id
                .get_or_insert_with(|| Uuid::new_v4().to_string());
            followers.push(task_id.clone());
        }
        let outcome = self.store().complete(claim, result, follow_up).await;
        let task =
            outcome.inspect_err(|error| events::claim_refused(self.logger(), claim, error))?;
        events::task_completed(self.logger(), &task, claim);
        for task_id in &followers {
            // Absent when this completion repeats one whose reply was lost.
            if let Ok(follower) = self.store().task(task_id).await {
                events::task_received(self.logger(), &follower);
            }
        }
        self.tell(news);
        self.attempt_ended(&task.task_type, &claim.agent_name);
        self.child_ended(&task).await;
        Ok(task)
    }

    pub(crate) async fn fail(
        &self,
        claim: &Claim,
        failure: &Failure,
        is_logged: bool,
    ) -> Result<Task, StateError> {
        let outcome = self.store().fail(claim, failure).await;
        let task =
            outcome.inspect_err(|error| events::claim_refused(self.logger(), claim, error))?;
        metrics::increment_errors(failure.error_type.as_str());
        if task.state == TaskState::DeadLetter {
            metrics::increment_errors(event_type::MAX_RETRIES_EXCEEDED);
        }
        events::task_failed(self.logger(), &task, claim, failure, is_logged);
        self.attempt_ended(&task.task_type, &claim.agent_name);
        self.child_ended(&task).await;
        Ok(task)
    }

    pub(crate) async fn fan_out(
        &self,
        claim: &Claim,
        children: Vec<NewTask>,
        join: Join,
    ) -> Result<Task, StateError> {
        let mut news = News::of_new(&children);
        let outcome = self.store().fan_out(claim, children, join).await;
        let task =
            outcome.inspect_err(|error| events::claim_refused(self.logger(), claim, error))?;
        events::task_waiting(self.logger(), &task, claim);
        // Where its children had ended before it is back already.
        news.extend(News::of(std::slice::from_ref(&task)));
        self.tell(news);
        self.attempt_ended(&task.task_type, &claim.agent_name);
        Ok(task)
    }

    pub(crate) async fn renew(
        &self,
        claim: &Claim,
        lease: Option<Duration>,
    ) -> Result<Task, StateError> {
        let lease = lease.unwrap_or_else(|| self.settings().lease);
        let outcome = self.store().renew(claim, lease).await;
        outcome.inspect_err(|error| events::claim_refused(self.logger(), claim, error))
    }

    pub(crate) async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        let task = self.store().cancel(task_id).await?;
        events::task_cancelled(self.logger(), &task);
        self.attempts_ended();
        self.child_ended(&task).await;
        Ok(task)
    }

    pub(crate) async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        let task = self.store().retry(task_id).await?;
        events::task_received(self.logger(), &task);
        self.ring(std::slice::from_ref(&task));
        Ok(task)
    }

    pub(crate) async fn register(&self, agent: NewAgent) -> Result<Agent, StateError> {
        let agent = self.store().register(agent).await?;
        events::agent_registered(self.logger(), &agent);
        Ok(agent)
    }

    pub(crate) async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError> {
        let agent = self.store().heartbeat(agent_name).await?;
        events::agent_heartbeat(self.logger(), &agent);
        Ok(agent)
    }

    pub(crate) async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError> {
        let agent = self.store().deregister(agent_name).await?;
        events::agent_deregistered(self.logger(), &agent);
        self.ring_all();
        Ok(agent)
    }
}
