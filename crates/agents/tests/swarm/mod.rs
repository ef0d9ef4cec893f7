//! A whole swarm in one process: an orchestrator over a real store behind real HTTP, and agents.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::map_request;
use serde_json::{Map, Value};
use swarmscope_model::Severity;
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{NewTask, TaskState};
use swarmscope_orchestrator::{Config, Orchestrator, router, serve};
use swarmscope_sdk::Logger;
use swarmscope_sdk::client::OrchestratorClient;
use swarmscope_sdk::wire::TaskDetail;
use swarmscope_state::SqliteState;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest that a condition may take on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Keeps the events of everybody.
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
    pub fn logger(&self, agent_name: &str) -> Logger {
        Logger::to_writer(agent_name, Severity::Debug, self.clone())
    }

    pub fn events(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        // A line that is being written this moment is not an event yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub fn of_type(&self, event_type: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["event_type"] == event_type);
        events
    }
}

pub struct Swarm {
    pub url: String,
    pub client: OrchestratorClient,
    pub orchestrator: Orchestrator,
    pub kept: Kept,
    /// Calls so far that complete a task or several.
    pub completions: Arc<AtomicUsize>,
    pub end: CancellationToken,
    pub server: JoinHandle<io::Result<()>>,
    folder: tempfile::TempDir,
}

impl Swarm {
    pub async fn start() -> Self {
        Self::start_on(
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            Kept::default(),
        )
        .await
    }

    pub async fn start_on(listener: TcpListener, kept: Kept) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteState::open(&folder.path().join("state.db"))
            .await
            .unwrap();
        let config = Config {
            pinned: Some(Settings {
                sweep_interval: Duration::from_millis(50),
                agent_inactive_after: Duration::from_secs(2),
                ..Settings::default()
            }),
            recheck_every: Duration::from_millis(50),
        };
        let logger = kept.logger("orchestrator");
        let orchestrator = Orchestrator::new(Arc::new(store), logger, config);
        let url = format!("http://{}", listener.local_addr().unwrap());
        let end = CancellationToken::new();
        let completions = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&completions);
        let count = map_request(move |request: Request| {
            let completes = request.uri().path().ends_with("/complete");
            counter.fetch_add(usize::from(completes), Ordering::Relaxed);
            async move { request }
        });
        let served = serve(
            orchestrator.clone(),
            router(orchestrator.clone()).layer(count),
            listener,
            end.clone().cancelled_owned(),
        );
        Self {
            client: OrchestratorClient::new(&url, None).unwrap(),
            server: tokio::spawn(served),
            url,
            orchestrator,
            kept,
            completions,
            end,
            folder,
        }
    }

    pub async fn submit(&self, task_id: &str, task_type: &str) {
        let task = NewTask {
            task_id: Some(task_id.to_owned()),
            task_type: task_type.to_owned(),
            priority: Default::default(),
            metadata: Map::from_iter([("topic".to_owned(), "task queues".into())]),
            ..NewTask::default()
        };
        self.client.submit(&task).await.unwrap();
    }

    /// Waits until the task is in this state.
    pub async fn reaches(&self, task_id: &str, state: TaskState) -> TaskDetail {
        eventually(&format!("{task_id} is {state:?}"), async || {
            let detail = self.client.task(task_id).await.unwrap();
            (detail.task.state == state).then_some(detail)
        })
        .await
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
