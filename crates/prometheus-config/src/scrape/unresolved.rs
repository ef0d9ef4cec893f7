//! A scrape job as it stands in the file, before the global defaults are filled in.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::{Scheme, ScrapeConfig};
use crate::discovery::{FileDiscovery, HttpDiscovery, SwarmscopeDiscovery, TargetGroup};
use crate::fields::on;
use crate::global::{GlobalConfig, ScrapeLimits};
use crate::http::HttpClientConfig;
use crate::names::{NameEscaping, NameValidation};
use crate::protocol::{self, ScrapeProtocol};
use crate::relabel::RelabelConfig;
use crate::size::Size;
use crate::yaml::{Line, YamlError};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnresolvedScrapeConfig {
    #[serde(rename = "<line>")]
    line: Line,
    #[serde(default)]
    job_name: String,
    #[serde(default)]
    honor_labels: bool,
    #[serde(default = "on")]
    honor_timestamps: bool,
    #[serde(default)]
    track_timestamps_staleness: bool,
    #[serde(default)]
    params: BTreeMap<String, Vec<String>>,
    #[serde(default, with = "crate::duration")]
    scrape_interval: Duration,
    #[serde(default, with = "crate::duration")]
    scrape_timeout: Duration,
    scrape_protocols: Option<Vec<ScrapeProtocol>>,
    fallback_scrape_protocol: Option<ScrapeProtocol>,
    scrape_native_histograms: Option<bool>,
    /// Prometheus 2 called it `scrape_classic_histograms`.
    #[serde(alias = "scrape_classic_histograms")]
    always_scrape_classic_histograms: Option<bool>,
    convert_classic_histograms_to_nhcb: Option<bool>,
    #[serde(default = "metrics_path")]
    metrics_path: String,
    #[serde(default)]
    scheme: Scheme,
    #[serde(default = "on")]
    enable_compression: bool,
    #[serde(default)]
    body_size_limit: Size,
    #[serde(default)]
    sample_limit: u64,
    #[serde(default)]
    target_limit: u64,
    #[serde(default)]
    label_limit: u64,
    #[serde(default)]
    label_name_length_limit: u64,
    #[serde(default)]
    label_value_length_limit: u64,
    #[serde(default)]
    native_histogram_bucket_limit: u64,
    #[serde(default)]
    native_histogram_min_bucket_factor: f64,
    #[serde(default)]
    keep_dropped_targets: u64,
    metric_name_validation_scheme: Option<NameValidation>,
    metric_name_escaping_scheme: Option<NameEscaping>,
    extra_scrape_metrics: Option<bool>,
    #[serde(rename = "<inline>")]
    http: HttpClientConfig,
    #[serde(default)]
    relabel_configs: Vec<RelabelConfig>,
    #[serde(default)]
    metric_relabel_configs: Vec<RelabelConfig>,
    #[serde(default)]
    static_configs: Vec<TargetGroup>,
    #[serde(default)]
    file_sd_configs: Vec<FileDiscovery>,
    #[serde(default)]
    http_sd_configs: Vec<HttpDiscovery>,
    #[serde(default)]
    swarmscope_sd_configs: Vec<SwarmscopeDiscovery>,
}

fn metrics_path() -> String {
    "/metrics".to_owned()
}

impl UnresolvedScrapeConfig {
    /// Where it stands, for messages.
    pub(crate) fn line(&self) -> usize {
        self.line.0
    }

    pub(crate) fn job_name(&self) -> &str {
        &self.job_name
    }

