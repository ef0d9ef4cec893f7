//! `_recovery`, `_segments` and `_shard_stores`: what is told of each shard. An index is one, which was there when the
//! server had started. What is not counted is left out, never made up.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_NAME, NODE_ID};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `GET /_recovery`
pub async fn all_recovery(
    State(state): State<ElasticState>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    recoveries(&state, "", &options).await
}

/// `GET /{index}/_recovery`
pub async fn recovery(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    recoveries(&state, &index, &options).await
}

async fn recoveries(
    state: &ElasticState,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(index, options).await?;
    let each = found.indices.into_iter().map(|info| {
        let shard = json!({
            "id": 0,
            "type": "EXISTING_STORE",
            "stage": "DONE",
            "primary": true,
            "source": {},
            "target": { "id": NODE_ID, "name": CLUSTER_NAME, "host": "127.0.0.1", "ip": "127.0.0.1" },
            "index": { "size": { "total_in_bytes": info.bytes } },
        });
        (info.name, json!({ "shards": [shard] }))
    });
    Ok(Json(Value::Object(each.collect())))
}

/// `GET /_segments`
pub async fn all_segments(
    State(state): State<ElasticState>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    segments_of(&state, "", &options).await
}

/// `GET /{index}/_segments`
pub async fn segments(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    segments_of(&state, &index, &options).await
}

async fn segments_of(
    state: &ElasticState,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let indices = state.open_targets(index, options).await?.indices;
    let count = indices.len();
    let of = |info: &IndexInfo| {
        let shard = json!({
            "routing": { "state": "STARTED", "primary": true, "node": NODE_ID },
            "num_committed_segments": info.segments,
            "num_search_segments": info.segments,
        });
        json!({ "shards": { "0": [shard] } })
    };
    let each: Map<String, Value> = indices
        .iter()
        .map(|info| (info.name.clone(), of(info)))
        .collect();
    Ok(Json(json!({
        "_shards": { "total": count, "successful": count, "failed": 0 },
        "indices": each,
    })))
}

/// The URL's parameters of `_shard_stores`.
#[derive(Debug, Default, Deserialize)]
pub struct StoresParameters {
    status: Option<String>,
    #[serde(flatten)]
    options: IndicesOptions,
}

/// `GET /_shard_stores`
pub async fn all_stores(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<StoresParameters>,
) -> Result<Json<Value>, ElasticError> {
    stores_of(&state, "", &parameters).await
}

/// `GET /{index}/_shard_stores`
pub async fn stores(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<StoresParameters>,
) -> Result<Json<Value>, ElasticError> {
    stores_of(&state, &index, &parameters).await
}

/// Those that are well are told only to whoever asks for them.
async fn stores_of(
    state: &ElasticState,
    index: &str,
    parameters: &StoresParameters,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(index, &parameters.options).await?;
    let wanted = parameters.status.as_deref().unwrap_or("yellow,red");
    let shows_well = wanted
        .split(',')
        .any(|one| matches!(one.trim(), "green" | "all"));
    let shown = found
        .indices
        .into_iter()
        .filter(|info| shows_well || info.damage.is_some());
    let each = shown.map(|info| {
        let store = json!({
            NODE_ID: { "name": CLUSTER_NAME },
            "allocation_id": info.uuid,
            "allocation": "primary",
        });
        (
            info.name,
            json!({ "shards": { "0": { "stores": [store] } } }),
        )
    });
    let each: Map<String, Value> = each.collect();
    Ok(Json(json!({ "indices": each })))
}
