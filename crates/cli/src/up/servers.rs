//! The HTTP servers of this process: who answers on which port, behind which guard.

use std::collections::BTreeMap;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use swarmscope_api::guard::{Guard, check};
use swarmscope_api::prometheus::{self, PrometheusState};
use swarmscope_api::{elastic, native};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::{Engines, Listeners, native_state};
use crate::assets;
use crate::configuration::Configuration;

/// How long open requests may take to end when the process stops; live tails never end by themselves.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(2);

/// The servers that run.
pub struct Servers {
    tasks: JoinSet<()>,
}

/// Starts them; they stop when `stopping` turns true.
pub fn start(
    configuration: &Configuration,
    engines: &Engines<'_>,
    listeners: Listeners,
    addresses: &BTreeMap<&'static str, String>,
    stopping: &watch::Receiver<bool>,
) -> Servers {
    let guard = |refuse| Guard {
        credentials: configuration.credentials.clone(),
        refuse,
    };
    let logs = elastic::ElasticState::new(engines.stores.logs.clone());
    let ui_port = match listeners.native.local_addr() {
        Ok(address) => address.port(),
        Err(_) => configuration.listen.port(),
    };
    let metrics = PrometheusState::new(
        engines.monitoring.store(),
        engines.monitoring.environment(),
        configuration.metrics.admin_api,
        ui_port,
    )
    .with_syntax(configuration.metrics.syntax());
    let state = native_state(configuration, engines, addresses);
    let native = native::router(state.clone())
        .nest("/elastic", elastic::search_router(logs.clone()))
        .nest("/prometheus", prometheus::router(metrics.clone()))
        .fallback(get(assets::serve))
        .layer(from_fn(assets::page_before_figures))
        .layer(from_fn_with_state(guard(native::refuse), check));
    let elastic = elastic::router(logs).layer(from_fn_with_state(guard(elastic::refuse), check));
    // Prometheus tells its own figures on its own port, and so do we.
    let prometheus = prometheus::router(metrics)
        .merge(native::figures(state))
        .layer(from_fn_with_state(guard(prometheus::refuse), check));
    let mut tasks = JoinSet::new();
    for (listener, router) in [
        (listeners.native, native),
        (listeners.elastic, elastic),
        (listeners.prometheus, prometheus),
    ] {
        tasks.spawn(serve(listener, router, stopping.clone()));
    }
    Servers { tasks }
}

impl Servers {
    /// Returns when all have ended.
    pub async fn wait(self) {
        self.tasks.join_all().await;
    }
}

async fn serve(listener: TcpListener, router: Router, mut stopping: watch::Receiver<bool>) {
    let router = router
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new());
    let mut stop = stopping.clone();
    let graceful = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error means that nobody is left to say stop, which is the same.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let overdue = async {
        let _ = stopping.wait_for(|stop| *stop).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        result = graceful => if let Err(error) = result {
            tracing::error!("a server failed: {error}");
        },
        () = overdue => {}
    }
}
