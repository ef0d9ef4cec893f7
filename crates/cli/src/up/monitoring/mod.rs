//! What watches the agents: the Prometheus configuration in force, and the ways to put another one in its
//! place.
//!
//! A configuration that is none is refused with file, line and reason, and the old one stays in force.

mod built_in;
mod environment;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use swarmscope_api::prometheus::Environment;
use swarmscope_metricstore::EmbeddedMetrics;
use swarmscope_model::{Timestamp, limits};
use swarmscope_prometheus_config::{Configuration as PrometheusConfiguration, load};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::stores::Stores;
use crate::configuration::Configuration;
use crate::failure::Failure;

/// The configuration of scrapes and rules, and whoever works by it.
pub struct Monitoring {
    watch: Arc<Watch>,
    tasks: JoinSet<()>,
}

/// What of it the Prometheus API sees and can ask for.
struct Watch {
    source: Source,
    metrics: Arc<EmbeddedMetrics>,
    started_at: Timestamp,
    settings: Settings,
    force: RwLock<InForce>,
}

/// Where the configuration comes from.
#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    /// Without a file: Swarmscope itself, the orchestrator and the agents that it knows.
    BuiltIn(Box<PrometheusConfiguration>),
}

/// What does not change while the process runs.
#[derive(Debug, Clone)]
struct Settings {
    data: PathBuf,
    listen: String,
    retention_age: std::time::Duration,
    retention_bytes: u64,
    admin_api: bool,
}

/// What is in force.
struct InForce {
    configuration: Arc<PrometheusConfiguration>,
    since: Timestamp,
    last_reload_succeeded: bool,
}

/// Reads the configuration for a start, which a mistake in it ends.
///
/// # Errors
/// When the file cannot be read or is none, with its line.
pub fn configuration(configuration: &Configuration) -> Result<PrometheusConfiguration, Failure> {
    match &configuration.metrics.file {
        Some(path) => read(path).map_err(|reason| {
            Failure::with_hint(
                reason,
                "`promtool check config` explains it at length; --prometheus-config names the file",
            )
        }),
        None => built_in::configuration(configuration),
    }
}

impl Monitoring {
    /// Puts a configuration that was read for the start in force. Ends when `stopping` turns true.
    ///
    /// # Errors
    /// When the signal to read it again cannot be listened for.
    pub fn start(
        configuration: &Configuration,
        first: PrometheusConfiguration,
        stores: &Stores,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let watch = Arc::new(Watch::new(configuration, first, stores.metrics.clone()));
        watch.tell_what_is_left_out();
        let mut tasks = JoinSet::new();
        tasks.spawn(reload_on_request(
            Arc::clone(&watch),
            signal(SignalKind::hangup())?,
            stopping.clone(),
        ));
        Ok(Self { watch, tasks })
    }

    /// What the API tells of it.
    pub fn environment(&self) -> Arc<dyn Environment> {
        self.watch.clone()
    }

    /// Returns when all of it has ended.
    pub async fn wait(self) {
        self.tasks.join_all().await;
    }
}

/// Reads the configuration again at every SIGHUP, as Prometheus does.
async fn reload_on_request(
    watch: Arc<Watch>,
    mut hangup: Signal,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            received = hangup.recv() => if received.is_none() { return },
            // An error means that nobody is left to say stop, which is the same.
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        // A refusal is told by whoever loads.
        let _ = watch.reload().await;
    }
}

impl Watch {
    fn new(
        configuration: &Configuration,
        first: PrometheusConfiguration,
        metrics: Arc<EmbeddedMetrics>,
    ) -> Self {
        let tsdb = first.storage.tsdb.clone().unwrap_or_default();
        let retention = tsdb.retention.unwrap_or_default();
        let own = &configuration.metrics;
        let age = own.retention_age.or(retention.time);
        let bytes = own.retention_bytes.or(retention.size.map(|size| size.0));
        let started_at = Timestamp::now();
        Self {
            source: match &own.file {
                Some(path) => Source::File(path.clone()),
                None => Source::BuiltIn(Box::new(first.clone())),
            },
            metrics,
            started_at,
            settings: Settings {
                data: configuration.data.clone(),
                listen: configuration.prometheus.to_string(),
                retention_age: age.unwrap_or(limits::METRIC_RETENTION_AGE),
                retention_bytes: bytes.unwrap_or(limits::METRIC_RETENTION_BYTES),
                admin_api: own.admin_api,
            },
            force: RwLock::new(InForce {
                configuration: Arc::new(first),
                since: started_at,
                last_reload_succeeded: true,
            }),
        }
    }

    /// The configuration in force.
    fn current(&self) -> Arc<PrometheusConfiguration> {
        let force = self.force.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&force.configuration)
    }

    /// Reads the configuration again and puts it in force, unless something is wrong with it.
    fn load_again(&self) -> Result<(), String> {
        let outcome = match &self.source {
            Source::File(path) => read(path),
            Source::BuiltIn(configuration) => Ok((**configuration).clone()),
        };
        let mut force = self.force.write().unwrap_or_else(PoisonError::into_inner);
        force.last_reload_succeeded = outcome.is_ok();
        match outcome {
            Ok(configuration) => force.configuration = Arc::new(configuration),
            Err(reason) => {
                tracing::error!("{reason}; the Prometheus configuration before it stays in force");
                return Err(reason);
            }
        }
        force.since = Timestamp::now();
        drop(force);
        self.tell_what_is_left_out();
        tracing::info!("the Prometheus configuration was read again and is in force");
        Ok(())
    }

    fn tell_what_is_left_out(&self) {
        for unsupported in &self.current().unsupported {
            tracing::warn!("the Prometheus configuration, {unsupported}");
        }
    }
}

/// What can be wrong is told in one line.
fn read(path: &Path) -> Result<PrometheusConfiguration, String> {
    load(path).map_err(|error| error.to_string())
}
