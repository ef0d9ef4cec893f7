//! Prometheus's HTTP API on port 9090: what Grafana, promtool and other Prometheus servers ask and send.
//!
//! A handler turns a request into a call of the store or of the engine and the answer into Prometheus's
//! JSON, which is written straight into bytes. Queries are parsed and evaluated in `promql`; failures are
//! declared in [`errors`], those of writes in [`ingest`].

mod admin;
mod environment;
mod errors;
mod exemplars;
mod federate;
mod gate;
mod ingest;
mod json;
mod lifecycle;
mod names;
mod number;
mod otlp;
mod parameters;
mod query;
mod read;
mod reply;
mod rules;
mod series;
mod statistics;
mod status;
mod syntax;
mod targets;
mod tree;
mod values;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use swarmscope_model::limits::{
    MAX_CONCURRENT_QUERIES, MAX_CONCURRENT_WRITES, MAX_REQUEST_BYTES, QUERY_TIMEOUT,
};
use swarmscope_model::metrics::MetricStore;
use swarmscope_promql::parser;
use tokio::sync::Semaphore;
use tower_http::decompression::RequestDecompressionLayer;

use crate::guard::TurnedAway;
use errors::PrometheusError;
use gate::Gate;

pub use environment::{Alertmanagers, Configured, Environment, ReloadFailed};

/// What the handlers work on. A cheap handle.
#[derive(Clone)]
pub struct PrometheusState {
    store: Arc<dyn MetricStore>,
    environment: Arc<dyn Environment>,
    /// Which parts of PromQL are understood.
    syntax: parser::Options,
    gate: Gate,
    writers: Arc<Semaphore>,
    /// Whether samples may be removed through the API.
    admin: bool,
    ui_port: u16,
}

impl PrometheusState {
    /// The API over this store. `admin` lets samples be removed through it; `ui_port` is where the web UI
    /// is, to which people who come here are shown.
    pub fn new(
        store: Arc<dyn MetricStore>,
        environment: Arc<dyn Environment>,
        admin: bool,
        ui_port: u16,
    ) -> Self {
        Self {
            store,
            environment,
            syntax: parser::Options::default(),
            gate: Gate::new(MAX_CONCURRENT_QUERIES, QUERY_TIMEOUT),
            writers: Arc::new(Semaphore::new(MAX_CONCURRENT_WRITES)),
            admin,
            ui_port,
        }
    }

    /// The same with experimental parts of PromQL.
    #[must_use]
    pub fn with_syntax(mut self, syntax: parser::Options) -> Self {
        self.syntax = syntax;
        self
    }
}

/// The API's routes. Whoever serves them adds the guard.
pub fn router(state: PrometheusState) -> Router {
    let v1 = Router::new()
        .merge(query_routes())
        .merge(status_routes())
        .merge(receiver_routes())
        .merge(admin_routes());
    Router::new()
        .nest("/api/v1", v1)
        .route("/federate", get(federate::federate))
        .route("/-/healthy", get(lifecycle::healthy))
        .route("/-/ready", get(lifecycle::ready))
        .route("/-/reload", post(lifecycle::reload).put(lifecycle::reload))
        .route("/", get(lifecycle::page))
        .route("/graph", get(lifecycle::page))
        .fallback(unknown_path)
        .with_state(state)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
}

/// A request that the guard turned away, in this API's shape.
pub fn refuse(reason: TurnedAway) -> Response {
    PrometheusError::from(reason).into_response()
}

fn query_routes() -> Router<PrometheusState> {
    Router::new()
        .route("/query", get(query::at_one_time).post(query::at_one_time))
        .route(
            "/query_range",
            get(query::over_a_range).post(query::over_a_range),
        )
        .route(
            "/query_exemplars",
            get(exemplars::exemplars).post(exemplars::exemplars),
        )
        .route("/format_query", get(syntax::format).post(syntax::format))
        .route("/parse_query", get(syntax::parse).post(syntax::parse))
        .route("/series", get(series::series).post(series::series))
        .route("/labels", get(series::names).post(series::names))
        .route("/label/{name}/values", get(series::values))
}

fn status_routes() -> Router<PrometheusState> {
    Router::new()
        .route("/status/buildinfo", get(status::build_info))
        .route("/status/runtimeinfo", get(status::runtime_info))
        .route("/status/flags", get(status::flags))
        .route("/status/config", get(status::config))
        .route("/status/tsdb", get(status::store))
        .route("/status/tsdb/blocks", get(status::blocks))
        .route("/status/walreplay", get(status::replay))
        .route("/scrape_pools", get(targets::pools))
        .route("/targets", get(targets::targets))
        .route("/targets/metadata", get(targets::metadata_of_targets))
        .route("/metadata", get(targets::metadata))
        .route("/rules", get(rules::rules))
        .route("/alerts", get(rules::alerts))
        .route("/alertmanagers", get(rules::alertmanagers))
}

fn receiver_routes() -> Router<PrometheusState> {
    let otlp = post(otlp::metrics).layer(RequestDecompressionLayer::new());
    Router::new()
        .route("/write", post(write::write))
        .route("/read", post(read::read))
        .route("/otlp/v1/metrics", otlp)
}

fn admin_routes() -> Router<PrometheusState> {
    let delete = post(admin::delete_series).put(admin::delete_series);
    let clean = post(admin::clean_tombstones).put(admin::clean_tombstones);
    let snapshot = post(admin::snapshot).put(admin::snapshot);
    Router::new()
        .route("/admin/tsdb/delete_series", delete)
        .route("/admin/tsdb/clean_tombstones", clean)
        .route("/admin/tsdb/snapshot", snapshot)
}

async fn unknown_path(uri: Uri) -> PrometheusError {
    PrometheusError::not_found(format!("there is no {} in this API", uri.path()))
}
