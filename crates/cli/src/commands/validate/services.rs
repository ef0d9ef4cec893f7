//! Whether everything runs that should.

use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;

use super::{Installation, Report};

const SECTION: &str = "Services";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Checks each service.
pub async fn check(installation: &Installation, report: &mut Report) {
    report.note(
        SECTION,
        "Log store (Elasticsearch API)",
        elastic(installation).await,
        "embedded: start `swarmscope up`; stack: `docker-compose ps elasticsearch`, then `docker-compose logs elasticsearch`: too little memory is the usual cause",
    );
    match &installation.server {
        Some(server) => report.note(
            SECTION,
            "Web UI",
            server
                .get("/health")
                .await
                .map(|_| format!("answers at {}", server.base())),
            "start `swarmscope up`, or name its address with --server",
        ),
        None => report.skip(
            SECTION,
            "Web UI",
            "Kibana and Grafana take its place in the stack",
            "name one with --server to check it as well",
        ),
    }
    report.note(
        SECTION,
        "Orchestrator",
        installation
            .orchestrator
            .get("/health")
            .await
            .map(|_| format!("answers at {}", installation.orchestrator.base())),
        "embedded: `swarmscope up` starts one; stack: `docker-compose logs orchestrator`",
    );
    report.note(
        SECTION,
        "Metric store (Prometheus API)",
        installation
            .prometheus
            .text("/-/ready")
            .await
            .map(|_| format!("is ready at {}", installation.prometheus.base())),
        "embedded: start `swarmscope up`; stack: `docker-compose logs prometheus`, then `promtool check config prometheus.yml`",
    );
    others(installation, report).await;
    match &installation.postgres {
        Some(address) => report.note(
            SECTION,
            "PostgreSQL",
            connect(address).await,
            "`docker-compose ps postgres`, then `docker-compose logs postgres`",
        ),
        None => report.skip(
            SECTION,
            "PostgreSQL",
            "the state is checked below, wherever the orchestrator keeps it",
            "--stack checks the port of PostgreSQL",
        ),
    }
}

/// What only the stack has.
async fn others(installation: &Installation, report: &mut Report) {
    match &installation.kibana {
        Some(kibana) => report.note(
            SECTION,
            "Kibana",
            kibana.get("/api/status").await.and_then(|body| {
                let level = body["status"]["overall"]["level"].as_str();
                expect(
                    level == Some("available"),
                    "is available",
                    &body["status"]["overall"],
                )
            }),
            "`docker-compose logs kibana`; it waits for Elasticsearch",
        ),
        None => skip(report, "Kibana", "--kibana"),
    }
    match &installation.grafana {
        Some(grafana) => report.note(
            SECTION,
            "Grafana",
            grafana
                .get("/api/health")
                .await
                .and_then(|body| expect(body["database"] == "ok", "is healthy", &body)),
            "`docker-compose logs grafana`",
        ),
        None => skip(report, "Grafana", "--grafana"),
    }
}

fn skip(report: &mut Report, name: &str, flag: &str) {
    report.skip(
        SECTION,
        name,
        "not part of the embedded system",
        &format!("name its address with {flag}, or check the whole stack with --stack"),
    );
}

async fn elastic(installation: &Installation) -> Result<String, String> {
    let health = installation.elastic.get("/_cluster/health").await?;
    let status = health["status"].as_str().unwrap_or("unknown");
    expect(
        matches!(status, "green" | "yellow"),
        &format!("is {status} at {}", installation.elastic.base()),
        &health,
    )
}

async fn connect(address: &str) -> Result<String, String> {
    match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(format!("takes connections at {address}")),
        Ok(Err(error)) => Err(format!("no connection to {address}: {error}")),
        Err(_) => Err(format!("no connection to {address} in {CONNECT_TIMEOUT:?}")),
    }
}

fn expect(holds: bool, seen: &str, body: &Value) -> Result<String, String> {
    if holds {
        Ok(seen.to_owned())
    } else {
        Err(format!("answered {body}"))
    }
}
