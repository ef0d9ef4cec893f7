//! Tables of the cluster: its health, its one node, and that nothing waits and nothing is plugged in.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::super::ElasticState;
use super::super::body::Parameters;
use super::super::cluster::{CLUSTER_NAME, NODE_ID, status};
use super::super::errors::ElasticError;
use super::super::parameters::IndicesOptions;
use super::table::{CatParameters, Column, Table, row};
use super::{CLOCK, EPOCH, HOST, now};

const HEALTH: &[Column] = &[
    EPOCH,
    CLOCK,
    Column::new("cluster", "cl", "cluster name"),
    Column::new("status", "st", "health status"),
    Column::new("node.total", "nt,nodeTotal", "total number of nodes"),
    Column::new(
        "node.data",
        "nd,nodeData",
        "number of nodes that can store data",
    ),
    Column::new(
        "shards",
        "t,sh,shards.total,shardsTotal",
        "total number of shards",
    ),
    Column::new(
        "pri",
        "p,shards.primary,shardsPrimary",
        "number of primary shards",
    ),
    Column::new(
        "relo",
        "r,shards.relocating,shardsRelocating",
        "number of relocating nodes",
    ),
    Column::new(
        "init",
        "i,shards.initializing,shardsInitializing",
        "number of initializing nodes",
    ),
    Column::new(
        "unassign",
        "u,shards.unassigned,shardsUnassigned",
        "number of unassigned shards",
    ),
    Column::new(
        "unassign.pri",
        "up,shards.unassigned.primary",
        "number of unassigned primary shards",
    ),
    Column::new(
        "pending_tasks",
        "pt,pendingTasks",
        "number of pending tasks",
    ),
    Column::new(
        "max_task_wait_time",
        "mtwt,maxTaskWaitTime",
        "wait time of longest task pending",
    ),
    Column::new(
        "active_shards_percent",
        "asp,activeShardsPercent",
        "active number of shards in percent",
    ),
];

const NODES: &[Column] = &[
    Column::new("ip", "i", "ip address"),
    Column::new(
        "node.role",
        "r,role,nodeRole",
        "d:data, i:ingest, m:master-eligible node",
    ),
    Column::new("master", "m", "*:current master"),
    Column::new("name", "n", "node name"),
];

const MASTER: &[Column] = &[
    Column::new("id", "", "node id"),
    Column::new("host", "h", "host name"),
    Column::new("ip", "", "ip address"),
    Column::new("node", "n", "node name"),
];

const PENDING_TASKS: &[Column] = &[
    Column::new("insertOrder", "o", "task insertion order"),
    Column::new("timeInQueue", "t", "how long task has been in queue"),
    Column::new("priority", "p", "task priority"),
    Column::new("source", "s", "task source"),
];

const PLUGINS: &[Column] = &[
    Column::new("name", "n", "node name"),
    Column::new("component", "c", "component"),
    Column::new("version", "v", "component version"),
];

/// The tables there are.
const LISTING: &str = "=^.^=
/_cat/allocation
/_cat/shards
/_cat/shards/{index}
/_cat/master
/_cat/nodes
/_cat/tasks
/_cat/indices
/_cat/indices/{index}
/_cat/count
/_cat/count/{index}
/_cat/health
/_cat/pending_tasks
/_cat/aliases
/_cat/aliases/{alias}
/_cat/plugins
/_cat/fielddata
/_cat/fielddata/{fields}
/_cat/nodeattrs
/_cat/recovery
/_cat/recovery/{index}
/_cat/repositories
/_cat/templates
/_cat/component_templates
/_cat/thread_pool
";

/// `GET /_cat`
pub async fn listing() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=UTF-8")], LISTING).into_response()
}

/// `GET /_cat/health`
pub async fn health(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    let found = state.resolve("", &IndicesOptions::default()).await?;
    let (epoch, clock) = now();
    let shards = found.indices.len();
    let own = row(&[
        &epoch,
        &clock,
        &CLUSTER_NAME,
        &status(&found.indices),
        &1,
        &1,
        &shards,
        &shards,
        &0,
        &0,
        &0,
        &0,
        &0,
        &"-",
        &"100.0%",
    ]);
    Table::new(HEALTH, vec![own]).answer(&parameters)
}

/// `GET /_cat/nodes`
pub async fn nodes(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    let own = row(&[&HOST, &"dim", &"*", &CLUSTER_NAME]);
    Table::new(NODES, vec![own]).answer(&parameters)
}

/// `GET /_cat/master`
pub async fn master(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    let own = row(&[&NODE_ID, &HOST, &HOST, &CLUSTER_NAME]);
    Table::new(MASTER, vec![own]).answer(&parameters)
}

/// `GET /_cat/pending_tasks`
pub async fn pending_tasks(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(PENDING_TASKS, Vec::new()).answer(&parameters)
}

/// `GET /_cat/plugins`
pub async fn plugins(
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    Table::new(PLUGINS, Vec::new()).answer(&parameters)
}
