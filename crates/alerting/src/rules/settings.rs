//! What rules are started with, besides `prometheus.yml`.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use swarmscope_model::metrics::MetricStore;
use swarmscope_promql::parser;

use crate::environment::Timing;
use crate::notify::WebhookConfig;
use crate::question::Evaluate;

/// What rules are started with.
pub struct RulesSettings {
    /// A folder of the rules' own, for the history of alerts and what webhooks were told.
    pub directory: PathBuf,
    pub evaluate: Arc<dyn Evaluate>,
    /// Where series go.
    pub store: Arc<dyn MetricStore>,
    /// Which experimental parts of PromQL rules may use.
    pub promql: parser::Options,
    pub timing: Timing,
    /// Under which users reach this server; links in notifications begin with it.
    pub external_url: String,
    pub alerting: AlertingSettings,
}

/// The `[alerting]` section of `swarmscope.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertingSettings {
    pub webhooks: Vec<WebhookConfig>,
}