    /// Fills in the global defaults.
    pub(crate) fn resolve(self, global: &GlobalConfig) -> Result<ScrapeConfig, YamlError> {
        let line = self.line.0;
        let invalid = |reason: String| YamlError::new(line, reason);
        if self.job_name.is_empty() {
            return Err(invalid("job_name is empty".to_owned()));
        }
        let (scrape_interval, scrape_timeout) = self.times(global)?;
        let (names, escaping) = self.names(global)?;
        let scrape_protocols = self.protocols(global)?;
        if self.relabel_configs.is_empty() {
            check_addresses(&self.static_configs).map_err(invalid)?;
        }
        let named = |rules: Vec<RelabelConfig>| {
            rules
                .into_iter()
                .map(|rule| rule.with_names(names))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| YamlError::new(line, error.to_string()))
        };
        let limits = ScrapeLimits {
            body_size_limit: self.body_size_limit,
            sample_limit: self.sample_limit,
            target_limit: self.target_limit,
            label_limit: self.label_limit,
            label_name_length_limit: self.label_name_length_limit,
            label_value_length_limit: self.label_value_length_limit,
            keep_dropped_targets: self.keep_dropped_targets,
        };
        Ok(ScrapeConfig {
            job_name: self.job_name,
            honor_labels: self.honor_labels,
            honor_timestamps: self.honor_timestamps,
            track_timestamps_staleness: self.track_timestamps_staleness,
            params: self.params,
            scrape_interval,
            scrape_timeout,
            scrape_protocols,
            fallback_scrape_protocol: self.fallback_scrape_protocol,
            scrape_native_histograms: self
                .scrape_native_histograms
                .unwrap_or(global.scrape_native_histograms),
            always_scrape_classic_histograms: self
                .always_scrape_classic_histograms
                .unwrap_or(global.always_scrape_classic_histograms),
            convert_classic_histograms_to_nhcb: self
                .convert_classic_histograms_to_nhcb
                .unwrap_or(global.convert_classic_histograms_to_nhcb),
            metrics_path: self.metrics_path,
            scheme: self.scheme,
            enable_compression: self.enable_compression,
            limits: limits.or(&global.limits),
            native_histogram_bucket_limit: self.native_histogram_bucket_limit,
            native_histogram_min_bucket_factor: self.native_histogram_min_bucket_factor,
            metric_name_validation_scheme: names,
            metric_name_escaping_scheme: escaping,
            extra_scrape_metrics: self
                .extra_scrape_metrics
                .unwrap_or(global.extra_scrape_metrics),
            http: self.http,
            relabel_configs: named(self.relabel_configs)?,
            metric_relabel_configs: named(self.metric_relabel_configs)?,
            static_configs: self.static_configs,
            file_sd_configs: self.file_sd_configs,
            http_sd_configs: self.http_sd_configs,
            swarmscope_sd_configs: self.swarmscope_sd_configs,
        })
    }

    fn times(&self, global: &GlobalConfig) -> Result<(Duration, Duration), YamlError> {
        let interval = match self.scrape_interval {
            Duration::ZERO => global.scrape_interval,
            own => own,
        };
        let timeout = match self.scrape_timeout {
            Duration::ZERO => global.scrape_timeout.min(interval),
            own => own,
        };
        if timeout > interval {
            return Err(YamlError::new(
                self.line.0,
                format!(
                    "scrape timeout greater than scrape interval for scrape config with job name {:?}",
                    self.job_name
                ),
            ));
        }
        Ok((interval, timeout))
    }

    fn protocols(&self, global: &GlobalConfig) -> Result<Vec<ScrapeProtocol>, YamlError> {
        let job = &self.job_name;
        let native = self
            .scrape_native_histograms
            .unwrap_or(global.scrape_native_histograms);
        let protocols = match (&self.scrape_protocols, &global.scrape_protocols) {
            (Some(own), _) => own.clone(),
            (None, Some(global)) => global.clone(),
            (None, None) if native => ScrapeProtocol::PROTOBUF_FIRST.to_vec(),
            (None, None) => ScrapeProtocol::TEXT.to_vec(),
        };
        if protocols.is_empty() {
            return Err(YamlError::new(
                self.line.0,
                format!("scrape_protocols cannot be empty for scrape config with job name {job:?}"),
            ));
        }
        protocol::check(&protocols).map_err(|reason| {
            YamlError::new(
                self.line.0,
                format!("{reason} for scrape config with job name {job:?}"),
            )
        })?;
        Ok(protocols)
    }

    /// A job that narrows its names to identifiers does not inherit a global wish for UTF-8.
    fn names(&self, global: &GlobalConfig) -> Result<(NameValidation, NameEscaping), YamlError> {
        let by_validation = |names| match names {
            NameValidation::Legacy => NameEscaping::Underscores,
            NameValidation::Utf8 => NameEscaping::AllowUtf8,
        };
        let names = self
            .metric_name_validation_scheme
            .unwrap_or(global.metric_name_validation_scheme);
        let inherited = self
            .metric_name_validation_scheme
            .is_none()
            .then_some(global.metric_name_escaping_scheme)
            .flatten();
        let escaping = self
            .metric_name_escaping_scheme
            .or(inherited)
            .unwrap_or_else(|| by_validation(names));
        if escaping == NameEscaping::AllowUtf8 && names == NameValidation::Legacy {
            return Err(YamlError::new(
                self.line.0,
                "utf8 metric names requested but validation scheme is not set to UTF8",
            ));
        }
        Ok((names, escaping))
    }
}

/// Refuses URLs where addresses belong.
pub(crate) fn check_addresses(groups: &[TargetGroup]) -> Result<(), String> {
    match groups
        .iter()
        .flat_map(|group| &group.targets)
        .find(|address| address.contains('/'))
    {
        Some(address) => Err(format!(
            "{address:?} is not a valid hostname; a target is host:port, its path is metrics_path"
        )),
        None => Ok(()),
    }
}
