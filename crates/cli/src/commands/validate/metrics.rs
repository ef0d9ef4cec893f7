//! Whether the metrics are there, scraped and shown.

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
const DASHBOARDS: [&str; 2] = ["Orchestrator", "Test Agent"];

/// Checks the orchestrator's page, Prometheus and Grafana.
pub async fn check(installation: &Installation, report: &mut Report) {
    report.note(
        SECTION,
        "The orchestrator exposes the four metrics",
        exposed(&installation.orchestrator).await,
        "see whether the orchestrator runs and its port is reachable: `curl ORCHESTRATOR/metrics`",
    );
    match &installation.prometheus {
        Some(prometheus) => {
            report.note(
                SECTION,
                "Prometheus scrapes every target",
                scraped(prometheus).await,
                "open Prometheus' /targets: the agent has to run, and its port to be reachable from Prometheus under the name in prometheus.yml",
            );
            report.note(
                SECTION,
                "Prometheus answers for tasks_dispatched",
                answered(prometheus).await,
                "dispatch a task, wait for a scrape (15 s), and look at /targets",
            );
        }
        None => report.skip(
            SECTION,
            "Scraped by Prometheus",
            "not part of the embedded system",
            "name its address with --prometheus, or check the whole stack with --stack",
        ),
    }
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
    let reply = prometheus.get("/api/v1/targets?state=active").await?;
    let targets = reply["data"]["activeTargets"]
        .as_array()
        .cloned()
        .unwrap_or_default();
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

async fn answered(prometheus: &Probe) -> Result<String, String> {
    let query = "/api/v1/query?query=sum(tasks_dispatched_total%20or%20tasks_dispatched)";
    let reply = prometheus.get(query).await?;
    match &reply["data"]["result"][0]["value"][1] {
        Value::String(value) => Ok(format!("{value} tasks")),
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
