//! What rules are started with, besides `prometheus.yml`.

use std::path::PathBuf;
use std::sync::Arc;

use swarmscope_model::metrics::MetricStore;
use swarmscope_promql::parser;

use crate::environment::Timing;
use crate::notify::AlertingSettings;
use crate::question::{Addresses, Evaluate};

/// What rules are started with.
pub struct RulesSettings {
    /// A folder of the rules' own: the history of alerts, silences, what receivers were told, rules made here.
    pub directory: PathBuf,
    pub evaluate: Arc<dyn Evaluate>,
    /// Where series go.
    pub store: Arc<dyn MetricStore>,
    /// Which experimental parts of PromQL rules may use.
    pub promql: parser::Options,
    pub timing: Timing,
    /// Under which users reach this server; links in notifications begin with them.
    pub addresses: Addresses,
    pub alerting: AlertingSettings,
}
