//! The stores behind the traits: which engine keeps logs, metrics and state, opened and closed here.

use std::sync::Arc;

use swarmscope_api::native::Sample;
use swarmscope_logstore::{EmbeddedLogs, OpenError, Options};
use swarmscope_metricstore::EmbeddedMetrics;
use swarmscope_model::accounting::Ledger;
use swarmscope_prometheus_config::StorageConfig;

use super::figures;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::state::State;

/// Everything that is kept.
pub struct Stores {
    pub logs: Arc<EmbeddedLogs>,
    pub metrics: Arc<EmbeddedMetrics>,
    pub state: State,
    pub ledger: Arc<Ledger>,
}

impl Stores {
    /// Opens them in the data directory.
    ///
    /// # Errors
    /// When the directory is in use, cannot be written to, or holds something else.
    pub async fn open(
        configuration: &Configuration,
        storage: &StorageConfig,
    ) -> Result<Self, Failure> {
        let ledger = Arc::new(Ledger::default());
        let mut options = Options::new(configuration.data.join("logs"));
        options.retention_age = Some(configuration.retention_age);
        options.retention_bytes = Some(configuration.retention_bytes);
        options.retention.clone_from(&configuration.retention);
        options.ledger = ledger.clone();
        let opened = tokio::task::spawn_blocking(move || EmbeddedLogs::open(options)).await;
        let logs = opened
            .map_err(|error| Failure::new(format!("opening the log store failed: {error}")))?
            .map_err(|error| explain(error, configuration))?;
        let metrics = open_metrics(configuration, storage).await?;
        let state = configuration.state.open().await?;
        Ok(Self {
            logs: Arc::new(logs),
            metrics: Arc::new(metrics),
            state,
            ledger,
        })
    }

    /// What the engines tell of themselves, for `/metrics`.
    pub fn samples(&self) -> impl Fn() -> Vec<Sample> + Send + Sync + 'static {
        let (logs, metrics) = (self.logs.clone(), self.metrics.clone());
        move || {
            let mut samples = figures::of_logs(&logs.stats());
            samples.extend(figures::of_metrics(&metrics.stats()));
            samples
        }
    }

    /// Closes them; what is in memory only for speed goes to disk.
    ///
    /// # Errors
    /// When a store cannot be closed in order. Nothing acknowledged is lost even then.
    pub async fn close(self) -> Result<(), Failure> {
        self.state.close().await;
        let Self { logs, metrics, .. } = self;
        let closed = tokio::task::spawn_blocking(move || {
            metrics.close();
            logs.close();
        });
        closed
            .await
            .map_err(|error| Failure::new(format!("closing the stores failed: {error}")))
    }
}

/// What the Prometheus configuration says of the store counts unless the binary was told otherwise.
async fn open_metrics(
    configuration: &Configuration,
    storage: &StorageConfig,
) -> Result<EmbeddedMetrics, Failure> {
    let own = &configuration.metrics;
    let tsdb = storage.tsdb.clone().unwrap_or_default();
    let retention = tsdb.retention.unwrap_or_default();
    let mut options = swarmscope_metricstore::Options::new(configuration.data.join("metrics"));
    if let Some(age) = own.retention_age.or(retention.time) {
        options.retention_age = Some(age);
    }
    let size = retention.size.map(|size| size.0);
    if let Some(bytes) = own.retention_bytes.or(size) {
        options.retention_bytes = Some(bytes);
    }
    options.out_of_order_window = tsdb.out_of_order_time_window;
    options.max_exemplars = usize::try_from(storage.exemplars.max_exemplars).unwrap_or(0);
    let opened = tokio::task::spawn_blocking(move || EmbeddedMetrics::open(options)).await;
    opened
        .map_err(|error| Failure::new(format!("opening the metric store failed: {error}")))?
        .map_err(|error| Failure::from(anyhow::Error::new(error)))
}

fn explain(error: OpenError, configuration: &Configuration) -> Failure {
    let data = configuration.data.display();
    match error {
        OpenError::InUse { holder, .. } => Failure::with_hint(
            format!("the data directory {data} is in use by another process{holder}"),
            "stop that one, or choose another directory with --data",
        ),
        OpenError::OlderFormat { found, .. } => Failure::with_hint(
            format!(
                "the logs in the data directory {data} have the format {found} of an older version, which this one \
                 does not read"
            ),
            "export them with the version that wrote them and import them here, or choose another directory \
             with --data",
        ),
        OpenError::NewerFormat { found, .. } => Failure::with_hint(
            format!(
                "the logs in the data directory {data} have the format {found} of a newer version, which this one \
                 does not read"
            ),
            "use the version that wrote them, or choose another directory with --data",
        ),
        OpenError::NotAStore { .. } => Failure::with_hint(
            format!("{data} holds files, but is no data directory of Swarmscope"),
            "choose an empty directory with --data",
        ),
        refused @ OpenError::Io { .. } => Failure::with_hint(
            format!("{:#}", anyhow::Error::new(refused)),
            "name a directory that is yours and has room with --data",
        ),
        other => Failure::from(anyhow::Error::new(other)),
    }
}
