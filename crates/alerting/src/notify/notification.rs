//! What is told of one alert.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::Labels;
use swarmscope_prometheus_config::RelabelConfig;
use swarmscope_prometheus_config::relabel::apply;

use crate::question::{Addresses, Question, link};
use crate::rule::Alert;

/// An alert as receivers hear of it. Times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub starts_at: i64,
    /// When it ended, or until when it may be believed without another word.
    pub ends_at: i64,
    /// A page that shows what the rule asks.
    pub generator_url: String,
}

impl Notification {
    /// What is told of an alert under its own labels.
    pub fn new(alert: &Alert, question: &Question, addresses: &Addresses) -> Self {
        let starts_at = alert.fired_at.unwrap_or(alert.active_at);
        let ends_at = alert.resolved_at.or(alert.valid_until);
        Self {
            labels: as_map(&alert.labels),
            annotations: as_map(&alert.annotations),
            starts_at,
            ends_at: ends_at.unwrap_or(starts_at),
            generator_url: link(question, |name| alert.labels.get(name), addresses),
        }
    }

    /// With labels that everything of this server has, where it has none of that name, and rewritten.
    /// `None` when a rule drops it.
    pub fn relabelled(
        mut self,
        external: &BTreeMap<String, String>,
        rules: &[RelabelConfig],
    ) -> Option<Self> {
        for (name, value) in external {
            self.labels
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
        if rules.is_empty() {
            return Some(self);
        }
        let mut labels = Labels::from_pairs(self.labels).to_builder();
        let is_kept = apply(&mut labels, rules);
        self.labels = as_map(&labels.build());
        is_kept.then_some(self)
    }
}

fn as_map(labels: &Labels) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A time in JSON.
pub(super) fn shown(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).to_string()
}
