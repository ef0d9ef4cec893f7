//! The HTTP servers of this process: who answers on which port, behind which guard.

use std::collections::BTreeMap;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use swarmscope_api::guard::{Guard, check};
use swarmscope_api::{elastic, native};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::stores::Stores;
use super::{Listeners, native_state};
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
    stores: &Stores,
    listeners: Listeners,
    addresses: &BTreeMap<&'static str, String>,
    stopping: &watch::Receiver<bool>,
) -> Servers {
    let guard = |refuse| Guard {
        credentials: configuration.credentials.clone(),
        refuse,
    };
    let logs = elastic::ElasticState::new(stores.logs.clone());
    let native = native::router(native_state(configuration, stores, addresses))
        .nest("/elastic", elastic::search_router(logs.clone()))
        .fallback(get(assets::serve))
        .layer(from_fn_with_state(guard(native::refuse), check));
    let elastic = elastic::router(logs).layer(from_fn_with_state(guard(elastic::refuse), check));
    let mut tasks = JoinSet::new();
    for (listener, router) in [(listeners.native, native), (listeners.elastic, elastic)] {
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
