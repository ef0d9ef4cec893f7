//! `_stats`, `_cluster/stats`, `_nodes/stats`: the figures that dashboards of a cluster ask for, as far as this
//! server counts them. What it does not count is left out, never made up.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_ID, CLUSTER_NAME, COMPATIBLE_VERSION, NODE_ID, status};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `GET /_stats`
pub async fn all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    told(&state, "", "_all", &IndicesOptions::default()).await
}

/// `GET /_stats/{metrics}`
pub async fn some(
    State(state): State<ElasticState>,
    Path(metrics): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", &metrics, &IndicesOptions::default()).await
}

/// `GET /{index}/_stats`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, "_all", &options).await
}

/// `GET /{index}/_stats/{metrics}`
pub async fn some_of(
    State(state): State<ElasticState>,
    Path((index, metrics)): Path<(String, String)>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, &metrics, &options).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    metrics: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let indices = state.open_targets(index, options).await?.indices;
    let wanted = |name: &str| metrics == "_all" || metrics.split(',').any(|own| own == name);
    let figures = |indices: &[IndexInfo]| -> Value {
        let mut all = figures(indices);
        all.retain(|name, _| wanted(name));
        all.into()
    };
    let whole = figures(&indices);
    let each: Map<String, Value> = indices
        .iter()
        .map(|info| {
            let one = std::slice::from_ref(info);
            let own = figures(one);
            let body = json!({
                "uuid": info.uuid, "health": status(one), "status": "open", "primaries": own, "total": own,
            });
            (info.name.clone(), body)
        })
        .collect();
    let shards = indices.len();
    Ok(Json(json!({
        "_shards": { "total": shards, "successful": shards, "failed": 0 },
        "_all": { "primaries": whole, "total": whole },
        "indices": each,
    })))
}

/// What is counted of indices.
fn figures(indices: &[IndexInfo]) -> Map<String, Value> {
    let sum = |of: fn(&IndexInfo) -> u64| -> u64 { indices.iter().map(of).sum() };
    let bytes = sum(|index| index.bytes);
    let documents = sum(|index| index.documents);
    let deleted = sum(|index| index.deleted);
    Map::from_iter([
        (
            "docs".to_owned(),
            json!({ "count": documents, "deleted": deleted }),
        ),
        (
            "store".to_owned(),
            json!({ "size_in_bytes": bytes, "total_data_set_size_in_bytes": bytes, "reserved_in_bytes": 0 }),
        ),
        (
            "segments".to_owned(),
            json!({ "count": sum(|index| index.segments) }),
        ),
        (
            "shard_stats".to_owned(),
            json!({ "total_count": indices.len() }),
        ),
    ])
}

/// `GET /_cluster/stats`
pub async fn cluster(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    let indices = state.indices().await?;
    let mut own = figures(&indices);
    let shards = indices.len();
    own.insert("count".to_owned(), shards.into());
    own.insert(
        "shards".to_owned(),
        json!({ "total": shards, "primaries": shards, "replication": 0.0 }),
    );
    Ok(Json(json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": CLUSTER_NAME,
        "cluster_uuid": CLUSTER_ID,
        "timestamp": Timestamp::now().as_millisecond(),
        "status": status(&indices),
        "indices": own,
        "nodes": { "count": { "total": 1, "data": 1, "ingest": 1, "master": 1 }, "versions": [COMPATIBLE_VERSION] },
    })))
}

/// `GET /_nodes/stats`
pub async fn nodes(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    let indices = state.indices().await?;
    let node = json!({
        "timestamp": Timestamp::now().as_millisecond(),
        "name": CLUSTER_NAME,
        "roles": ["data", "ingest", "master"],
        "indices": figures(&indices),
    });
    Ok(Json(json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": CLUSTER_NAME,
        "nodes": { NODE_ID: node },
    })))
}
