//! What watches the agents: scrapes, rules and remote writes as the Prometheus configuration says, and the
//! ways to put another one in its place.

mod agents;
mod built_in;
mod environment;
mod figures;
mod watch;

use std::path::Path;
use std::sync::Arc;

use swarmscope_alerting::Rules;
use swarmscope_api::native::{Monitor, Sample};
use swarmscope_api::prometheus::Environment;
use swarmscope_model::metrics::MetricStore;
use swarmscope_prometheus_config::{Configuration as PrometheusConfiguration, load};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;

use super::stores::Stores;
use crate::configuration::Configuration;
use crate::failure::Failure;
use watch::Watch;

/// Everything that gathers metrics and judges them.
pub struct Monitoring {
    watch: Arc<Watch>,
    tasks: JoinSet<()>,
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
    /// Puts a configuration that was read for the start in force.
    ///
    /// # Errors
    /// When something that it names cannot be used, or the signal to read it again not be listened for.
    pub async fn start(
        configuration: &Configuration,
        first: PrometheusConfiguration,
        stores: &Stores,
        stopping: &Receiver<bool>,
    ) -> Result<Self, Failure> {
        if configuration.metrics.file.is_none() {
            built_in::write_rules(&configuration.data)?;
        }
        let watch = Arc::new(Watch::start(configuration, first, stores).await?);
        let mut tasks = JoinSet::new();
        tasks.spawn(reload_on_request(
            Arc::clone(&watch),
            signal(SignalKind::hangup())?,
            stopping.clone(),
        ));
        Ok(Self { watch, tasks })
    }

    /// The store for whoever writes: what it takes is sent on, where the configuration says so.
    pub fn store(&self) -> Arc<dyn MetricStore> {
        self.watch.store()
    }

    /// What the Prometheus API tells of it.
    pub fn environment(&self) -> Arc<dyn Environment> {
        self.watch.clone()
    }

    /// What the native API tells of it.
    pub fn monitor(&self) -> Arc<dyn Monitor> {
        self.watch.clone()
    }

    /// The rules and everything about alerts.
    pub fn alerts(&self) -> Arc<Rules> {
        Arc::clone(&self.watch.rules)
    }

    /// What it counts, for `/metrics`.
    pub fn samples(&self) -> impl Fn() -> Vec<Sample> + Send + Sync + 'static {
        let watch = Arc::clone(&self.watch);
        move || watch.samples()
    }

    /// Ends scrapes and rules; returns when nothing of it writes any more.
    pub async fn stop(&mut self) {
        self.watch.stop().await;
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends remote writes, when nobody writes to the store any more.
    pub fn close(self) {
        self.watch.close();
    }
}

/// Reads the configuration again at every SIGHUP, as Prometheus does.
async fn reload_on_request(watch: Arc<Watch>, mut hangup: Signal, mut stopping: Receiver<bool>) {
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

/// What can be wrong is told in one line.
fn read(path: &Path) -> Result<PrometheusConfiguration, String> {
    load(path).map_err(|error| error.to_string())
}

/// An error with its causes, in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let reason = deeper.to_string();
        // Many messages name their cause already.
        if !text.ends_with(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = deeper.source();
    }
    text
}
