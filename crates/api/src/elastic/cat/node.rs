//! Tables of what the one node has: its shards, its tasks; and of what it has none of.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::ElasticState;
use super::super::body::Parameters;
use super::super::cluster::CLUSTER_NAME;
use super::super::errors::ElasticError;
use super::super::nodes::is_this_node;
use super::super::parameters::IndicesOptions;
use super::super::tasks::KIND;
use super::HOST;
use super::table::{CatParameters, Column, Table, row, size};

const ALLOCATION: &[Column] = &[
    Column::new("shards", "s", "number of shards on node"),
    Column::new("disk.indices", "di,diskIndices", "disk used by ES indices"),
    Column::new("host", "h", "host of node"),
    Column::new("ip", "", "ip of node"),
    Column::new("node", "n", "name of node"),
];

const ATTRIBUTES: &[Column] = &[
    Column::new("node", "name", "node name"),
    Column::on_request("id", "id,nodeId", "unique node id"),
    Column::on_request("pid", "p", "process id"),
    Column::new("host", "h", "host name"),
    Column::new("ip", "i", "ip address"),
    Column::on_request("port", "po", "bound transport port"),
    Column::new("attr", "attr.name", "attribute description"),
    Column::new("value", "attr.value", "attribute value"),
];

const REPOSITORIES: &[Column] = &[
    Column::new("id", "id,repoId", "unique repository id"),
    Column::new("type", "t,type", "repository type"),
];

const FIELD_DATA: &[Column] = &[
    Column::new("id", "", "node id"),
    Column::new("host", "h", "host name"),
    Column::new("ip", "", "ip address"),
    Column::new("node", "n", "node name"),
    Column::new("field", "f", "field name"),
    Column::new("size", "s", "field data usage"),
];

const THREAD_POOL: &[Column] = &[
    Column::new("node_name", "nn", "node name"),
    Column::new("name", "n", "thread pool name"),
    Column::new("active", "a", "number of active threads"),
    Column::new("queue", "q", "number of tasks currently in queue"),
    Column::new("rejected", "r", "number of rejected tasks"),
];

const TASKS: &[Column] = &[
    Column::new("action", "ac", "task action"),
    Column::new("task_id", "ti", "unique task id"),
    Column::new("parent_task_id", "pti", "parent task id"),
    Column::new("type", "ty", "task type"),
    Column::new("start_time", "start", "start time in ms"),
    Column::new("timestamp", "ts,hms,hhmmss", "start time in HH:MM:SS"),
    Column::new("running_time", "time", "running time"),
    Column::new("ip", "i", "ip address"),
    Column::new("node", "n", "node name"),
    Column::on_request("description", "desc", "task action"),
];

/// `GET /_cat/allocation`
pub async fn all_allocation(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    allocation_table(&state, "_all", &parameters).await
}

/// `GET /_cat/allocation/{nodes}`
pub async fn allocation(
    State(state): State<ElasticState>,
    Path(nodes): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    allocation_table(&state, &nodes, &parameters).await
}

async fn allocation_table(
    state: &ElasticState,
    nodes: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let indices = state.resolve("", &IndicesOptions::default()).await?.indices;
    let bytes = indices.iter().map(|info| info.bytes).sum();
    let own = row(&[
        &indices.len(),
        &size(bytes, parameters),
        &HOST,
        &HOST,
        &CLUSTER_NAME,
    ]);
    let rows = if is_this_node(nodes) {
        vec![own]
    } else {
        Vec::new()
    };
    Table::new(ALLOCATION, rows).answer(parameters)
}

/// `GET /_cat/nodeattrs`: the node has none.
pub async fn nodeattrs(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(ATTRIBUTES, Vec::new()).answer(&parameters)
}

/// `GET /_cat/repositories`: snapshots are taken by `swarmscope backup`.
pub async fn repositories(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(REPOSITORIES, Vec::new()).answer(&parameters)
}

/// `GET /_cat/fielddata`: columns are on disk, none is built in memory.
pub async fn fielddata(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(FIELD_DATA, Vec::new()).answer(&parameters)
}

/// `GET /_cat/thread_pool`: requests share one set of threads, and none waits for a pool of its own.
pub async fn thread_pool(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(THREAD_POOL, Vec::new()).answer(&parameters)
}

/// The URL's parameters of `_cat/tasks`.
#[derive(Debug, Default, Deserialize)]
pub struct TasksParameters {
    #[serde(rename = "detailed")]
    _detailed: Option<String>,
    #[serde(flatten)]
    table: CatParameters,
}

/// `GET /_cat/tasks`
pub async fn tasks(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<TasksParameters>,
) -> Result<Response, ElasticError> {
    let rows = state.tasks.running();
    let rows = rows.into_iter().map(|task| {
        let clock = task.started.to_string();
        row(&[
            &task.action,
            &task.id(),
            &"-",
            &KIND,
            &task.started.as_millisecond(),
            &clock.get(11..19).unwrap_or_default(),
            &format!("{}ms", task.running.as_millis()),
            &HOST,
            &CLUSTER_NAME,
            &task.description,
        ])
    });
    Table::new(TASKS, rows.collect()).answer(&parameters.table)
}
