//! Runs `tests/scenarios/elastic/*.yaml` over real HTTP.
//!
//! Against our own API on an embedded store by default; against whatever `SCENARIO_URL` names when
//! it is set, so that the same files hold on a real Elasticsearch. What holds on one of them only
//! says so in its step. Expectations come from Elasticsearch, never from our own replies.

#[path = "scenario/file.rs"]
mod file;
#[path = "scenario/otlp.rs"]
mod otlp;
#[path = "scenario/remote_write.rs"]
mod remote_write;
#[path = "scenario/run.rs"]
mod run;
#[path = "scenario/subset.rs"]
mod subset;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};

fn scenario_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios/elastic");
    let entries = std::fs::read_dir(&folder).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no scenarios in {}", folder.display());
    files
}

/// Serves the API over an empty store until the process ends; gives its address.
async fn serve(folder: &Path) -> String {
    let mut options = Options::new(folder);
    // The documents of the scenarios have dates of their own.
    options.retention_age = None;
    let logs = EmbeddedLogs::open(options).expect("an empty store opens");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the port that was bound");
    let app = router(ElasticState::new(Arc::new(logs)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_holds() {
    let reference = std::env::var("SCENARIO_URL").ok();
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let mut failures = Vec::new();
    let (mut steps, mut skipped) = (0, 0);
    for path in scenario_files() {
        if !path.to_string_lossy().contains(&only) {
            continue;
        }
        let scenario = file::read(&path);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = match &reference {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => serve(folder.path()).await,
        };
        let outcome = run::scenario(&scenario, &base, reference.is_some(), Some("/_refresh")).await;
        steps += outcome.steps;
        skipped += outcome.skipped;
        failures.extend(outcome.failures);
    }
    println!(
        "{steps} steps, {skipped} skipped, {} failed",
        failures.len()
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
