//! The `[alerting]` section of `swarmscope.toml`: who is told of alerts, of which, and how often.

use serde::Deserialize;

use super::matching::LabelMatcher;
use super::receiver::{EmailConfig, SlackConfig, WebhookConfig};
use crate::definition::Span;

/// The section.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertingSettings {
    /// Webhooks that hear of every alert.
    pub webhooks: Vec<WebhookConfig>,
    /// Whom routes lead to. Without routes all of them hear of every alert.
    pub receivers: Vec<ReceiverConfig>,
    /// The first that an alert matches leads it to its receivers.
    pub routes: Vec<RouteConfig>,
    pub inhibit: Vec<InhibitConfig>,
    /// What routes do that do not say, and webhooks.
    pub group_by: Option<Vec<String>>,
    pub group_wait: Option<Span>,
    pub group_interval: Option<Span>,
    pub repeat_interval: Option<Span>,
}

/// Somebody who is told of alerts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ReceiverConfig {
    Webhook(WebhookConfig),
    Slack(SlackConfig),
    Email(EmailConfig),
}

/// Which alerts go to whom.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// All have to pass; none is every alert.
    #[serde(default)]
    pub matchers: Vec<LabelMatcher>,
    /// By name. None is nobody: the alerts are shown and not sent.
    #[serde(default)]
    pub receivers: Vec<String>,
    /// Whether later routes are looked at as well.
    #[serde(default, rename = "continue")]
    pub continues: bool,
    #[serde(default)]
    pub group_by: Option<Vec<String>>,
    #[serde(default)]
    pub group_wait: Option<Span>,
    #[serde(default)]
    pub group_interval: Option<Span>,
    #[serde(default)]
    pub repeat_interval: Option<Span>,
}

/// Alerts that need not be told of while others fire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InhibitConfig {
    /// What fires.
    pub source: Vec<LabelMatcher>,
    /// What is then not told of.
    pub target: Vec<LabelMatcher>,
    /// Labels that both have to have alike.
    #[serde(default)]
    pub equal: Vec<String>,
}
