//! The routes about the cluster as a whole: its node, its tables, where shards are, and what is refused by name.

use axum::Router;
use axum::routing::{get, post};

use super::{
    ElasticState, cat, cluster, cluster_admin, cluster_moves, cluster_state, health, nodes,
    refused, shard_details, stats, tasks,
};

/// All of them.
pub fn routes() -> Router<ElasticState> {
    Router::new()
        .route("/", get(cluster::root))
        .route("/_cluster/health", get(health::all))
        .route("/_cluster/health/{index}", get(health::of))
        .route(
            "/_cluster/settings",
            get(cluster_admin::settings).put(cluster_admin::put_settings),
        )
        .route("/_cluster/state", get(cluster_state::all))
        .route("/_cluster/state/{metrics}", get(cluster_state::some))
        .route("/_cluster/state/{metrics}/{index}", get(cluster_state::of))
        .route("/_cluster/pending_tasks", get(cluster_state::pending_tasks))
        .route("/_cluster/stats", get(stats::cluster))
        .route("/_license", get(cluster_admin::license))
        .route("/_xpack", get(cluster_admin::xpack))
        .route("/_nodes/stats", get(stats::nodes))
        .route("/_cat", get(cat::listing))
        .route("/_cat/nodes", get(cat::nodes))
        .route("/_cat/master", get(cat::master))
        .route("/_cat/plugins", get(cat::plugins))
        .route("/_cat/pending_tasks", get(cat::pending_tasks))
        .route("/_cat/shards", get(cat::all_shards))
        .route("/_cat/shards/{index}", get(cat::shards))
        .route(
            "/_cat/component_templates",
            get(cat::all_component_templates),
        )
        .route(
            "/_cat/component_templates/{name}",
            get(cat::component_templates),
        )
        .route("/_cat/aliases", get(cat::all_aliases))
        .route("/_cat/aliases/{name}", get(cat::aliases))
        .route("/_cat/templates", get(cat::all_templates))
        .route("/_cat/templates/{name}", get(cat::templates))
        .route("/_nodes", get(nodes::all))
        .route("/_nodes/{what}", get(nodes::some))
        .route("/_nodes/{node}/{sections}", get(nodes::of))
        .route("/_nodes/stats/{metrics}", get(stats::some_of_nodes))
        .route(
            "/_nodes/stats/{metrics}/{index_metrics}",
            get(stats::index_figures_of_nodes),
        )
        .route("/_nodes/{node}/stats", get(stats::nodes))
        .route("/_tasks", get(tasks::list))
        .route("/_tasks/{id}", get(tasks::get))
        .merge(cat_routes())
        .merge(shard_routes())
        .route("/_cat/indices", get(cat::all_indices))
        .route("/_cat/indices/{index}", get(cat::indices))
        .route("/_cat/health", get(cat::health))
        .route("/_cat/count", get(cat::count_all))
        .route("/_cat/count/{index}", get(cat::count))
}

/// Where shards are, and what is told of each.
fn shard_routes() -> Router<ElasticState> {
    Router::new()
        .route("/_cluster/reroute", post(cluster_moves::reroute))
        .route(
            "/_cluster/allocation/explain",
            get(cluster_moves::explain).post(cluster_moves::explain),
        )
        .route("/_remote/info", get(cluster_moves::remote))
        .route("/_recovery", get(shard_details::all_recovery))
        .route("/{index}/_recovery", get(shard_details::recovery))
        .route("/_segments", get(shard_details::all_segments))
        .route("/{index}/_segments", get(shard_details::segments))
        .route("/_shard_stores", get(shard_details::all_stores))
        .route("/{index}/_shard_stores", get(shard_details::stores))
        .merge(refused_routes())
}

/// What is refused by name.
fn refused_routes() -> Router<ElasticState> {
    let resizing = || post(refused::resizing).put(refused::resizing);
    let vectors = || get(refused::term_vectors).post(refused::term_vectors);
    Router::new()
        .route("/{index}/_shrink/{target}", resizing())
        .route("/{index}/_split/{target}", resizing())
        .route("/{index}/_clone/{target}", resizing())
        .route("/{index}/_termvectors", vectors())
        .route("/{index}/_termvectors/{id}", vectors())
        .route("/_mtermvectors", vectors())
        .route("/{index}/_mtermvectors", vectors())
        .route("/_nodes/hot_threads", get(refused::hot_threads))
}

/// Tables of what one node has one of, or nothing.
fn cat_routes() -> Router<ElasticState> {
    Router::new()
        .route("/_cat/allocation", get(cat::all_allocation))
        .route("/_cat/allocation/{nodes}", get(cat::allocation))
        .route("/_cat/nodeattrs", get(cat::nodeattrs))
        .route("/_cat/recovery", get(cat::all_recovery))
        .route("/_cat/recovery/{index}", get(cat::recovery))
        .route("/_cat/thread_pool", get(cat::thread_pool))
        .route("/_cat/thread_pool/{pools}", get(cat::thread_pool))
        .route("/_cat/repositories", get(cat::repositories))
        .route("/_cat/tasks", get(cat::tasks))
        .route("/_cat/fielddata", get(cat::fielddata))
        .route("/_cat/fielddata/{fields}", get(cat::fielddata))
}
