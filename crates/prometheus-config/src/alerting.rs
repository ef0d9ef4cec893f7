//! The `alerting` section: the Alertmanagers that alerts are sent to, and how alerts are rewritten first.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::discovery::{FileDiscovery, HttpDiscovery, TargetGroup};
use crate::fields::is_default;
use crate::http::HttpClientConfig;
use crate::names::NameValidation;
use crate::relabel::RelabelConfig;
use crate::scrape::{Scheme, check_addresses};
use crate::yaml::{Line, YamlError};

/// The section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertingConfig {
    /// Applied to every alert before it is sent anywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alert_relabel_configs: Vec<RelabelConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alertmanagers: Vec<AlertmanagerConfig>,
}

/// A set of Alertmanagers; every one of them gets every alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertmanagerConfig {
    #[serde(rename = "<line>", skip_serializing)]
    line: Line,
    #[serde(rename = "<inline>")]
    pub http: HttpClientConfig,
    #[serde(default)]
    pub scheme: Scheme,
    /// Before `/api/v2/alerts`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub path_prefix: String,
    #[serde(default = "ten_seconds", with = "crate::duration")]
    pub timeout: Duration,
    #[serde(default)]
    pub api_version: ApiVersion,
    /// Chooses and rewrites the Alertmanagers themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relabel_configs: Vec<RelabelConfig>,
    /// Rewrites the alerts that go to these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_relabel_configs: Vec<RelabelConfig>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub static_configs: Vec<TargetGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file_sd_configs: Vec<FileDiscovery>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http_sd_configs: Vec<HttpDiscovery>,
}

/// The version of the Alertmanager's API; there is only one left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiVersion {
    #[default]
    V2,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

impl AlertingConfig {
    /// Checks what the global section has a say in.
    pub(crate) fn resolve(&mut self, names: NameValidation) -> Result<(), YamlError> {
        name_rules(&mut self.alert_relabel_configs, names, 0)?;
        for manager in &mut self.alertmanagers {
            let line = manager.line.0;
            if manager.relabel_configs.is_empty() {
                check_addresses(&manager.static_configs)
                    .map_err(|reason| YamlError::new(line, reason))?;
            }
            name_rules(&mut manager.relabel_configs, names, line)?;
            name_rules(&mut manager.alert_relabel_configs, names, line)?;
        }
        Ok(())
    }

    pub(crate) fn set_directory(&mut self, directory: &Path) {
        for manager in &mut self.alertmanagers {
            manager.http.set_directory(directory);
            for discovery in &mut manager.file_sd_configs {
                discovery.set_directory(directory);
            }
            for discovery in &mut manager.http_sd_configs {
                discovery.http.set_directory(directory);
            }
        }
    }
}

pub(crate) fn name_rules(
    rules: &mut Vec<RelabelConfig>,
    names: NameValidation,
    line: usize,
) -> Result<(), YamlError> {
    *rules = std::mem::take(rules)
        .into_iter()
        .map(|rule| rule.with_names(names))
        .collect::<Result<_, _>>()
        .map_err(|error| YamlError::new(line, error.to_string()))?;
    Ok(())
}
