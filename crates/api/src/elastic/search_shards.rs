//! `_search_shards`: where a search would run, and what aliases make of it.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::wildcard_matches;

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_NAME, NODE_ID};
use super::cluster_state::shard;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `GET|POST /_search_shards`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", &options).await
}

/// `GET|POST /{index}/_search_shards`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, &options).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let found = state.open_targets(index, options).await?;
    let mut indices = Map::new();
    let mut shards = Vec::new();
    for info in &found.indices {
        let aliases = info.definition.get("aliases").and_then(Value::as_object);
        let named: Vec<&String> = aliases
            .into_iter()
            .flatten()
            .map(|(alias, _)| alias)
            .filter(|alias| {
                let mut parts = index.split(',');
                parts.any(|part| part == "_all" || wildcard_matches(part, alias))
            })
            .collect();
        let own = match named.is_empty() || index.is_empty() {
            true => json!({}),
            false => json!({ "aliases": named }),
        };
        indices.insert(info.name.clone(), own);
        shards.push(json!([shard(&info.name)]));
    }
    Ok(Json(json!({
        "nodes": { NODE_ID: { "name": CLUSTER_NAME, "roles": ["data", "ingest", "master"] } },
        "indices": indices,
        "shards": shards,
    })))
}
