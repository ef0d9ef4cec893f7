//! A scrape job: its targets and how they are scraped, the global defaults filled in.

mod scheme;
mod unresolved;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::discovery::{FileDiscovery, HttpDiscovery, SwarmscopeDiscovery, TargetGroup};
use crate::fields::is_default;
use crate::global::ScrapeLimits;
use crate::http::HttpClientConfig;
use crate::names::{NameEscaping, NameValidation};
use crate::protocol::ScrapeProtocol;
use crate::relabel::RelabelConfig;

pub use scheme::Scheme;
pub(crate) use unresolved::{UnresolvedScrapeConfig, check_addresses};

/// One entry of `scrape_configs`. Limits of 0 are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScrapeConfig {
    pub job_name: String,
    /// Labels of the target give way to scraped ones, instead of renaming those to `exported_…`.
    #[serde(skip_serializing_if = "is_default")]
    pub honor_labels: bool,
    /// Timestamps of the target count.
    pub honor_timestamps: bool,
    /// Series with timestamps of their own become stale like others.
    pub track_timestamps_staleness: bool,
    /// Query parameters of the request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Vec<String>>,
    #[serde(with = "crate::duration")]
    pub scrape_interval: Duration,
    #[serde(with = "crate::duration")]
    pub scrape_timeout: Duration,
    /// What is asked for, the dearest first; never empty.
    pub scrape_protocols: Vec<ScrapeProtocol>,
    /// What a page without a known content type is read as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_scrape_protocol: Option<ScrapeProtocol>,
    pub scrape_native_histograms: bool,
    pub always_scrape_classic_histograms: bool,
    pub convert_classic_histograms_to_nhcb: bool,
    pub metrics_path: String,
    pub scheme: Scheme,
    pub enable_compression: bool,
    #[serde(flatten)]
    pub limits: ScrapeLimits,
    /// Buckets of a native histogram; it is made coarser until it fits.
    #[serde(skip_serializing_if = "is_default")]
    pub native_histogram_bucket_limit: u64,
    /// Smallest growth from bucket to bucket; finer histograms are made coarser.
    #[serde(skip_serializing_if = "is_default")]
    pub native_histogram_min_bucket_factor: f64,
    pub metric_name_validation_scheme: NameValidation,
    pub metric_name_escaping_scheme: NameEscaping,
    /// Also writes timeout, sample limit and body size of each scrape.
    pub extra_scrape_metrics: bool,
    #[serde(flatten)]
    pub http: HttpClientConfig,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relabel_configs: Vec<RelabelConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metric_relabel_configs: Vec<RelabelConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub static_configs: Vec<TargetGroup>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_sd_configs: Vec<FileDiscovery>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http_sd_configs: Vec<HttpDiscovery>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub swarmscope_sd_configs: Vec<SwarmscopeDiscovery>,
}

impl ScrapeConfig {
    pub(crate) fn set_directory(&mut self, directory: &Path) {
        self.http.set_directory(directory);
        for discovery in &mut self.file_sd_configs {
            discovery.set_directory(directory);
        }
        for discovery in &mut self.http_sd_configs {
            discovery.http.set_directory(directory);
        }
    }
}
