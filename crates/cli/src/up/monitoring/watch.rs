//! The configuration in force and whoever works by it. A configuration that is none is refused with file,
//! line and reason, and the old one stays in force as a whole.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use swarmscope_alerting::question::Addresses;
use swarmscope_alerting::{MetricAnswers, Rules, RulesSettings, Sources, Timing};
use swarmscope_metricstore::EmbeddedMetrics;
use swarmscope_model::metrics::{MetricMetadata, MetricStore};
use swarmscope_model::{Timestamp, limits};
use swarmscope_prometheus_config::Configuration as PrometheusConfiguration;
use swarmscope_promql::evaluator;
use swarmscope_remote::RemoteWriter;
use swarmscope_scrape::ScrapeManager;
use url::Url;

use super::agents::KnownAgents;
use super::{read, told};
use crate::backup::alerts;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::up::stores::Stores;

/// A folder below the data directory.
const REMOTE_FOLDER: &str = "remote-write";

/// The engines around the store.
pub struct Watch {
    source: Source,
    pub(super) metrics: Arc<EmbeddedMetrics>,
    store: Arc<dyn MetricStore>,
    pub(super) scrapes: Arc<ScrapeManager>,
    pub(super) rules: Arc<Rules>,
    pub(super) remote: RemoteWriter,
    pub(super) settings: Settings,
    pub(super) started_at: Timestamp,
    force: RwLock<InForce>,
    /// One reload at a time.
    reloads: tokio::sync::Mutex<()>,
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
pub struct Settings {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Under which others know this port.
    pub external_url: Url,
    pub retention_age: Duration,
    pub retention_bytes: u64,
    pub admin_api: bool,
    pub features: Vec<String>,
}

/// What is in force.
#[derive(Debug, Clone)]
pub struct InForce {
    pub configuration: Arc<PrometheusConfiguration>,
    pub since: Timestamp,
    pub last_reload_succeeded: bool,
}

impl Watch {
    /// Starts everything as a configuration says.
    ///
    /// # Errors
    /// When something that it names cannot be used.
    pub async fn start(
        configuration: &Configuration,
        first: PrometheusConfiguration,
        stores: &Stores,
    ) -> Result<Self, Failure> {
        let settings = Settings::new(configuration, &first);
        let known = Arc::new(OnceLock::<Weak<ScrapeManager>>::new());
        let scraped = Arc::clone(&known);
        let remote = RemoteWriter::open(
            &configuration.data.join(REMOTE_FOLDER),
            Arc::new(move || metadata(scraped.get())),
        );
        let remote = remote.map_err(|error| Failure::new(told(&error)))?;
        let store: Arc<dyn MetricStore> = Arc::new(remote.tee(stores.metrics.clone()));
        let agents = Arc::new(KnownAgents(stores.state.store()));
        let scrapes = Arc::new(ScrapeManager::new(store.clone(), agents));
        // Nobody else sets it.
        let _ = known.set(Arc::downgrade(&scrapes));
        let rules = Arc::new(rules(configuration, &first, &settings, &store, stores).await?);
        let started_at = Timestamp::now();
        let watch = Self {
            source: match &configuration.metrics.file {
                Some(path) => Source::File(path.clone()),
                None => Source::BuiltIn(Box::new(first.clone())),
            },
            metrics: stores.metrics.clone(),
            store,
            scrapes,
            rules,
            remote,
            settings,
            started_at,
            force: RwLock::new(InForce {
                configuration: Arc::new(first.clone()),
                since: started_at,
                last_reload_succeeded: true,
            }),
            reloads: tokio::sync::Mutex::default(),
        };
        watch.tell_what_is_left_out();
        if let Err(reason) = watch.apply_rest(&first).await {
            watch.stop().await;
            return Err(Failure::new(reason));
        }
        Ok(watch)
    }

    /// The store for whoever writes.
    pub fn store(&self) -> Arc<dyn MetricStore> {
        self.store.clone()
    }

    /// What is in force now.
    pub fn in_force(&self) -> InForce {
        let force = self.force.read().unwrap_or_else(PoisonError::into_inner);
        force.clone()
    }

