//! What clients ask before anything else: who is there, and is it well.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// The version of Elasticsearch whose API this is. Clients of version 8 check the first number.
pub const COMPATIBLE_VERSION: &str = "8.17.0";
pub const CLUSTER_NAME: &str = "swarmscope";
/// One node, one cluster: their ids need to be stable and nothing else.
pub const CLUSTER_ID: &str = "c3dhcm1zY29wZS1jbHVzdGU";
pub const NODE_ID: &str = "c3dhcm1zY29wZS1ub2RlLTE";

/// `GET /`
pub async fn root() -> Json<Value> {
    Json(json!({
        "name": CLUSTER_NAME,
        "cluster_name": CLUSTER_NAME,
        "cluster_uuid": CLUSTER_ID,
        "version": {
            "number": COMPATIBLE_VERSION,
            "build_flavor": "default",
            "build_type": "tar",
            "build_hash": env!("CARGO_PKG_VERSION"),
            "build_date": "2026-01-01T00:00:00.000Z",
            "build_snapshot": false,
            "lucene_version": "9.12.0",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "You Know, for Search",
    }))
}

/// `GET /_cluster/health`
pub async fn health(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve("", &IndicesOptions::default()).await?;
    Ok(Json(health_body(&found.indices)))
}

/// `GET /_cluster/health/{index}`
pub async fn health_of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(&index, &options).await?;
    Ok(Json(health_body(&found.indices)))
}

fn health_body(indices: &[IndexInfo]) -> Value {
    let shards = indices.len();
    json!({
        "cluster_name": CLUSTER_NAME,
        "status": status(indices),
        "timed_out": false,
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
    })
}

/// Red when a segment was set aside: some of what was stored cannot be found.
pub fn status(indices: &[IndexInfo]) -> &'static str {
    match indices.iter().any(|index| index.damage.is_some()) {
        true => "red",
        false => "green",
    }
}

/// `GET /_nodes`, `GET /_nodes/http`
pub async fn nodes() -> Json<Value> {
    Json(json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": CLUSTER_NAME,
        "nodes": {
            NODE_ID: {
                "name": CLUSTER_NAME,
                "version": COMPATIBLE_VERSION,
                "roles": ["data", "ingest", "master"],
            },
        },
    }))
}
