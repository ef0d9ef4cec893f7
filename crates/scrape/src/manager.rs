//! Every job of a configuration, kept running and changed while it runs.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmscope_http_client::HttpClientError;
use swarmscope_model::limits::MAX_CONCURRENT_SCRAPES;
use swarmscope_model::metrics::MetricStore;
use swarmscope_prometheus_config::{Configuration, HttpClientConfig, ScrapeConfig};
use tokio::sync::Semaphore;

use crate::discovery::{AgentDirectory, Source};
use crate::fetch::Fetcher;
use crate::pool::{Inheritance, Plan, Pool};
use crate::scrape_loop::JobContext;
use crate::statistics::{Statistics, StatisticsSnapshot};
use crate::view::PoolView;

/// Scrapes what a configuration says. Everything it starts runs on the tokio runtime that it is called on.
pub struct ScrapeManager {
    store: Arc<dyn MetricStore>,
    agents: Arc<dyn AgentDirectory>,
    statistics: Arc<Statistics>,
    permits: Arc<Semaphore>,
    pools: Mutex<BTreeMap<String, Pool>>,
    /// One change at a time.
    changes: tokio::sync::Mutex<()>,
}

/// A job that cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("scrape job {job:?}: {source}")]
pub struct ApplyError {
    pub job: String,
    #[source]
    pub source: HttpClientError,
}

impl ScrapeManager {
    /// A manager without jobs, which writes to a store.
    pub fn new(store: Arc<dyn MetricStore>, agents: Arc<dyn AgentDirectory>) -> Self {
        Self {
            store,
            agents,
            statistics: Arc::default(),
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT_SCRAPES)),
            pools: Mutex::default(),
            changes: tokio::sync::Mutex::default(),
        }
    }

    /// Makes the jobs of a configuration run, and no others. Jobs that did not change go on undisturbed;
    /// the targets of changed ones keep their series.
    ///
    /// # Errors
    /// When a job cannot be started, for example because a certificate cannot be read. Then everything stays
    /// as it was.
    pub async fn apply(&self, configuration: &Configuration) -> Result<(), ApplyError> {
        let _one = self.changes.lock().await;
        let mut plans = Vec::new();
        for config in configuration.jobs() {
            let running = self.lock();
            let unchanged = running
                .get(&config.job_name)
                .is_some_and(|pool| *pool.config == *config);
            drop(running);
            if !unchanged {
                plans.push(self.plan(config)?);
            }
        }
        let wanted: Vec<&str> = configuration
            .jobs()
            .map(|job| job.job_name.as_str())
            .collect();
        for pool in self.take(|name| !wanted.contains(&name)) {
            pool.end();
        }
        // All are told to end before the first is waited for.
        let mut changes = Vec::new();
        for plan in plans {
            let before = self.lock().remove(&plan.config.job_name);
            let inheritance = before.map(|pool| {
                let same = same_series(&pool.config, &plan.config);
                (same, pool.replace())
            });
            changes.push((plan, inheritance));
        }
        for (plan, inheritance) in changes {
            let inheritance = match inheritance {
                Some((true, inheritance)) => inheritance.await.unwrap_or_default(),
                Some((false, ended)) => {
                    // Waited for all the same, so that no two write the samples of one target.
                    let _ = ended.await;
                    Inheritance::new()
                }
                None => Inheritance::new(),
            };
            let name = plan.config.job_name.clone();
            self.lock().insert(name, Pool::start(plan, inheritance));
        }
        Ok(())
    }

    /// What every job scrapes and how that goes, by name.
    pub fn pools(&self) -> Vec<PoolView> {
        self.lock()
            .iter()
            .map(|(name, pool)| PoolView::new(name, pool.snapshot()))
            .collect()
    }

    /// Counters since the start.
    pub fn statistics(&self) -> StatisticsSnapshot {
        self.statistics.snapshot()
    }

    /// Ends all jobs at once. Their series are not ended: the server that comes after goes on with them.
    pub fn shutdown(&self) {
        self.permits.close();
        for pool in self.take(|_| true) {
            pool.abort();
        }
    }

    fn plan(&self, config: &ScrapeConfig) -> Result<Plan, ApplyError> {
        let failed = |source| ApplyError {
            job: config.job_name.clone(),
            source,
        };
        let fetcher = Fetcher::new(config).map_err(failed)?;
        let sources = Source::of_job(config, &self.agents).map_err(failed)?;
        Ok(Plan {
            config: Arc::new(config.clone()),
            context: Arc::new(JobContext {
                fetcher,
                permits: self.permits.clone(),
                statistics: self.statistics.clone(),
                excess: AtomicUsize::new(0),
                target_limit: config.limits.target_limit,
            }),
            sources,
            store: self.store.clone(),
        })
    }

    fn take(&self, which: impl Fn(&str) -> bool) -> Vec<Pool> {
        let mut pools = self.lock();
        let names: Vec<String> = pools.keys().filter(|name| which(name)).cloned().collect();
        names.iter().filter_map(|name| pools.remove(name)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ScrapeManager {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// Whether two versions of a job make the same series of the same page.
fn same_series(a: &ScrapeConfig, b: &ScrapeConfig) -> bool {
    let essence = |config: &ScrapeConfig| {
        let mut essence = config.clone();
        essence.scrape_interval = Duration::ZERO;
        essence.scrape_timeout = Duration::ZERO;
        essence.limits.sample_limit = 0;
        essence.http = HttpClientConfig::default();
        essence.static_configs.clear();
        essence.file_sd_configs.clear();
        essence.http_sd_configs.clear();
        essence.swarmscope_sd_configs.clear();
        essence
    };
    essence(a) == essence(b)
}
