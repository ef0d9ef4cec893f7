//! Runs `tests/scenarios/prometheus/*.yaml` over real HTTP.
//!
//! Against our own API on an embedded store by default; against whatever `SCENARIO_PROMETHEUS_URL` names
//! when it is set, so that the same files hold on a real Prometheus, which has to be started with
//! `--web.enable-remote-write-receiver`. What holds on one of them only says so in its step. Expectations
//! come from Prometheus, never from our own replies.

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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_alerting::group::GroupView;
use swarmscope_api::prometheus::{
    Alertmanagers, Configured, Environment, PrometheusState, ReloadFailed, router,
};
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::Timestamp;
use swarmscope_prometheus_config::OtlpConfig;
use swarmscope_scrape::PoolView;
use url::Url;

/// A process with a store and nothing else.
struct Alone;

#[async_trait::async_trait]
impl Environment for Alone {
    fn configuration(&self) -> Configured {
        Configured {
            yaml: "global:\n  scrape_interval: 1m\n".to_owned(),
            since: Timestamp::now(),
            last_reload_succeeded: true,
        }
    }

    fn external_labels(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn otlp(&self) -> OtlpConfig {
        OtlpConfig::default()
    }

    fn flags(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("query.timeout".to_owned(), "2m".to_owned())])
    }

    fn started_at(&self) -> Timestamp {
        Timestamp::now()
    }

    fn retention(&self) -> String {
        "15d".to_owned()
    }

    fn corruptions(&self) -> u64 {
        0
    }

    fn external_url(&self) -> (Url, u16) {
        (Url::parse("http://localhost:9090/").expect("a URL"), 9090)
    }

    fn pools(&self) -> Vec<PoolView> {
        Vec::new()
    }

    fn rule_groups(&self) -> Vec<GroupView> {
        Vec::new()
    }

    fn alertmanagers(&self) -> Alertmanagers {
        Alertmanagers::default()
    }

    async fn reload(&self) -> Result<(), ReloadFailed> {
        Ok(())
    }
}

fn scenario_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios/prometheus");
    let entries = std::fs::read_dir(&folder).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no scenarios in {}", folder.display());
    files
}

/// Serves the API over an empty store until the process ends; gives its address.
async fn serve(folder: &Path) -> String {
    let metrics = EmbeddedMetrics::open(Options::new(folder)).expect("an empty store opens");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the port that was bound");
    let app = router(PrometheusState::new(
        Arc::new(metrics),
        Arc::new(Alone),
        true,
        4700,
    ));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_holds() {
    let reference = std::env::var("SCENARIO_PROMETHEUS_URL").ok();
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
        let outcome = run::scenario(&scenario, &base, reference.is_some(), None).await;
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
