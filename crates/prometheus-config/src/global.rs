//! The `global` section: defaults of scrapes and rules, and the labels that go out with everything.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fields::is_default;
use crate::names::{NameEscaping, NameValidation};
use crate::protocol::{self, ScrapeProtocol};
use crate::size::Size;

/// The `global` section, defaults filled in. Limits of 0 are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Unchecked")]
pub struct GlobalConfig {
    #[serde(with = "crate::duration")]
    pub scrape_interval: Duration,
    #[serde(with = "crate::duration")]
    pub scrape_timeout: Duration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrape_protocols: Option<Vec<ScrapeProtocol>>,
    #[serde(with = "crate::duration")]
    pub evaluation_interval: Duration,
    /// How far back in time rules are evaluated.
    #[serde(with = "crate::duration", skip_serializing_if = "is_default")]
    pub rule_query_offset: Duration,
    /// Environment variables already filled in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub external_labels: BTreeMap<String, String>,
    #[serde(flatten)]
    pub limits: ScrapeLimits,
    pub metric_name_validation_scheme: NameValidation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name_escaping_scheme: Option<NameEscaping>,
    pub scrape_native_histograms: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub convert_classic_histograms_to_nhcb: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub always_scrape_classic_histograms: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub extra_scrape_metrics: bool,
}

/// What a scrape may bring; beyond it the whole scrape fails. 0 is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScrapeLimits {
    #[serde(skip_serializing_if = "is_default")]
    pub body_size_limit: Size,
    #[serde(skip_serializing_if = "is_default")]
    pub sample_limit: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub target_limit: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub label_limit: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub label_name_length_limit: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub label_value_length_limit: u64,
    /// Dropped targets of a job that are kept to be shown. 0 keeps all.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_dropped_targets: u64,
}

impl ScrapeLimits {
    /// What is set here, and for the rest what is set there.
    pub(crate) fn or(self, other: &Self) -> Self {
        let or = |own: u64, other: u64| if own == 0 { other } else { own };
        Self {
            body_size_limit: Size(or(self.body_size_limit.0, other.body_size_limit.0)),
            sample_limit: or(self.sample_limit, other.sample_limit),
            target_limit: or(self.target_limit, other.target_limit),
            label_limit: or(self.label_limit, other.label_limit),
            label_name_length_limit: or(
                self.label_name_length_limit,
                other.label_name_length_limit,
            ),
            label_value_length_limit: or(
                self.label_value_length_limit,
                other.label_value_length_limit,
            ),
            keep_dropped_targets: or(self.keep_dropped_targets, other.keep_dropped_targets),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    #[serde(with = "crate::duration")]
    scrape_interval: Duration,
    #[serde(with = "crate::duration")]
    scrape_timeout: Duration,
    scrape_protocols: Option<Vec<ScrapeProtocol>>,
    #[serde(with = "crate::duration")]
    evaluation_interval: Duration,
    #[serde(with = "crate::duration")]
    rule_query_offset: Duration,
    external_labels: BTreeMap<String, String>,
    body_size_limit: Size,
    sample_limit: u64,
    target_limit: u64,
    label_limit: u64,
    label_name_length_limit: u64,
    label_value_length_limit: u64,
    keep_dropped_targets: u64,
    metric_name_validation_scheme: NameValidation,
    metric_name_escaping_scheme: Option<NameEscaping>,
    scrape_native_histograms: bool,
    convert_classic_histograms_to_nhcb: bool,
    always_scrape_classic_histograms: bool,
    extra_scrape_metrics: bool,
}

/// Global settings that contradict each other.
#[derive(Debug, thiserror::Error)]
pub enum InvalidGlobal {
    #[error("global scrape timeout greater than scrape interval")]
    Timeout,
    #[error("{0:?} is not a valid label name")]
    LabelName(String),
    #[error("scrape_protocols cannot be empty for global config")]
    NoProtocols,
    #[error("{0} for global config")]
    Protocols(String),
}

const MINUTE: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(10);

impl TryFrom<Unchecked> for GlobalConfig {
    type Error = InvalidGlobal;

    fn try_from(raw: Unchecked) -> Result<Self, InvalidGlobal> {
        let or = |own: Duration, other| if own.is_zero() { other } else { own };
        let scrape_interval = or(raw.scrape_interval, MINUTE);
        if raw.scrape_timeout > scrape_interval {
            return Err(InvalidGlobal::Timeout);
        }
        let names = raw.metric_name_validation_scheme;
        if let Some(name) = raw
            .external_labels
            .keys()
            .find(|name| !names.is_label_name(name))
        {
            return Err(InvalidGlobal::LabelName(name.clone()));
        }
        match &raw.scrape_protocols {
            Some(protocols) if protocols.is_empty() => return Err(InvalidGlobal::NoProtocols),
            Some(protocols) => protocol::check(protocols).map_err(InvalidGlobal::Protocols)?,
            None => {}
        }
        Ok(Self {
            scrape_interval,
            scrape_timeout: or(raw.scrape_timeout, TIMEOUT.min(scrape_interval)),
            scrape_protocols: raw.scrape_protocols,
            evaluation_interval: or(raw.evaluation_interval, MINUTE),
            rule_query_offset: raw.rule_query_offset,
            external_labels: raw.external_labels,
            limits: ScrapeLimits {
                body_size_limit: raw.body_size_limit,
                sample_limit: raw.sample_limit,
                target_limit: raw.target_limit,
                label_limit: raw.label_limit,
                label_name_length_limit: raw.label_name_length_limit,
                label_value_length_limit: raw.label_value_length_limit,
                keep_dropped_targets: raw.keep_dropped_targets,
            },
            metric_name_validation_scheme: names,
            metric_name_escaping_scheme: raw.metric_name_escaping_scheme,
            scrape_native_histograms: raw.scrape_native_histograms,
            convert_classic_histograms_to_nhcb: raw.convert_classic_histograms_to_nhcb,
            always_scrape_classic_histograms: raw.always_scrape_classic_histograms,
            extra_scrape_metrics: raw.extra_scrape_metrics,
        })
    }
}

impl Default for GlobalConfig {
    fn default() -> Self {
        Self {
            scrape_interval: MINUTE,
            scrape_timeout: TIMEOUT,
            scrape_protocols: None,
            evaluation_interval: MINUTE,
            rule_query_offset: Duration::ZERO,
            external_labels: BTreeMap::new(),
            limits: ScrapeLimits::default(),
            metric_name_validation_scheme: NameValidation::Utf8,
            metric_name_escaping_scheme: None,
            scrape_native_histograms: false,
            convert_classic_histograms_to_nhcb: false,
            always_scrape_classic_histograms: false,
            extra_scrape_metrics: false,
        }
    }
}
