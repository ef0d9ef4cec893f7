//! Several orchestrators on one database of either kind, each with its events, and nothing but HTTP to them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{self, Write};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use swarmscope_model::state::StateStore;
use swarmscope_model::{Severity, Timestamp};
use swarmscope_orchestrator::{Config, Orchestrator, router, serve};
use swarmscope_sdk::Logger;
use swarmscope_state::{PostgresState, SqliteState};
use swarmscope_test_postgres::Database;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Longest that a condition may take on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a test of each case for each database. A case that is left out is dead code, which the lints
/// refuse.
#[macro_export]
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case($crate::support::several::Place::sqlite()).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(place) = $crate::support::several::Place::postgres() {
                        super::$case(place).await;
                    }
                }
            )+
        }
    };
}

/// A database.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(Database<'static>),
}

impl Place {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` where PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        swarmscope_test_postgres::shared().map(|cluster| Self::Postgres(cluster.database()))
    }

    async fn sqlite_store(folder: &tempfile::TempDir) -> SqliteState {
        let path = folder.path().join("state.db");
        SqliteState::open(&path).await.unwrap()
    }

    async fn postgres_store(database: &Database<'static>) -> PostgresState {
        let store = PostgresState::connect(&database.url(), PATIENCE).await;
        store.unwrap()
    }

    async fn store(&self) -> Arc<dyn StateStore> {
        match self {
            Self::Sqlite(folder) => Arc::new(Self::sqlite_store(folder).await),
            Self::Postgres(database) => Arc::new(Self::postgres_store(database).await),
        }
    }

    /// One more orchestrator on the database.
    pub async fn orchestrator(&self) -> Server {
        Server::start(self.store().await).await
    }

    /// One whose waiting claims never look by themselves: they depend on being told.
    pub async fn orchestrator_that_has_to_be_told(&self) -> Server {
        let config = Config {
            recheck_every: Duration::from_secs(3600),
            ..Config::default()
        };
        Server::start_with(self.store().await, config).await
    }

    /// One that lives by this clock.
    pub async fn orchestrator_by(&self, clock: &Clock) -> Server {
        let time = Arc::clone(&clock.0);
        let now = move || Timestamp::from_millisecond(time.load(Ordering::SeqCst));
        let store: Arc<dyn StateStore> = match self {
            Self::Sqlite(folder) => Arc::new(Self::sqlite_store(folder).await.with_clock(now)),
            Self::Postgres(database) => {
                Arc::new(Self::postgres_store(database).await.with_clock(now))
            }
        };
        Server::start(store).await
    }

    /// Ends every connection to the server; nothing where there is none.
    pub fn cut_connections(&self) {
        if let Self::Postgres(database) = self {
            tokio::task::block_in_place(|| database.cut_connections());
        }
    }
}

/// A clock that is set by hand.
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn at(time: &str) -> Self {
        let clock = Self(Arc::default());
        clock.set(time);
        clock
    }

    pub fn set(&self, time: &str) {
        let time = Timestamp::parse(time).unwrap();
        self.0.store(time.as_millisecond(), Ordering::SeqCst);
    }

    pub fn turn(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub fn now(&self) -> String {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).to_string()
    }
}

const OLDER: [&str; 2] = [
    "UPDATE task_states SET completed_at = 'TIME', updated_at = 'TIME' WHERE completed_at IS NOT NULL",
    "UPDATE task_history SET completed_at = 'TIME', created_at = 'TIME'",
];

impl Place {
    /// Moves the ends of all tasks and attempts to this time.
    pub async fn make_older(&self, time: &str) {
        for statement in OLDER.map(|statement| statement.replace("TIME", time)) {
            self.sql(statement).await;
        }
    }

    /// What an agent with SQL of its own does.
    pub async fn sql(&self, statement: String) {
        match self {
            Self::Sqlite(folder) => {
                let url = format!("sqlite://{}", folder.path().join("state.db").display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection);
                done.await.unwrap();
            }
            Self::Postgres(database) => {
                tokio::task::block_in_place(|| database.sql(&statement));
            }
        }
    }
}

/// Keeps the events.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    /// How many events have this part.
    pub fn count(&self, part: &str) -> usize {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(part)).count()
    }
}

/// A running orchestrator.
pub struct Server {
    pub url: String,
    pub http: reqwest::Client,
    pub events: Kept,
    end: CancellationToken,
    served: tokio::task::JoinHandle<io::Result<()>>,
}

impl Server {
    pub async fn start(store: Arc<dyn StateStore>) -> Self {
        Self::start_with(store, Config::default()).await
    }

    pub async fn start_with(store: Arc<dyn StateStore>, config: Config) -> Self {
        let events = Kept::default();
        let logger = Logger::to_writer("orchestrator", Severity::Info, events.clone());
        let orchestrator = Orchestrator::new(store, logger, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let end = CancellationToken::new();
        let app = router(orchestrator.clone());
        let until = end.clone().cancelled_owned();
        Self {
            url,
            http: reqwest::Client::new(),
            events,
            end,
            served: tokio::spawn(serve(orchestrator, app, listener, until)),
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let reply = request.json(body).send().await.unwrap();
        let status = reply.status().as_u16();
        (status, reply.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, &Value::Null).await
    }

    /// A call that has to succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, reply) = self.call(Method::POST, path, &body).await;
        assert!((200..300).contains(&status), "{path}: {status} {reply}");
        reply
    }

    pub async fn register(&self, name: &str) {
        let agent = json!({"agent_name": name, "agent_type": "test"});
        self.post("/api/v1/agents", agent).await;
    }

    /// The next task of the type, waiting for it.
    pub async fn claim(&self, agent: &str, task_type: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let body = json!({"task_types": [task_type], "wait_ms": 10_000, "lease_ms": 60_000});
            let path = format!("/api/v1/agents/{agent}/claim");
            let task = self.post(&path, body).await["task"].clone();
            if !task.is_null() {
                return task;
            }
            assert!(
                Instant::now() < deadline,
                "{agent} gets no {task_type} task"
            );
        }
    }

    pub async fn complete(&self, task: &Value) -> (u16, Value) {
        let body =
            json!({"agent_name": task["agent_name"], "fencing_token": task["fencing_token"]});
        let path = format!(
            "/api/v1/tasks/{}/complete",
            task["task_id"].as_str().unwrap()
        );
        self.call(Method::POST, &path, &body).await
    }

    pub async fn task(&self, task_id: &str) -> Value {
        self.get(&format!("/api/v1/tasks/{task_id}")).await.1["task"].clone()
    }

    /// Of every attempt at the task its agent, its state and the type of its error.
    pub async fn attempts(&self, task_id: &str) -> Vec<[Value; 3]> {
        let (_, found) = self.get(&format!("/api/v1/tasks/{task_id}")).await;
        let attempts = found["attempts"].as_array().unwrap().iter();
        attempts
            .map(|attempt| ["agent_name", "state", "error_type"].map(|name| attempt[name].clone()))
            .collect()
    }

    /// Ends in good order.
    pub async fn stop(self) {
        self.end.cancel();
        self.served.await.unwrap().unwrap();
    }

    /// Ends in the middle of whatever it does.
    pub async fn kill(self) {
        self.served.abort();
        assert!(self.served.await.unwrap_err().is_cancelled());
    }
}

pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
