//! `swarmscope up`: opens the stores, starts the servers and the children, and takes all of it down
//! again in the order that loses nothing.

mod banner;
mod children;
mod dashboards;
mod figures;
mod grouping;
mod monitoring;
mod servers;
mod stores;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use swarmscope_api::native::{NativeState, SystemInfo};
use swarmscope_collect::Sink;
use swarmscope_model::Timestamp;
use swarmscope_model::event::event_type;
use swarmscope_model::names::DEMO_AGENTS;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::address::{check_exposure, check_free, check_free_address, listen};
use crate::arguments::UpArguments;
use crate::backup::live::Live;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::telemetry;
use grouping::Grouping;
use monitoring::Monitoring;
use stores::Stores;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When an address or the data directory cannot be had, or the configuration makes no sense.
pub async fn run(arguments: UpArguments) -> Result<(), Failure> {
    let configuration = Configuration::resolve(&arguments)?;
    dashboards::check(configuration.dashboards.as_deref())?;
    telemetry::start();
    let shutdown = swarmscope_sdk::shutdown::on_request(false)?;
    let scraped = monitoring::configuration(&configuration)?;
    // Every address is taken before anything is opened or started.
    let listeners = Listeners::bind(&configuration).await?;
    let stores = tokio::select! {
        stores = Stores::open(&configuration, &scraped.storage) => stores?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let grouping = Grouping::start(&stores).await?;
    let (sink, writer) = Sink::start(stores.logs.clone(), stores.ledger.clone());
    telemetry::attach(sink.clone());

    let addresses = listeners.addresses(&configuration)?;
    let (stop, stopping) = watch::channel(false);
    let mut monitoring = Monitoring::start(&configuration, scraped, &stores, &stopping).await?;
    let engines = Engines {
        stores: &stores,
        monitoring: &monitoring,
        grouping: &grouping,
    };
    let servers = servers::start(&configuration, &engines, listeners, &addresses, &stopping);
    let children = children::start(&configuration, &sink, &stopping)?;
    drop(sink);
    tokio::select! {
        () = children.orchestrator_is_open() => {
            banner::print(&configuration, &addresses, stores.state.address());
            tracing::info!(
                event_type = event_type::SYSTEM_STARTUP,
                data = %configuration.data.display(),
                "Swarmscope {} is up",
                env!("CARGO_PKG_VERSION")
            );
            shutdown.cancelled().await;
        }
        () = shutdown.cancelled() => {}
    }
    tracing::info!(
        event_type = event_type::SYSTEM_SHUTDOWN,
        "Swarmscope is going down"
    );
    stop.send_replace(true);
    // First those who write, then the way in, then the store itself.
    monitoring.stop().await;
    children.wait().await;
    servers.wait().await;
    monitoring.close();
    telemetry::detach();
    writer
        .await
        .map_err(|error| Failure::new(format!("the collector failed: {error}")))?;
    grouping.stop().await?;
    stores.close().await
}

/// What the servers answer for.
pub struct Engines<'a> {
    pub stores: &'a Stores,
    pub monitoring: &'a Monitoring,
    pub grouping: &'a Grouping,
}

/// The ports of this process.
pub struct Listeners {
    pub native: TcpListener,
    pub elastic: TcpListener,
    pub prometheus: TcpListener,
}

impl Listeners {
    async fn bind(configuration: &Configuration) -> Result<Self, Failure> {
        let credentials = &configuration.credentials;
        check_exposure(configuration.listen, "--listen", credentials)?;
        check_exposure(configuration.elastic, "--elastic", credentials)?;
        check_exposure(configuration.prometheus, "--prometheus", credentials)?;
        check_exposure(configuration.orchestrator, "--orchestrator", credentials)?;
        let native = listen(configuration.listen, "--listen").await?;
        let elastic = listen(configuration.elastic, "--elastic").await?;
        let prometheus = listen(configuration.prometheus, "--prometheus").await?;
        // The orchestrator takes its own port; whether it is free is said here, before the start.
        check_free_address(configuration.orchestrator, "--orchestrator").await?;
        if configuration.demo {
            for (agent, _, port) in DEMO_AGENTS {
                check_free(port, agent, "--demo").await?;
            }
        }
        Ok(Self {
            native,
            elastic,
            prometheus,
        })
    }

    fn addresses(
        &self,
        configuration: &Configuration,
    ) -> Result<BTreeMap<&'static str, String>, Failure> {
        let url = |address: SocketAddr| format!("http://{address}");
        Ok(BTreeMap::from([
            ("ui", url(self.native.local_addr()?)),
            ("elastic", url(self.elastic.local_addr()?)),
            ("prometheus", url(self.prometheus.local_addr()?)),
            ("orchestrator", url(configuration.orchestrator)),
        ]))
    }
}

fn native_state(
    configuration: &Configuration,
    engines: &Engines<'_>,
    addresses: &BTreeMap<&'static str, String>,
) -> NativeState {
    let stores = engines.stores;
    let (of_stores, of_monitoring) = (stores.samples(), engines.monitoring.samples());
    let of_grouping = engines.grouping.samples();
    let logs = stores.logs.clone();
    let samples = move || {
        let mut samples = of_stores();
        samples.extend(of_monitoring());
        samples.extend(of_grouping());
        samples
    };
    NativeState {
        logs: stores.logs.clone(),
        state: stores.state.store(),
        errors: stores.state.error_groups(),
        error_follower: engines.grouping.follower(),
        ledger: stores.ledger.clone(),
        monitor: engines.monitoring.monitor(),
        alerts: engines.monitoring.alerts(),
        backups: Arc::new(Live {
            logs: stores.logs.clone(),
            metrics: stores.metrics.clone(),
            metrics_folder: configuration.data.join("metrics"),
            alerts_folder: configuration.data.join(crate::backup::alerts::FOLDER),
            state: stores.state.clone(),
            turn: tokio::sync::Mutex::default(),
            progress: Arc::default(),
        }),
        dashboards: dashboards::source(configuration.dashboards.as_deref()),
        system: Arc::new(SystemInfo {
            version: env!("CARGO_PKG_VERSION"),
            started_at: Timestamp::now(),
            addresses: addresses.clone(),
            retention: configuration.all_retention(),
            wal_bytes: Box::new(move || logs.stats().wal_bytes),
            samples: Box::new(samples),
        }),
    }
}
