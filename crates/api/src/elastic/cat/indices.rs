//! Tables of indices, of their shards, and of how many documents they hold.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use swarmscope_model::Timestamp;
use swarmscope_query::store::IndexInfo;

use super::super::ElasticState;
use super::super::body::Parameters;
use super::super::cluster::{CLUSTER_NAME, status};
use super::super::errors::ElasticError;
use super::super::parameters::IndicesOptions;
use super::table::{CatParameters, Column, Table, row, size};
use super::{CLOCK, EPOCH, HOST, now};

const INDICES: &[Column] = &[
    Column::new("health", "h", "current health status"),
    Column::new("status", "s", "open/close status"),
    Column::new("index", "i,idx", "index name"),
    Column::new("uuid", "id,uuid", "index uuid"),
    Column::new(
        "pri",
        "p,shards.primary,shardsPrimary",
        "number of primary shards",
    ),
    Column::new(
        "rep",
        "r,shards.replica,shardsReplica",
        "number of replica shards",
    ),
    Column::new("docs.count", "dc,docsCount", "available docs"),
    Column::new("docs.deleted", "dd,docsDeleted", "deleted docs"),
    Column::on_request(
        "creation.date",
        "cd",
        "index creation date (millisecond value)",
    ),
    Column::on_request(
        "creation.date.string",
        "cds",
        "index creation date (as string)",
    ),
    Column::new(
        "store.size",
        "ss,storeSize",
        "store size of primaries & replicas",
    ),
    Column::new("pri.store.size", "", "store size of primaries"),
    Column::new("dataset.size", "", "total size of dataset"),
    Column::new("damage", "", "what could not be read"),
];

const SHARDS: &[Column] = &[
    Column::new("index", "i,idx", "index name"),
    Column::new("shard", "s,sh", "shard name"),
    Column::new("prirep", "p,pr,primaryOrReplica", "primary or replica"),
    Column::new("state", "st", "shard state"),
    Column::new("docs", "d,dc", "number of docs in shard"),
    Column::new(
        "store",
        "sto",
        "store size of shard (how much disk it uses)",
    ),
    Column::new("dataset", "", "size of dataset"),
    Column::new("ip", "", "ip of node where it lives"),
    Column::new("node", "n", "name of node where it lives"),
];

const RECOVERY: &[Column] = &[
    Column::new("index", "i,idx", "index name"),
    Column::new("shard", "s,sh", "shard name"),
    Column::new("type", "ty", "recovery type"),
    Column::new("stage", "st", "recovery stage"),
    Column::new("source_host", "shost", "source host"),
    Column::new("source_node", "snode", "source node name"),
    Column::new("target_host", "thost", "target host"),
    Column::new("target_node", "tnode", "target node name"),
];

const COUNT: &[Column] = &[
    EPOCH,
    CLOCK,
    Column::new("count", "dc,docs.count,docsCount", "the document count"),
];

/// The URL's parameters of `_cat/indices`.
#[derive(Debug, Default, Deserialize)]
pub struct IndicesParameters {
    /// Only those of this health.
    health: Option<String>,
    #[serde(flatten)]
    table: CatParameters,
}

/// `GET /_cat/indices`
pub async fn all_indices(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<IndicesParameters>,
) -> Result<Response, ElasticError> {
    indices_table(&state, "", &parameters).await
}

/// `GET /_cat/indices/{index}`
pub async fn indices(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<IndicesParameters>,
) -> Result<Response, ElasticError> {
    indices_table(&state, &index, &parameters).await
}

async fn indices_table(
    state: &ElasticState,
    expression: &str,
    parameters: &IndicesParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let catalog = state.catalog.read().await?;
    let health = |index: &IndexInfo| status(std::slice::from_ref(index));
    let told = |index: IndexInfo| {
        let is_closed = catalog.is_closed(&index);
        // Of what is closed nothing is counted.
        let counted = |text: String| if is_closed { String::new() } else { text };
        let bytes = counted(size(index.bytes, &parameters.table));
        row(&[
            &health(&index),
            &if is_closed { "close" } else { "open" },
            &index.name,
            &index.uuid,
            &1,
            &0,
            &counted(index.documents.to_string()),
            &counted(index.deleted.to_string()),
            &index.created_at,
            &Timestamp::from_millisecond(index.created_at),
            &bytes,
            &bytes,
            &bytes,
            &index.damage.as_deref().unwrap_or_default(),
        ])
    };
    let wanted = parameters.health.as_deref();
    if let Some(unknown) = wanted.filter(|one| !["green", "yellow", "red"].contains(one)) {
        return Err(ElasticError::illegal_argument(format!(
            "unknown cluster health status [{unknown}]"
        )));
    }
    let chosen = found.indices.into_iter();
    let chosen = chosen.filter(|index| wanted.is_none_or(|wanted| wanted == health(index)));
    let table = Table::new(INDICES, chosen.map(told).collect());
    // A column of our own, there only when there is something to say.
    match table.lacks("damage") {
        true => table.answer_without("damage", &parameters.table),
        false => table.answer(&parameters.table),
    }
}

/// `GET /_cat/shards`
pub async fn all_shards(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    shards_table(&state, "", &parameters).await
}

/// `GET /_cat/shards/{index}`
pub async fn shards(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    shards_table(&state, &index, &parameters).await
}

/// Each index is one shard on this node.
async fn shards_table(
    state: &ElasticState,
    expression: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let told = |index: &IndexInfo| {
        let bytes = size(index.bytes, parameters);
        row(&[
            &index.name,
            &0,
            &"p",
            &"STARTED",
            &index.documents,
            &bytes,
            &bytes,
            &HOST,
            &CLUSTER_NAME,
        ])
    };
    Table::new(SHARDS, found.indices.iter().map(told).collect()).answer(parameters)
}

/// `GET /_cat/recovery`
pub async fn all_recovery(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    recovery_table(&state, "", &parameters).await
}

/// `GET /_cat/recovery/{index}`
pub async fn recovery(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    recovery_table(&state, &index, &parameters).await
}

/// What is there was read from the disk of this node.
async fn recovery_table(
    state: &ElasticState,
    expression: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let told = |index: &IndexInfo| {
        row(&[
            &index.name,
            &0,
            &"existing_store",
            &"done",
            &"n/a",
            &"n/a",
            &HOST,
            &CLUSTER_NAME,
        ])
    };
    Table::new(RECOVERY, found.indices.iter().map(told).collect()).answer(parameters)
}

/// `GET /_cat/count`
pub async fn count_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    count_table(&state, "", &parameters).await
}

/// `GET /_cat/count/{index}`
pub async fn count(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    count_table(&state, &index, &parameters).await
}

async fn count_table(
    state: &ElasticState,
    expression: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let documents: u64 = found.indices.iter().map(|index| index.documents).sum();
    let (epoch, clock) = now();
    Table::new(COUNT, vec![row(&[&epoch, &clock, &documents])]).answer(parameters)
}
