//! The Elasticsearch-compatible API on port 9200: what real clients need to write and search.
//!
//! A handler turns a request into a call of [`LogStore`] and the answer into Elasticsearch's JSON,
//! keys in Elasticsearch's order, compact. Query texts are parsed in `query`; failures are declared
//! in [`errors`].

mod aggregations;
mod async_search;
mod body;
mod body_budget;
mod bulk;
mod bulk_action;
mod bulk_reply;
mod bulk_request;
mod bulk_write;
mod cat;
mod cluster;
mod condition;
mod contexts;
mod conventions;
mod delete_by_query;
mod documents;
mod errors;
mod index_admin;
mod mapping;
mod media_type;
mod multi_get;
mod multi_search;
mod parameters;
mod partial;
mod point_in_time;
mod pretty;
mod scroll;
mod search;
mod search_parameters;
mod search_reply;
mod shards;
mod targets;
mod tasks;
mod update;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use swarmscope_model::limits::MAX_REQUEST_BYTES;
use swarmscope_query::store::LogStore;
use tower_http::decompression::RequestDecompressionLayer;

use crate::guard::TurnedAway;
use async_search::Answers;
use body_budget::BodyBudget;
use contexts::Contexts;
use errors::ElasticError;
use tasks::Tasks;

/// What the handlers work on. A cheap handle.
#[derive(Clone)]
pub struct ElasticState {
    logs: Arc<dyn LogStore>,
    bodies: BodyBudget,
    contexts: Contexts,
    answers: Answers,
    tasks: Tasks,
}

impl ElasticState {
    /// The API over this store.
    pub fn new(logs: Arc<dyn LogStore>) -> Self {
        Self {
            logs,
            bodies: BodyBudget::default(),
            contexts: Contexts::default(),
            answers: Answers::default(),
            tasks: Tasks::default(),
        }
    }
}

/// The API's routes. Whoever serves them adds the guard.
pub fn router(state: ElasticState) -> Router {
    let routes = Router::new()
        .merge(cluster_routes())
        .merge(document_routes())
        .merge(index_routes())
        .merge(search_routes());
    finished(routes, state)
}

/// The searches alone, for pages of the web UI's own port.
pub fn search_router(state: ElasticState) -> Router {
    finished(search_routes(), state)
}

fn finished(routes: Router<ElasticState>, state: ElasticState) -> Router {
    // Inside of the decompression: what is in memory counts.
    let count_bodies = from_fn_with_state(state.bodies.clone(), body_budget::admit);
    let routes = routes
        .fallback(errors::no_handler)
        .method_not_allowed_fallback(errors::wrong_method)
        .with_state(state)
        .layer(count_bodies)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(RequestDecompressionLayer::new());
    // Around the routes as a whole: which methods a path has is told only by the router.
    Router::new()
        .fallback_service(routes)
        .layer(from_fn(conventions::apply))
}

/// A request that the guard turned away, in this API's shape.
pub fn refuse(reason: TurnedAway) -> Response {
    ElasticError::from(reason).into_response()
}

fn cluster_routes() -> Router<ElasticState> {
    Router::new()
        .route("/", get(cluster::root))
        .route("/_cluster/health", get(cluster::health))
        .route("/_cluster/health/{index}", get(cluster::health_of))
        .route("/_nodes", get(cluster::nodes))
        .route("/_nodes/http", get(cluster::nodes))
        .route("/_tasks", get(tasks::list))
        .route("/_tasks/{id}", get(tasks::get))
        .route("/_cat/indices", get(cat::all_indices))
        .route("/_cat/indices/{index}", get(cat::indices))
        .route("/_cat/health", get(cat::health))
        .route("/_cat/count", get(cat::count_all))
        .route("/_cat/count/{index}", get(cat::count))
}

fn document_routes() -> Router<ElasticState> {
    Router::new()
        .route("/_bulk", post(bulk::bulk).put(bulk::bulk))
        .route("/{index}/_bulk", post(bulk::bulk_into).put(bulk::bulk_into))
        .route("/{index}/_doc", post(documents::index_new))
        .route(
            "/{index}/_doc/{id}",
            get(documents::get)
                .put(documents::index)
                .post(documents::index)
                .delete(documents::delete),
        )
        .route(
            "/{index}/_create/{id}",
            put(documents::create).post(documents::create),
        )
        .route("/{index}/_source/{id}", get(documents::source))
        .route("/{index}/_update/{id}", post(update::update))
        .route("/_mget", get(multi_get::all).post(multi_get::all))
        .route("/{index}/_mget", get(multi_get::of).post(multi_get::of))
        .route(
            "/{index}/_delete_by_query",
            post(delete_by_query::delete_by_query),
        )
}

fn index_routes() -> Router<ElasticState> {
    Router::new()
        .route(
            "/{index}",
            get(index_admin::get)
                .put(index_admin::create)
                .delete(index_admin::delete)
                .head(index_admin::exists),
        )
        .route("/_mapping", get(mapping::all))
        .route("/{index}/_mapping", get(mapping::of))
        .route(
            "/_refresh",
            get(index_admin::refresh_all).post(index_admin::refresh_all),
        )
        .route(
            "/{index}/_refresh",
            get(index_admin::refresh).post(index_admin::refresh),
        )
        .route(
            "/_flush",
            get(index_admin::refresh_all).post(index_admin::refresh_all),
        )
        .route(
            "/{index}/_flush",
            get(index_admin::refresh).post(index_admin::refresh),
        )
}

fn search_routes() -> Router<ElasticState> {
    Router::new()
        .route("/_search", get(search::search_all).post(search::search_all))
        .route("/{index}/_search", get(search::search).post(search::search))
        .route(
            "/_search/scroll",
            get(scroll::next).post(scroll::next).delete(scroll::clear),
        )
        .route(
            "/_search/scroll/{id}",
            get(scroll::next_named)
                .post(scroll::next_named)
                .delete(scroll::clear_named),
        )
        .route("/_async_search", post(async_search::submit_all))
        .route("/{index}/_async_search", post(async_search::submit))
        .route(
            "/_async_search/{id}",
            get(async_search::get).delete(async_search::delete),
        )
        .route("/_async_search/status/{id}", get(async_search::status))
        .route("/{index}/_pit", post(point_in_time::open))
        .route("/_pit", delete(point_in_time::close))
        .route("/_count", get(search::count_all).post(search::count_all))
        .route("/{index}/_count", get(search::count).post(search::count))
        .route("/_msearch", get(multi_search::all).post(multi_search::all))
        .route(
            "/{index}/_msearch",
            get(multi_search::of).post(multi_search::of),
        )
}
