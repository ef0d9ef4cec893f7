//! `_cluster/state` and `_cluster/pending_tasks`: indices, their settings, mappings and aliases, and that each is one
//! shard on the one node. What a cluster of many would tell besides is left out.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::catalog::Catalog;
use super::cluster::{CLUSTER_ID, CLUSTER_NAME, NODE_ID};
use super::errors::ElasticError;
use super::index_settings::settings_of;
use super::mapping::mapping_of;
use super::parameters::IndicesOptions;
use super::targets::alias_names;

/// `GET /_cluster/state`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "_all", "", &options).await
}

/// `GET /_cluster/state/{metrics}`
pub async fn some(
    State(state): State<ElasticState>,
    Path(metrics): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &metrics, "", &options).await
}

/// `GET /_cluster/state/{metrics}/{index}`
pub async fn of(
    State(state): State<ElasticState>,
    Path((metrics, index)): Path<(String, String)>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &metrics, &index, &options).await
}

/// The chosen parts of the state.
///
/// # Errors
/// When an index is named that is not there.
pub async fn told(
    state: &ElasticState,
    metrics: &str,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let chosen: Vec<&str> = metrics.split(',').map(str::trim).collect();
    let wants = |name: &str| chosen.contains(&"_all") || chosen.contains(&name);
    let catalog = state.catalog.read().await?;
    let indices = state.resolve(index, options).await?.indices;
    let mut reply = Map::new();
    reply.insert("cluster_name".to_owned(), CLUSTER_NAME.into());
    reply.insert("cluster_uuid".to_owned(), CLUSTER_ID.into());
    let mut put = |name: &str, value: Value| {
        if wants(name) {
            reply.insert(name.to_owned(), value);
        }
    };
    put("master_node", NODE_ID.into());
    put("blocks", blocks(&indices));
    let node = json!({
        "name": CLUSTER_NAME,
        "ephemeral_id": NODE_ID,
        "attributes": {},
        "roles": ["data", "ingest", "master"],
    });
    put("nodes", json!({ NODE_ID: node }));
    if wants("metadata") {
        put("metadata", metadata(state, &catalog, &indices).await?);
    }
    let shards: Vec<(String, Value)> = indices
        .iter()
        .map(|info| (info.name.clone(), shard(&info.name)))
        .collect();
    let table: Map<String, Value> = shards
        .iter()
        .map(|(name, shard)| (name.clone(), json!({ "shards": { "0": [shard] } })))
        .collect();
    put("routing_table", json!({ "indices": table }));
    let on_node: Vec<Value> = shards.into_iter().map(|(_, shard)| shard).collect();
    put(
        "routing_nodes",
        json!({ "unassigned": [], "nodes": { NODE_ID: on_node } }),
    );
    Ok(Json(reply.into()))
}

/// The writes and reads that settings of indices forbid.
fn blocks(indices: &[IndexInfo]) -> Value {
    let mut blocked = Map::new();
    for info in indices {
        let settings = settings_of(info);
        let own = settings["index"].as_object();
        let forbidden: Map<String, Value> = own
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.strip_prefix("blocks.")?, value)))
            .chain(
                settings["index"]["blocks"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| (key.as_str(), value)),
            )
            .filter(|(_, value)| value.as_str() == Some("true"))
            .map(|(key, _)| {
                (
                    key.to_owned(),
                    json!({ "description": format!("index {key}") }),
                )
            })
            .collect();
        if !forbidden.is_empty() {
            blocked.insert(info.name.clone(), forbidden.into());
        }
    }
    match blocked.is_empty() {
        true => json!({}),
        false => json!({ "indices": blocked }),
    }
}

async fn metadata(
    state: &ElasticState,
    catalog: &Catalog,
    indices: &[IndexInfo],
) -> Result<Value, ElasticError> {
    let mut shown = Map::new();
    for info in indices {
        let mapping = mapping_of(state, info).await?;
        let aliases: Vec<&str> = alias_names(info).collect();
        let is_open = if catalog.is_closed(info) {
            "close"
        } else {
            "open"
        };
        shown.insert(
            info.name.clone(),
            json!({
                "state": is_open,
                "settings": settings_of(info),
                "mappings": { "_doc": mapping },
                "aliases": aliases,
                "primary_terms": { "0": 1 },
            }),
        );
    }
    Ok(json!({
        "cluster_uuid": CLUSTER_ID,
        "templates": catalog.templates,
        "indices": shown,
    }))
}

/// The one shard of an index.
pub fn shard(index: &str) -> Value {
    json!({
        "state": "STARTED",
        "primary": true,
        "node": NODE_ID,
        "relocating_node": null,
        "shard": 0,
        "index": index,
    })
}

/// `GET /_cluster/pending_tasks`: one node waits for nobody.
pub async fn pending_tasks() -> Json<Value> {
    Json(json!({ "tasks": [] }))
}
