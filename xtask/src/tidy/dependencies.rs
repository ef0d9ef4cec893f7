//! Rooms depend on each other in one direction.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Which rooms a room may know. A room that is not listed may know nobody.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("query", &["model"]),
    ("files", &[]),
    ("parameters", &[]),
    ("fingerprint", &["model", "parameters"]),
    ("error-groups", &["fingerprint", "model", "query"]),
    ("patterns", &["model", "parameters"]),
    ("logstore", &["files", "model", "patterns", "query"]),
    ("parquet-exchange", &["model", "query"]),
    ("state", &["model"]),
    ("collect", &["model", "query"]),
    ("sdk", &["model"]),
    ("python", &["sdk"]),
    ("task-http", &["model", "sdk"]),
    ("orchestrator", &["model", "sdk", "task-http"]),
    ("agents", &["model", "sdk"]),
    ("promql", &["model"]),
    ("metricstore", &["files", "model"]),
    ("prometheus-config", &["model"]),
    ("prometheus-wire", &["model"]),
    ("http-client", &["prometheus-config"]),
    (
        "scrape",
        &[
            "http-client",
            "model",
            "prometheus-config",
            "prometheus-wire",
        ],
    ),
    (
        "remote",
        &[
            "http-client",
            "model",
            "prometheus-config",
            "prometheus-wire",
        ],
    ),
    (
        "alerting",
        &[
            "http-client",
            "model",
            "promql",
            "prometheus-config",
            "query",
        ],
    ),
    ("bench-events", &[]),
    ("journey", &["model"]),
    (
        "prometheus-peer",
        &["model", "prometheus-wire", "test-ports"],
    ),
    ("test-postgres", &["test-ports"]),
    (
        "api",
        &[
            "alerting",
            "error-groups",
            "journey",
            "model",
            "patterns",
            "prometheus-config",
            "prometheus-wire",
            "promql",
            "query",
            "scrape",
            "task-http",
        ],
    ),
    (
        "cli",
        &[
            "agents",
            "alerting",
            "api",
            "bench-events",
            "collect",
            "error-groups",
            "journey",
            "logstore",
            "metricstore",
            "model",
            "orchestrator",
            "parquet-exchange",
            "prometheus-config",
            "prometheus-wire",
            "promql",
            "query",
            "remote",
            "scrape",
            "sdk",
            "state",
            "task-http",
            // For `swarmscope bench`.
            "test-ports",
        ],
    ),
];

/// Libraries that only one room may link, because everything else has to go through it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("parquet", &["parquet-exchange"]),
    ("sqlx", &["state"]),
    ("axum", &["api", "cli", "orchestrator", "sdk", "task-http"]),
];

/// Libraries that these rooms never link.
const NEVER_IN: &[(&str, &[&str])] = &[
    ("model", &["tokio", "reqwest", "axum"]),
    ("query", &["tokio", "reqwest", "axum"]),
    ("files", &["tokio", "reqwest", "axum"]),
    ("parameters", &["tokio", "reqwest", "axum", "regex"]),
    ("fingerprint", &["tokio", "reqwest", "axum"]),
    ("logstore", &["reqwest", "axum"]),
    ("parquet-exchange", &["tokio", "reqwest", "axum"]),
    ("promql", &["tokio", "reqwest", "axum"]),
    ("metricstore", &["reqwest", "axum"]),
    ("prometheus-config", &["tokio", "axum"]),
    ("prometheus-wire", &["tokio", "reqwest", "axum"]),
    ("bench-events", &["tokio", "reqwest", "axum"]),
    ("journey", &["tokio", "reqwest", "axum"]),
];

const PREFIX: &str = "swarmscope-";

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
}

/// Every dependency that the rules do not allow. Tests may use what they like.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut folders = vec![root.join("python")];
    for entry in std::fs::read_dir(root.join("crates"))? {
        folders.push(entry?.path());
    }
    for folder in folders {
        let path = folder.join("Cargo.toml");
        let Some(room) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| path.display().to_string())?;
        for dependency in manifest.dependencies.keys() {
            problems.extend(problem(room, dependency));
        }
    }
    Ok(problems)
}

fn problem(room: &str, dependency: &str) -> Option<String> {
    let place = match room {
        "python" => "python/Cargo.toml".to_owned(),
        _ => format!("crates/{room}/Cargo.toml"),
    };
    if let Some(other) = dependency.strip_prefix(PREFIX) {
        let allowed = MAY_KNOW
            .iter()
            .find(|(name, _)| *name == room)
            .map_or(&[][..], |(_, rooms)| rooms);
        return (!allowed.contains(&other)).then(|| {
            format!("{place}: {room} must not know {other}; see the rooms in ARCHITECTURE.md")
        });
    }
    if let Some((_, rooms)) = ONLY_IN.iter().find(|(library, _)| *library == dependency)
        && !rooms.contains(&room)
    {
        return Some(format!(
            "{place}: {dependency} is for {} alone",
            rooms.join(", ")
        ));
    }
    let never = NEVER_IN
        .iter()
        .find(|(name, _)| *name == room)
        .map_or(&[][..], |(_, list)| list);
    never
        .contains(&dependency)
        .then(|| format!("{place}: {room} does no such I/O, so it must not link {dependency}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upward_and_sideways_dependencies_are_problems() {
        assert!(problem("model", "swarmscope-query").is_some());
        assert!(problem("api", "swarmscope-logstore").is_some());
        assert!(problem("sdk", "swarmscope-state").is_some());
        assert!(problem("query", "parquet").is_some());
        assert!(problem("query", "tokio").is_some());
        assert!(problem("python", "swarmscope-model").is_some());
        assert!(problem("newcomer", "swarmscope-model").is_some());
        assert!(problem("promql", "swarmscope-metricstore").is_some());
        assert!(problem("cli", "swarmscope-logstore").is_none());
        assert!(problem("api", "swarmscope-query").is_none());
    }
}
