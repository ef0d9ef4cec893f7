//! `_cluster/reroute`, `_cluster/allocation/explain` and `_remote/info`: where shards are and may go. There is one
//! node, so each is there and goes nowhere.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::cluster::{CLUSTER_NAME, NODE_ID};
use super::cluster_state;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// The parts of the state that a reply has unless others are asked for.
const STATE: &str = "master_node,blocks,nodes,routing_table,routing_nodes";

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct RerouteParameters {
    metric: Option<String>,
}

/// `POST /_cluster/reroute`
pub async fn reroute(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<RerouteParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let commands = object(&body, "the commands")?.remove("commands");
    let is_idle = commands.is_none_or(|commands| commands.as_array().is_some_and(Vec::is_empty));
    if !is_idle {
        return Err(ElasticError::illegal_argument(
            "there is one node here, and each index is one shard on it: no shard can be moved, cancelled or allocated",
        ));
    }
    let metrics = parameters.metric.as_deref().unwrap_or(STATE);
    let options = IndicesOptions::default();
    let Json(state) = cluster_state::told(&state, metrics, "", &options).await?;
    Ok(Json(json!({ "acknowledged": true, "state": state })))
}

/// `GET|POST /_cluster/allocation/explain`
pub async fn explain(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let asked = object(&body, "what to explain")?;
    let Some(index) = asked.get("index").and_then(Value::as_str) else {
        return Err(ElasticError::illegal_argument(
            "No shard was specified in the request which means the response should explain a randomly-chosen \
             unassigned shard, but there are no unassigned shards in this cluster. To explain the allocation of an \
             assigned shard you must specify the target shard in the request.",
        ));
    };
    let found = state.resolve(index, &IndicesOptions::default()).await?;
    let info = found
        .indices
        .first()
        .ok_or_else(|| ElasticError::index_not_found(index))?;
    let shard = asked.get("shard").and_then(Value::as_u64).unwrap_or(0);
    if shard != 0 {
        return Err(ElasticError::new(
            StatusCode::NOT_FOUND,
            "shard_not_found_exception",
            format!("no such shard [{shard}]: each index is one shard here, [0]"),
        )
        .with("index", info.name.as_str()));
    }
    if asked.get("primary") == Some(&Value::Bool(false)) {
        return Err(ElasticError::illegal_argument(format!(
            "[{}] has no replicas: there is one node here",
            info.name
        )));
    }
    Ok(Json(json!({
        "index": info.name,
        "shard": 0,
        "primary": true,
        "current_state": "started",
        "current_node": { "id": NODE_ID, "name": CLUSTER_NAME },
        "can_remain_on_current_node": "yes",
        "can_rebalance_cluster": "no",
        "can_rebalance_to_other_node": "no",
        "rebalance_explanation": "there is no other node",
    })))
}

/// `GET /_remote/info`: no other cluster is known.
pub async fn remote() -> Json<Value> {
    Json(json!({}))
}

fn object(body: &[u8], of: &str) -> Result<Map<String, Value>, ElasticError> {
    match body.iter().all(u8::is_ascii_whitespace) {
        true => Ok(Map::new()),
        false => serde_json::from_slice(body).map_err(|error| ElasticError::content(&error, of)),
    }
}
