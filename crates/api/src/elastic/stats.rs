//! `_stats`, `_cluster/stats`, `_nodes/stats`: the figures that dashboards of a cluster ask for, as far as this
//! server counts them. What it does not count is left out, never made up.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_ID, CLUSTER_NAME, COMPATIBLE_VERSION, NODE_ID, status};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// The URL's parameters of `_stats`.
#[derive(Debug, Default, Deserialize)]
pub struct StatsParameters {
    /// Whether to tell of all indices together, of each, or of each shard.
    level: Option<String>,
    /// `false` tells of closed indices, too, where they are meant.
    forbid_closed_indices: Option<String>,
    #[serde(flatten)]
    options: IndicesOptions,
}

impl StatsParameters {
    async fn indices(
        &self,
        state: &ElasticState,
        named: &str,
    ) -> Result<Vec<IndexInfo>, ElasticError> {
        let found = match self.forbid_closed_indices.as_deref() {
            Some("false") => state.resolve(named, &self.options).await?,
            _ => state.open_targets(named, &self.options).await?,
        };
        Ok(found.indices)
    }
}

/// What may be asked for of indices, counted here or not.
const METRICS: [&str; 22] = [
    "_all",
    "bulk",
    "completion",
    "dense_vector",
    "docs",
    "fielddata",
    "flush",
    "get",
    "indexing",
    "mappings",
    "merge",
    "query_cache",
    "recovery",
    "refresh",
    "request_cache",
    "search",
    "segments",
    "shard_stats",
    "store",
    "suggest",
    "translog",
    "warmer",
];

/// `GET /_stats`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<StatsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", "_all", &parameters).await
}

/// `GET /_stats/{metrics}`
pub async fn some(
    State(state): State<ElasticState>,
    Path(metrics): Path<String>,
    Parameters(parameters): Parameters<StatsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", &metrics, &parameters).await
}

/// `GET /{index}/_stats`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<StatsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, "_all", &parameters).await
}

/// `GET /{index}/_stats/{metrics}`
pub async fn some_of(
    State(state): State<ElasticState>,
    Path((index, metrics)): Path<(String, String)>,
    Parameters(parameters): Parameters<StatsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, &metrics, &parameters).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    metrics: &str,
    parameters: &StatsParameters,
) -> Result<Json<Value>, ElasticError> {
    let level = parameters.level.as_deref().unwrap_or("indices");
    if !["cluster", "indices", "shards"].contains(&level) {
        return Err(ElasticError::illegal_argument(format!(
            "level parameter must be one of [cluster] or [indices] or [shards] but was [{level}]"
        )));
    }
    let mut asked = metrics.split(',').map(str::trim);
    if let Some(unknown) = asked.find(|own| !METRICS.contains(own)) {
        return Err(ElasticError::illegal_argument(format!(
            "request [/_stats/{metrics}] contains unrecognized metric: [{unknown}]"
        )));
    }
    let indices = parameters.indices(state, index).await?;
    let catalog = state.catalog.read().await?;
    let figures = |indices: &[IndexInfo]| chosen_figures(indices, metrics);
    let whole = figures(&indices);
    let each: Map<String, Value> = indices
        .iter()
        .map(|info| {
            let one = std::slice::from_ref(info);
            let own = figures(one);
            let is_open = if catalog.is_closed(info) { "close" } else { "open" };
            let mut body = json!({
                "uuid": info.uuid, "health": status(one), "status": is_open, "primaries": own, "total": own,
            });
            if level == "shards" {
                let mut shard = own;
                shard["routing"] = json!({ "state": "STARTED", "primary": true, "node": NODE_ID });
                body["shards"] = json!({ "0": [shard] });
            }
            (info.name.clone(), body)
        })
        .collect();
    let shards = indices.len();
    let mut reply = json!({
        "_shards": { "total": shards, "successful": shards, "failed": 0 },
        "_all": { "primaries": whole, "total": whole },
    });
    if level != "cluster" {
        reply["indices"] = each.into();
    }
    Ok(Json(reply))
}

/// Those of the figures that are asked for.
fn chosen_figures(indices: &[IndexInfo], metrics: &str) -> Value {
    let wanted = |name: &str| metrics.split(',').any(|own| own == "_all" || own == name);
    let mut all = figures(indices);
    all.retain(|name, _| wanted(name));
    all.into()
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
    node_stats(&state, "_all", "_all").await
}

/// `GET /_nodes/stats/{metrics}`
pub async fn some_of_nodes(
    State(state): State<ElasticState>,
    Path(metrics): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    node_stats(&state, &metrics, "_all").await
}

/// `GET /_nodes/stats/{metrics}/{index_metrics}`
pub async fn index_figures_of_nodes(
    State(state): State<ElasticState>,
    Path((metrics, index_metrics)): Path<(String, String)>,
) -> Result<Json<Value>, ElasticError> {
    node_stats(&state, &metrics, &index_metrics).await
}

async fn node_stats(
    state: &ElasticState,
    metrics: &str,
    index_metrics: &str,
) -> Result<Json<Value>, ElasticError> {
    let indices = state.indices().await?;
    let mut node = json!({
        "timestamp": Timestamp::now().as_millisecond(),
        "name": CLUSTER_NAME,
        "roles": ["data", "ingest", "master"],
    });
    let mut asked = metrics.split(',');
    if asked.any(|own| matches!(own.trim(), "_all" | "indices")) {
        node["indices"] = chosen_figures(&indices, index_metrics);
    }
    Ok(Json(json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": CLUSTER_NAME,
        "nodes": { NODE_ID: node },
    })))
}