    /// The file that is read at a reload, if there is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match &self.source {
            Source::File(path) => Some(path),
            Source::BuiltIn(_) => None,
        }
    }

    /// Reads the configuration again and puts it in force, unless something is wrong with it.
    ///
    /// # Errors
    /// With what is wrong and where.
    pub async fn load_again(&self) -> Result<(), String> {
        let _one = self.reloads.lock().await;
        let outcome = match &self.source {
            Source::File(path) => read(path),
            Source::BuiltIn(configuration) => Ok((**configuration).clone()),
        };
        let outcome = match outcome {
            Ok(configuration) => self.apply(configuration).await,
            Err(reason) => Err(reason),
        };
        let mut force = self.force.write().unwrap_or_else(PoisonError::into_inner);
        force.last_reload_succeeded = outcome.is_ok();
        let configuration = match outcome {
            Ok(configuration) => configuration,
            Err(reason) => {
                tracing::error!("{reason}; the Prometheus configuration before it stays in force");
                return Err(reason);
            }
        };
        force.configuration = Arc::new(configuration);
        force.since = Timestamp::now();
        drop(force);
        self.tell_what_is_left_out();
        tracing::info!("the Prometheus configuration was read again and is in force");
        Ok(())
    }

    /// All of it or nothing: each engine either takes it over or stays as it was, and those that took it over
    /// go back when a later one does not.
    async fn apply(&self, new: PrometheusConfiguration) -> Result<PrometheusConfiguration, String> {
        let reloaded = self.rules.reload(&new).await;
        reloaded.map_err(|error| told(&error))?;
        if let Err(reason) = self.apply_rest(&new).await {
            let old = self.in_force().configuration;
            let back = self.rules.reload(&old).await.map_err(|error| told(&error));
            if let Err(error) = back.and(self.apply_rest(&old).await) {
                tracing::error!("the configuration before cannot be put back as a whole: {error}");
            }
            return Err(reason);
        }
        Ok(new)
    }

    async fn apply_rest(&self, new: &PrometheusConfiguration) -> Result<(), String> {
        let scraped = self.scrapes.apply(new).await;
        scraped.map_err(|error| told(&error))?;
        self.remote.apply(new).map_err(|error| told(&error))
    }

    fn tell_what_is_left_out(&self) {
        for unsupported in &self.in_force().configuration.unsupported {
            tracing::warn!("the Prometheus configuration, {unsupported}");
        }
    }

    /// Ends scrapes and rules.
    pub async fn stop(&self) {
        self.scrapes.shutdown();
        self.rules.stop().await;
    }

    /// Ends remote writes.
    pub fn close(&self) {
        if let Err(error) = self.remote.shutdown() {
            tracing::error!(
                "what is to be sent to others could not be kept: {}",
                told(&error)
            );
        }
    }
}

impl Settings {
    fn new(configuration: &Configuration, first: &PrometheusConfiguration) -> Self {
        let tsdb = first.storage.tsdb.clone().unwrap_or_default();
        let retention = tsdb.retention.unwrap_or_default();
        let own = &configuration.metrics;
        let age = own.retention_age.or(retention.time);
        let bytes = own.retention_bytes.or(retention.size.map(|size| size.0));
        Self {
            data: configuration.data.clone(),
            listen: configuration.prometheus,
            external_url: external_url(configuration.prometheus),
            retention_age: age.unwrap_or(limits::METRIC_RETENTION_AGE),
            retention_bytes: bytes.unwrap_or(limits::METRIC_RETENTION_BYTES),
            admin_api: own.admin_api,
            features: own.features.clone(),
        }
    }
}

async fn rules(
    configuration: &Configuration,
    first: &PrometheusConfiguration,
    settings: &Settings,
    store: &Arc<dyn MetricStore>,
    stores: &Stores,
) -> Result<Rules, Failure> {
    let options = evaluator::EngineOptions::default();
    let metrics = MetricAnswers::new(store.clone(), options);
    let (logs, state) = (stores.logs.clone(), stores.state.store());
    let groups = stores.state.error_groups();
    let rules_settings = RulesSettings {
        directory: configuration.data.join(alerts::FOLDER),
        evaluate: Arc::new(Sources::new(metrics, logs, state, groups)),
        store: store.clone(),
        promql: configuration.metrics.syntax(),
        timing: Timing::default(),
        addresses: Addresses {
            prometheus: settings.external_url.to_string(),
            ui: external_url(configuration.listen).into(),
        },
        alerting: configuration.alerting.clone(),
    };
    let started = Rules::start(rules_settings, first).await;
    started.map_err(|error| Failure::new(told(&error)))
}

/// What targets say of their metrics, for those that samples are sent to.
fn metadata(scrapes: Option<&Weak<ScrapeManager>>) -> Vec<(String, MetricMetadata)> {
    let Some(scrapes) = scrapes.and_then(Weak::upgrade) else {
        return Vec::new();
    };
    let pools = scrapes.pools();
    let targets = pools.iter().flat_map(|pool| &pool.active);
    let families = targets.flat_map(|target| target.metadata());
    families
        .map(|family| (family.family, family.metadata))
        .collect()
}

/// As far as this machine can tell: its own name, unless it listens for itself alone.
fn external_url(address: SocketAddr) -> Url {
    let text = if address.ip().is_unspecified() {
        format!("http://localhost:{}/", address.port())
    } else {
        format!("http://{address}/")
    };
    Url::parse(&text).expect("an address makes a URL")
}
