//! How often the orchestrator asks its store for tasks that it cannot have: where a limit is full, each such
//! claim is a transaction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_WORK_AT_ONCE;
use swarmscope_model::state::{
    Agent, Attempt, Claim, Failure, Join, NewAgent, NewSchedule, NewTask, Pruned, Requeued,
    Retention, Schedule, StateError, StateStore, SweepLimits, SweepReport, Task, TaskFilter,
    TaskPage, TaskState, Ticks,
};
use swarmscope_model::{Severity, Timestamp};
use swarmscope_orchestrator::{Config, Orchestrator, router};
use swarmscope_sdk::Logger;
use swarmscope_state::SqliteState;
use tokio::net::TcpListener;

/// A store that counts the claims that are made of it, and those that get nothing.
struct Counted {
    store: SqliteState,
    claims: AtomicUsize,
    fruitless: AtomicUsize,
}

/// Hands the calls on.
macro_rules! as_the_store_does {
    ($(fn $name:ident($($argument:ident: $of:ty),*) -> $output:ty;)+) => {
        #[async_trait]
        impl StateStore for Counted {
            async fn claim(
                &self,
                agent_name: &str,
                task_types: &[String],
                lease: Duration,
            ) -> Result<Option<Task>, StateError> {
                let claimed = self.store.claim(agent_name, task_types, lease).await;
                self.claims.fetch_add(1, Ordering::SeqCst);
                if matches!(claimed, Ok(None)) {
                    self.fruitless.fetch_add(1, Ordering::SeqCst);
                }
                claimed
            }
            $(
                async fn $name(&self, $($argument: $of),*) -> Result<$output, StateError> {
                    self.store.$name($($argument),*).await
                }
            )+
        }
    };
}

as_the_store_does!(
    fn enqueue(tasks: Vec<NewTask>) -> Vec<Task>;
    fn task(task_id: &str) -> Task;
    fn tasks(filter: &TaskFilter) -> TaskPage;
    fn task_counts() -> Vec<(TaskState, u64)>;
    fn attempts(task_id: &str) -> Vec<Attempt>;
    fn renew(claim: &Claim, lease: Duration) -> Task;
    fn complete(claim: &Claim, result: Map<String, Value>, follow_up: Vec<NewTask>) -> Task;
    fn fail(claim: &Claim, failure: &Failure) -> Task;
    fn fan_out(claim: &Claim, children: Vec<NewTask>, join: Join) -> Task;
    fn cancel(task_id: &str) -> Task;
    fn retry(task_id: &str) -> Task;
    fn requeue(filter: &TaskFilter, expected: u64) -> Requeued;
    fn cancel_all(filter: &TaskFilter, expected: u64) -> Requeued;
    fn changes(since: Timestamp, limit: usize) -> Vec<Task>;
    fn register(agent: NewAgent) -> Agent;
    fn heartbeat(agent_name: &str) -> Agent;
    fn deregister(agent_name: &str) -> Agent;
    fn drain(agent_name: &str, draining: bool) -> Agent;
    fn agents() -> Vec<Agent>;
    fn sweep(limits: &SweepLimits) -> SweepReport;
    fn prune(retention: &Retention) -> Pruned;
    fn settings() -> BTreeMap<String, Value>;
    fn set_setting(key: &str, value: Option<Value>) -> ();
    fn put_schedule(schedule: NewSchedule) -> Schedule;
    fn schedules() -> Vec<Schedule>;
    fn remove_schedule(name: &str) -> ();
    fn tick() -> Ticks;
    fn ping() -> ();
);

struct Swarm {
    store: Arc<Counted>,
    http: reqwest::Client,
    url: String,
    _folder: tempfile::TempDir,
}

impl Swarm {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteState::open(&folder.path().join("state.db")).await;
        let store = Arc::new(Counted {
            store: store.unwrap(),
            claims: AtomicUsize::new(0),
            fruitless: AtomicUsize::new(0),
        });
        let logger = Logger::to_writer("orchestrator", Severity::Info, std::io::sink());
        // A recheck that never comes: nothing but the call itself makes it look.
        let config = Config {
            recheck_every: Duration::from_secs(3600),
            ..Config::default()
        };
        let orchestrator = Orchestrator::new(store.clone(), logger, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router(orchestrator)).into_future());
        let swarm = Self {
            store,
            http: reqwest::Client::new(),
            url,
            _folder: folder,
        };
        swarm
            .post("agents", json!({"agent_name": "a", "agent_type": "test"}))
            .await;
        swarm
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.url)).json(&body);
        let reply = request.send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.json().await.unwrap()
    }

    async fn submit(&self, tasks: usize) {
        self.post("tasks", json!(vec![json!({"task_type": "x"}); tasks]))
            .await;
    }

    /// How many tasks a claim of so many got, with how many claims of the store, and how many of them in vain.
    async fn claim(&self, most: usize) -> (usize, usize, usize) {
        let before = self.counts();
        let wanted = json!({"task_types": ["x"], "most": most, "lease_ms": 3_600_000});
        let claimed = self.post("agents/a/claim_many", wanted).await;
        let after = self.counts();
        let tasks = claimed["tasks"].as_array().unwrap().len();
        (tasks, after.0 - before.0, after.1 - before.1)
    }

    fn counts(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (count(&self.store.claims), count(&self.store.fruitless))
    }
}

#[tokio::test]
async fn a_full_limit_costs_an_agent_that_wants_many_tasks_few_claims() {
    let swarm = Swarm::start().await;
    swarm.submit(MAX_WORK_AT_ONCE).await;
    let limit = json!({"max_concurrent": 5});
    let limited = swarm
        .store
        .set_setting("claim_limit:task_type:x", Some(limit));
    limited.await.unwrap();
    // One, two, and four of which two are one too many.
    assert_eq!(swarm.claim(MAX_WORK_AT_ONCE).await, (5, 7, 2));
    // It is full: one look shows it.
    assert_eq!(swarm.claim(MAX_WORK_AT_ONCE).await, (0, 1, 1));
}

#[tokio::test]
async fn many_tasks_take_as_many_claims_and_one_more_when_there_are_too_few() {
    let swarm = Swarm::start().await;
    swarm.submit(2 * MAX_WORK_AT_ONCE).await;
    let all = MAX_WORK_AT_ONCE;
    assert_eq!(swarm.claim(all).await, (all, all, 0));
    assert_eq!(swarm.claim(1).await, (1, 1, 0));
    let rest = all - 1;
    let (tasks, claims, fruitless) = swarm.claim(all).await;
    assert_eq!((tasks, claims - fruitless), (rest, rest));
    assert_eq!(fruitless, 1);
}
