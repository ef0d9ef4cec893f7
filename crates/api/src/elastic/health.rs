//! `_cluster/health`: whether all is well, waiting for it when the client asks to.
//!
//! Nothing here changes by itself but whether an index is there, so what can never come is not waited for longer
//! than the client says, nor than a search may take.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::SEARCH_TIMEOUT;
use swarmscope_query::store::IndexInfo;
use tokio::time::{Instant, sleep_until};

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_NAME, status};
use super::contexts::keep_alive;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// How often to look whether what is waited for has come.
const GLANCE: Duration = Duration::from_millis(50);

/// The URL's parameters. Those about shards on their way are true at once: there are none.
#[derive(Debug, Default, Deserialize)]
pub struct HealthParameters {
    level: Option<String>,
    timeout: Option<String>,
    wait_for_status: Option<String>,
    wait_for_nodes: Option<String>,
    wait_for_active_shards: Option<String>,
    #[serde(flatten)]
    indices: IndicesOptions,
}

/// `GET /_cluster/health`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<HealthParameters>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    told(&state, "", &parameters).await
}

/// `GET /_cluster/health/{index}`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<HealthParameters>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    told(&state, &index, &parameters).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    parameters: &HealthParameters,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let wait = match &parameters.timeout {
        Some(text) => keep_alive("timeout", text)?,
        None => SEARCH_TIMEOUT,
    };
    let until = Instant::now() + wait.min(SEARCH_TIMEOUT);
    loop {
        let health = Health::of(state, index, parameters).await?;
        if health.holds(parameters)? {
            return Ok((StatusCode::OK, Json(health.body(parameters, false))));
        }
        let now = Instant::now();
        if now >= until {
            let body = health.body(parameters, true);
            return Ok((StatusCode::REQUEST_TIMEOUT, Json(body)));
        }
        sleep_until(until.min(now + GLANCE)).await;
    }
}

/// How it stands with the indices that were asked for.
struct Health {
    indices: Vec<IndexInfo>,
    /// Whether an index that was named is not there.
    is_missing: bool,
}

impl Health {
    async fn of(
        state: &ElasticState,
        index: &str,
        parameters: &HealthParameters,
    ) -> Result<Self, ElasticError> {
        match state.resolve(index, &parameters.indices).await {
            Ok(found) => Ok(Self {
                indices: found.indices,
                is_missing: false,
            }),
            Err(error) if error.status() == StatusCode::NOT_FOUND => Ok(Self {
                indices: Vec::new(),
                is_missing: true,
            }),
            Err(error) => Err(error),
        }
    }

    fn status(&self) -> &'static str {
        match self.is_missing {
            true => "red",
            false => status(&self.indices),
        }
    }

    fn holds(&self, parameters: &HealthParameters) -> Result<bool, ElasticError> {
        let well = match parameters.wait_for_status.as_deref() {
            None => true,
            Some(wanted) => rank(self.status()) >= rank_of(wanted)?,
        };
        let nodes = match parameters.wait_for_nodes.as_deref() {
            None => true,
            Some(wanted) => one_node_is(wanted)?,
        };
        let shards = match parameters.wait_for_active_shards.as_deref() {
            None | Some("all") => true,
            Some(wanted) => self.indices.len() >= number("wait_for_active_shards", wanted)?,
        };
        Ok(!self.is_missing && well && nodes && shards)
    }

    fn body(&self, parameters: &HealthParameters, timed_out: bool) -> Value {
        let shards = self.indices.len();
        let mut body = json!({
            "cluster_name": CLUSTER_NAME,
            "status": self.status(),
            "timed_out": timed_out,
            "number_of_nodes": 1,
            "number_of_data_nodes": 1,
            "active_primary_shards": shards,
            "active_shards": shards,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": 0,
            "unassigned_primary_shards": 0,
            "delayed_unassigned_shards": 0,
            "number_of_pending_tasks": 0,
            "number_of_in_flight_fetch": 0,
            "task_max_waiting_in_queue_millis": 0,
            "active_shards_percent_as_number": 100.0,
        });
        let with_shards = match parameters.level.as_deref() {
            Some("indices") => false,
            Some("shards") => true,
            _ => return body,
        };
        let each = self.indices.iter();
        let each: Map<String, Value> = each
            .map(|index| (index.name.clone(), of_index(index, with_shards)))
            .collect();
        body["indices"] = each.into();
        body
    }
}

/// One index, which is one shard.
fn of_index(index: &IndexInfo, with_shards: bool) -> Value {
    let status = status(std::slice::from_ref(index));
    let mut body = json!({
        "status": status,
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "active_primary_shards": 1,
        "active_shards": 1,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "unassigned_primary_shards": 0,
    });
    if with_shards {
        body["shards"] = json!({ "0": {
            "status": status,
            "primary_active": true,
            "active_shards": 1,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": 0,
            "unassigned_primary_shards": 0,
        } });
    }
    body
}

fn rank(status: &str) -> u8 {
    match status {
        "green" => 2,
        "yellow" => 1,
        _ => 0,
    }
}

fn rank_of(wanted: &str) -> Result<u8, ElasticError> {
    match wanted.to_ascii_lowercase().as_str() {
        known @ ("green" | "yellow" | "red") => Ok(rank(known)),
        _ => Err(ElasticError::illegal_argument(format!(
            "unknown cluster health status [{wanted}]"
        ))),
    }
}

/// Whether one is the number of nodes that `>=1`, `le(3)` and their kin ask for.
fn one_node_is(wanted: &str) -> Result<bool, ElasticError> {
    let inner = wanted.strip_suffix(')').unwrap_or(wanted);
    for (sign, name, holds) in COMPARISONS {
        let rest = inner
            .strip_prefix(sign)
            .or_else(|| inner.strip_prefix(name));
        if let Some(rest) = rest {
            return Ok(holds(1, number("wait_for_nodes", rest)?));
        }
    }
    Ok(number("wait_for_nodes", wanted)? == 1)
}

/// How a comparison begins, as a sign or as a word, and what it means.
type Comparison = (&'static str, &'static str, fn(usize, usize) -> bool);

/// Longer signs first.
const COMPARISONS: [Comparison; 4] = [
    (">=", "ge(", |own, asked| own >= asked),
    ("<=", "le(", |own, asked| own <= asked),
    (">", "gt(", |own, asked| own > asked),
    ("<", "lt(", |own, asked| own < asked),
];

fn number(name: &str, text: &str) -> Result<usize, ElasticError> {
    text.trim().parse().map_err(|_| {
        ElasticError::illegal_argument(format!(
            "Failed to parse int parameter [{name}] with value [{text}]"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_nodes_are_compared_in_both_spellings() {
        for (wanted, holds) in [
            ("1", true),
            ("2", false),
            (">=1", true),
            ("ge(2)", false),
            ("<=3", true),
            ("gt(0)", true),
            ("<1", false),
        ] {
            assert_eq!(one_node_is(wanted).ok(), Some(holds), "{wanted}");
        }
        assert!(one_node_is("many").is_err());
    }
}
