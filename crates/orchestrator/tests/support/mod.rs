//! An orchestrator on a free port, with nothing but HTTP to it.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod several;
pub mod watching;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use swarmscope_model::Severity;
use swarmscope_orchestrator::{Config, Orchestrator, router, serve};
use swarmscope_sdk::Logger;
use swarmscope_state::SqliteState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub struct Server {
    pub url: String,
    pub http: reqwest::Client,
    pub store: SqliteState,
    pub end: CancellationToken,
    pub served: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteState::open(&folder.path().join("state.db"))
            .await
            .unwrap();
        let logger = Logger::to_writer("orchestrator", Severity::Info, std::io::sink());
        // A recheck that never comes: waiting claims depend on the bell alone.
        let config = Config {
            recheck_every: Duration::from_secs(3600),
            ..Config::default()
        };
        let orchestrator = Orchestrator::new(Arc::new(store.clone()), logger, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let end = CancellationToken::new();
        let app = router(orchestrator.clone());
        let served = tokio::spawn(serve(
            orchestrator,
            app,
            listener,
            end.clone().cancelled_owned(),
        ));
        Self {
            url,
            http: reqwest::Client::new(),
            store,
            end,
            served,
            _folder: folder,
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
        let reply = self
            .http
            .request(method, format!("{}{path}", self.url))
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        let status = reply.status();
        let text = reply.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, reply) = self.call(Method::POST, path, &body.to_string()).await;
        (status.as_u16(), reply)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let (status, reply) = self.call(Method::GET, path, "").await;
        (status.as_u16(), reply)
    }

    pub async fn register(&self, name: &str) {
        let (status, reply) = self
            .post(
                "/api/v1/agents",
                json!({"agent_name": name, "agent_type": "test"}),
            )
            .await;
        assert_eq!((status, &reply["agent"]["status"]), (201, &json!("active")));
    }
}
