//! What the metrics page tells of the swarm: waiting tasks and agents that fell silent. In a process of its
//! own, because metrics belong to the process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use swarmscope_model::Severity;
use swarmscope_orchestrator::{Config, Orchestrator, router, serve};
use swarmscope_sdk::Logger;
use swarmscope_state::SqliteState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Longest that a condition may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until_page_has(url: &str, line: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = reqwest::get(format!("{url}/metrics")).await.unwrap();
        let page = page.text().await.unwrap();
        if page.lines().any(|each| each == line) {
            return;
        }
        assert!(Instant::now() < deadline, "{line} is not in\n{page}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn waiting_tasks_and_silent_agents_are_on_the_metrics_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteState::open(&folder.path().join("state.db")).await;
    let logger = Logger::to_writer("orchestrator", Severity::Info, std::io::sink());
    let orchestrator = Orchestrator::new(Arc::new(store.unwrap()), logger, Config::default());
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
    let http = reqwest::Client::new();
    for (path, body) in [
        ("tasks", json!({"task_type": "x"})),
        ("tasks", json!({"task_type": "x"})),
        ("agents", json!({"agent_name": "a", "agent_type": "test"})),
    ] {
        let request = http.post(format!("{url}/api/v1/{path}")).json(&body);
        assert!(request.send().await.unwrap().status().is_success());
    }
    until_page_has(&url, "queued_tasks 2").await;
    // It registered, and was never heard of again.
    until_page_has(
        &url,
        "errors_encountered_total{error_type=\"agent_silent\"} 1",
    )
    .await;
    end.cancel();
    served.await.unwrap().unwrap();
}
