//! Whether the metrics are there, scraped and shown.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::probe::Probe;
use super::{Installation, Report};

const SECTION: &str = "Metrics";
const NAMES: [&str; 4] = [
    "tasks_dispatched_total",
    "errors_encountered_total",
    "task_latency_seconds",
    "active_tasks",
];
/// How long the first scrape may take after a start; scrapes of the embedded system are 5 s apart.
const FIRST_SCRAPE: Duration = Duration::from_secs(12);
const AGAIN_AFTER: Duration = Duration::from_millis(200);
const DASHBOARDS: [&str; 2] = ["Orchestrator", "Test Agent"];

/// Checks the orchestrator's page, Prometheus and Grafana.
pub async fn check(installation: &Installation, report: &mut Report) {
    report.note(
        SECTION,
        "The orchestrator exposes the four metrics",
        exposed(&installation.orchestrator).await,
        "see whether the orchestrator runs and its port is reachable: `curl ORCHESTRATOR/metrics`",
    );
    let prometheus = &installation.prometheus;
    report.note(
        SECTION,
        "Prometheus scrapes every target",
        scraped(prometheus).await,
        "open Prometheus' /targets, or the Targets page: the agent has to run, and its port to be reachable under the name in prometheus.yml",
    );
    report.note(
        SECTION,
        "Prometheus answers queries",
        answered(prometheus, installation.is_embedded).await,
        "dispatch a task, wait for a scrape (15 s), and look at /targets",
    );
    match &installation.grafana {
        Some(grafana) => report.note(
            SECTION,
            "Grafana has the dashboards",
            dashboards(grafana).await,
            "see whether grafana/provisioning is mounted; wrong credentials: --grafana-user NAME:PASSWORD",
        ),
        None => report.skip(
            SECTION,
            "Shown in Grafana",
            "not part of the embedded system",
            "name its address with --grafana, or check the whole stack with --stack",
        ),
    }
}

async fn exposed(orchestrator: &Probe) -> Result<String, String> {
    let page = orchestrator.text("/metrics").await?;
    let missing: Vec<&str> = NAMES
        .into_iter()
        .filter(|name| !page.contains(&format!("# TYPE {name} ")))
        .collect();
    if missing.is_empty() {
        Ok(format!("at {}/metrics", orchestrator.base()))
    } else {
        Err(format!("{} missing", missing.join(", ")))
    }
}

async fn scraped(prometheus: &Probe) -> Result<String, String> {
    let deadline = Instant::now() + FIRST_SCRAPE;
    let targets = loop {
        let reply = prometheus.get("/api/v1/targets?state=active").await?;
        let targets = reply["data"]["activeTargets"].as_array().cloned();
        let targets = targets.unwrap_or_default();
        let is_new = |target: &Value| target["health"] == "unknown";
        if !targets.is_empty() && !targets.iter().any(is_new) || Instant::now() > deadline {
            break targets;
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    };
    let down: Vec<String> = targets
        .iter()
        .filter(|target| target["health"] != "up")
        .map(|target| {
            let url = target["scrapeUrl"].as_str().unwrap_or("?");
            format!("{url}: {}", target["lastError"].as_str().unwrap_or("down"))
        })
        .collect();
    match (targets.len(), down.is_empty()) {
        (0, _) => Err("there are no targets".to_owned()),
        (count, true) => Ok(format!("{count} targets are up")),
        (_, false) => Err(down.join("; ")),
    }
}

async fn answered(prometheus: &Probe, is_embedded: bool) -> Result<String, String> {
    // A system that was just started has dispatched no task yet.
    let (query, what) = match is_embedded {
        true => ("count(up)", "targets"),
        false => (
            "sum(tasks_dispatched_total%20or%20tasks_dispatched)",
            "tasks",
        ),
    };
    let reply = prometheus
        .get(&format!("/api/v1/query?query={query}"))
        .await?;
    match &reply["data"]["result"][0]["value"][1] {
        Value::String(value) => Ok(format!("{value} {what}")),
        _ => Err("there is no such series".to_owned()),
    }
}

async fn dashboards(grafana: &Probe) -> Result<String, String> {
    let reply = grafana.get("/api/search?type=dash-db").await?;
    let titles: Vec<&str> = reply
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|dashboard| dashboard["title"].as_str())
        .collect();
    match DASHBOARDS.iter().find(|name| !titles.contains(name)) {
        None => Ok(DASHBOARDS.join(" and ")),
        Some(missing) => Err(format!("{missing} is not among {titles:?}")),
    }
}
