//! The Elasticsearch-compatible API on port 9200: what real clients need to write and search.
//!
//! A handler turns a request into a call of [`LogStore`] and the answer into Elasticsearch's JSON,
//! keys in Elasticsearch's order, compact. Query texts are parsed in `query`; failures are declared
//! in [`errors`].

mod aggregations;
mod alias_changes;
mod alias_choice;
mod aliases;
mod analyze;
mod async_search;
mod body;
mod body_budget;
mod bulk;
mod bulk_action;
mod bulk_ingest;
mod bulk_reply;
mod bulk_request;
mod bulk_write;
mod by_query;
mod cat;
mod catalog;
mod closing;
mod cluster;
mod cluster_admin;
mod cluster_moves;
mod cluster_routes;
mod cluster_state;
mod collapse;
mod condition;
mod contexts;
mod conventions;
mod data_streams;
mod date_names;
mod delete_by_query;
mod documents;
mod errors;
mod explain;
mod field_caps;
mod health;
mod highlights;
mod hit_details;
mod index_admin;
mod index_boosts;
mod index_settings;
mod index_templates;
mod ingest;
mod inner_hits;
mod legacy_templates;
mod mapping;
mod media_type;
mod multi_get;
mod multi_search;
mod nodes;
mod parameters;
mod partial;
mod point_in_time;
mod policies;
mod pretty;
mod profile;
mod refused;
mod reindex;
mod rescored;
mod resolve_index;
mod rewriting;
mod rollover;
mod scope;
mod scroll;
mod search;
mod search_parameters;
mod search_reply;
mod search_shards;
mod shard_details;
mod shards;
mod shown_fields;
mod simulated_templates;
mod sort_values;
mod stats;
mod stored_fields;
mod strict;
mod targets;
mod tasks;
mod template_match;
mod terms_lookup;
mod update;
mod update_by_query;
mod validate;

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
use catalog::Kept;
use contexts::Contexts;
use errors::ElasticError;
use ingest::Libraries;
use scope::Mappings;
use tasks::Tasks;

/// What the handlers work on. A cheap handle.
#[derive(Clone)]
pub struct ElasticState {
    logs: Arc<dyn LogStore>,
    catalog: Kept,
    bodies: BodyBudget,
    contexts: Contexts,
    answers: Answers,
    tasks: Tasks,
    mappings: Mappings,
    pipelines: Libraries,
}

impl ElasticState {
    /// The API over this store.
    pub fn new(logs: Arc<dyn LogStore>) -> Self {
        Self {
            catalog: Kept::new(Arc::clone(&logs)),
            logs,
            bodies: BodyBudget::default(),
            contexts: Contexts::default(),
            answers: Answers::default(),
            tasks: Tasks::default(),
            mappings: Mappings::default(),
            pipelines: Libraries::default(),
        }
    }
}

