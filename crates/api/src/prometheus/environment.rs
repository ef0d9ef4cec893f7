//! What the API tells of the process around it, and what it can ask of it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use swarmscope_alerting::group::GroupView;
use swarmscope_model::Timestamp;
use swarmscope_prometheus_config::OtlpConfig;
use swarmscope_scrape::PoolView;
use url::Url;

/// The process around the store: its configuration, its scrapes, its rules.
#[async_trait]
pub trait Environment: Send + Sync {
    /// The configuration that is in force.
    fn configuration(&self) -> Configured;

    /// Labels that other systems know this one's series by.
    fn external_labels(&self) -> BTreeMap<String, String>;

    /// How OpenTelemetry's names and attributes become labels.
    fn otlp(&self) -> OtlpConfig;

    /// Settings of the process, by Prometheus's names of them.
    fn flags(&self) -> BTreeMap<String, String>;

    /// When the process began.
    fn started_at(&self) -> Timestamp;

    /// How long and how much is kept, such as `15d`.
    fn retention(&self) -> String;

    /// Files of the store that could not be read.
    fn corruptions(&self) -> u64;

    /// Under which others reach this port, and the port itself.
    fn external_url(&self) -> (Url, u16);

    /// The jobs that are scraped, by name.
    fn pools(&self) -> Vec<PoolView>;

    /// The groups of rules, by file and name.
    fn rule_groups(&self) -> Vec<GroupView>;

    /// Who is told of alerts.
    fn alertmanagers(&self) -> Alertmanagers;

    /// Reads the configuration again.
    ///
    /// # Errors
    /// With file, line and reason when it is none; the old one stays in force then.
    async fn reload(&self) -> Result<(), ReloadFailed>;
}

/// Alertmanagers that are told, and those that relabelling dropped, by their URLs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alertmanagers {
    pub active: Vec<String>,
    pub dropped: Vec<String>,
}

/// A configuration and how it came to be in force.
#[derive(Debug, Clone)]
pub struct Configured {
    pub yaml: String,
    /// When it came into force.
    pub since: Timestamp,
    /// Whether the last attempt to read another one succeeded.
    pub last_reload_succeeded: bool,
}

/// Why a configuration was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ReloadFailed {
    pub reason: String,
}