/// The API's routes. Whoever serves them adds the guard.
pub fn router(state: ElasticState) -> Router {
    let routes = Router::new()
        .merge(cluster_routes::routes())
        .merge(setup_routes())
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

/// What is set up once and kept.
fn setup_routes() -> Router<ElasticState> {
    use {index_templates as templates, legacy_templates as legacy};
    Router::new()
        .route("/_index_template", get(templates::get_all_index))
        .route(
            "/_index_template/{name}",
            get(templates::get_index)
                .put(templates::put_index)
                .post(templates::put_index)
                .delete(templates::delete_index),
        )
        .route(
            "/_index_template/_simulate_index/{index}",
            post(simulated_templates::of_index),
        )
        .route(
            "/_index_template/_simulate",
            post(simulated_templates::of_body),
        )
        .route(
            "/_index_template/_simulate/{name}",
            post(simulated_templates::of_template),
        )
        .route("/_component_template", get(templates::get_all_component))
        .route(
            "/_component_template/{name}",
            get(templates::get_component)
                .put(templates::put_component)
                .post(templates::put_component)
                .delete(templates::delete_component),
        )
        .route("/_template", get(legacy::get_all))
        .route(
            "/_template/{name}",
            get(legacy::get)
                .put(legacy::put)
                .post(legacy::put)
                .delete(legacy::delete),
        )
        .route("/_data_stream", get(data_streams::get_all))
        .route("/_data_stream/_stats", get(data_streams::all_stats))
        .route("/_data_stream/{name}/_stats", get(data_streams::stats))
        .route(
            "/_data_stream/{name}",
            get(data_streams::get)
                .put(data_streams::put)
                .delete(data_streams::delete),
        )
        .route("/_ilm/status", get(policies::status))
        .route("/{index}/_ilm/explain", get(policies::explain))
        .route("/_ilm/policy", get(policies::get_all))
        .route(
            "/_ilm/policy/{name}",
            get(policies::get)
                .put(policies::put)
                .delete(policies::delete),
        )
        .route("/_ingest/pipeline", get(ingest::get_all))
        .route(
            "/_ingest/pipeline/{name}",
            get(ingest::get).put(ingest::put).delete(ingest::delete),
        )
        .route("/_ingest/processor/grok", get(ingest::patterns))
        .route(
            "/_ingest/pipeline/_simulate",
            get(ingest::simulate).post(ingest::simulate),
        )
        .route(
            "/_ingest/pipeline/{name}/_simulate",
            get(ingest::simulate_named).post(ingest::simulate_named),
        )
        .merge(alias_routes())
}

/// Aliases and settings of indices.
fn alias_routes() -> Router<ElasticState> {
    Router::new()
        .route("/_aliases", post(aliases::change_all))
        .route("/{alias}/_rollover", post(rollover::next))
        .route("/{alias}/_rollover/{index}", post(rollover::named))
        .route("/_alias", get(aliases::all).put(alias_changes::put_all))
        .route(
            "/_alias/{name}",
            get(aliases::named)
                .put(alias_changes::put_named)
                .post(alias_changes::put_named),
        )
        .route(
            "/{index}/_alias",
            get(aliases::of).put(alias_changes::put_of),
        )
        .route(
            "/{index}/_aliases/{name}",
            put(alias_changes::put)
                .post(alias_changes::put)
                .delete(alias_changes::delete),
        )
        .route(
            "/{index}/_alias/{name}",
            get(aliases::named_of)
                .put(alias_changes::put)
                .post(alias_changes::put)
                .delete(alias_changes::delete),
        )
        .route(
            "/_settings",
            get(index_settings::all).put(index_settings::put_all),
        )
        .route("/_settings/{name}", get(index_settings::named))
        .route(
            "/{index}/_settings",
            get(index_settings::of).put(index_settings::put),
        )
        .route("/{index}/_settings/{name}", get(index_settings::named_of))
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
        .route(
            "/{index}/_update_by_query",
            post(update_by_query::update_by_query),
        )
        .route("/_reindex", post(reindex::reindex))
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
        .route("/_analyze", get(analyze::all).post(analyze::all))
        .route("/{index}/_analyze", get(analyze::of).post(analyze::of))
        .route("/{index}/_close", post(closing::close))
        .route("/{index}/_open", post(closing::open))
        .route("/_mapping", get(mapping::all))
        .route("/_mapping/field/{fields}", get(mapping::all_fields))
        .route(
            "/{index}/_mapping",
            get(mapping::of).put(mapping::put).post(mapping::put),
        )
        .route("/{index}/_mapping/field/{fields}", get(mapping::fields))
        .route("/_resolve/index/{names}", get(resolve_index::resolve))
        .route("/_stats", get(stats::all))
        .route("/_stats/{metrics}", get(stats::some))
        .route("/{index}/_stats", get(stats::of))
        .route("/{index}/_stats/{metrics}", get(stats::some_of))
        .route("/_forcemerge", post(index_admin::refresh_all))
        .route("/{index}/_forcemerge", post(index_admin::refresh))
        .route("/_cache/clear", post(index_admin::refresh_all))
        .route("/{index}/_cache/clear", post(index_admin::refresh))
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
            get(index_admin::flush_all).post(index_admin::flush_all),
        )
        .route(
            "/{index}/_flush",
            get(index_admin::flush).post(index_admin::flush),
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
        .route(
            "/{index}/_explain/{id}",
            get(explain::explain).post(explain::explain),
        )
        .route(
            "/_search_shards",
            get(search_shards::all).post(search_shards::all),
        )
        .route(
            "/{index}/_search_shards",
            get(search_shards::of).post(search_shards::of),
        )
        .route("/_count", get(search::count_all).post(search::count_all))
        .route("/{index}/_count", get(search::count).post(search::count))
        .route("/_field_caps", get(field_caps::all).post(field_caps::all))
        .route(
            "/{index}/_field_caps",
            get(field_caps::of).post(field_caps::of),
        )
        .route("/_validate/query", get(validate::all).post(validate::all))
        .route(
            "/{index}/_validate/query",
            get(validate::of).post(validate::of),
        )
        .route("/_msearch", get(multi_search::all).post(multi_search::all))
        .route(
            "/{index}/_msearch",
            get(multi_search::of).post(multi_search::of),
        )
}
