//! The `remote_write` section: where samples are sent, which of them, and how patiently.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::alerting::name_rules;
use crate::discovery::HttpUrl;
use crate::fields::{is_default, on};
use crate::http::{HttpClientConfig, is_reserved_header};
use crate::names::NameValidation;
use crate::relabel::RelabelConfig;
use crate::yaml::{Line, YamlError};

/// One receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWriteConfig {
    #[serde(rename = "<line>", skip_serializing)]
    line: Line,
    pub url: HttpUrl,
    #[serde(default = "thirty_seconds", with = "crate::duration")]
    pub remote_timeout: Duration,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_relabel_configs: Vec<RelabelConfig>,
    /// Unique when it is given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub send_exemplars: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub send_native_histograms: bool,
    #[serde(default)]
    pub protobuf_message: ProtobufMessage,
    #[serde(default)]
    pub queue_config: QueueConfig,
    #[serde(default)]
    pub metadata_config: MetadataConfig,
    #[serde(rename = "<inline>")]
    pub http: HttpClientConfig,
}

/// The message that a receiver understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProtobufMessage {
    /// Remote write 1.0.
    #[default]
    #[serde(rename = "prometheus.WriteRequest")]
    WriteRequestV1,
    /// Remote write 2.0.
    #[serde(rename = "io.prometheus.write.v2.Request")]
    RequestV2,
}

/// How samples wait and how they are sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// Samples that wait in memory for one shard.
    pub capacity: usize,
    pub max_shards: usize,
    pub min_shards: usize,
    pub max_samples_per_send: usize,
    /// How long a sample waits for others before it is sent.
    #[serde(with = "crate::duration")]
    pub batch_send_deadline: Duration,
    #[serde(with = "crate::duration")]
    pub min_backoff: Duration,
    #[serde(with = "crate::duration")]
    pub max_backoff: Duration,
    /// Whether what a receiver refuses as too many requests is sent again.
    #[serde(skip_serializing_if = "is_default")]
    pub retry_on_http_429: bool,
    /// Older samples are dropped; zero keeps all.
    #[serde(with = "crate::duration", skip_serializing_if = "is_default")]
    pub sample_age_limit: Duration,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            max_shards: 50,
            min_shards: 1,
            max_samples_per_send: 2_000,
            batch_send_deadline: Duration::from_secs(5),
            min_backoff: Duration::from_millis(30),
            max_backoff: Duration::from_secs(5),
            retry_on_http_429: false,
            sample_age_limit: Duration::ZERO,
        }
    }
}

/// Whether and how types and meanings of metrics are sent. Remote write 2.0 sends them with the samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetadataConfig {
    #[serde(default = "on")]
    pub send: bool,
    #[serde(with = "crate::duration")]
    pub send_interval: Duration,
    pub max_samples_per_send: usize,
}

impl Default for MetadataConfig {
    fn default() -> Self {
        Self {
            send: true,
            send_interval: Duration::from_secs(60),
            max_samples_per_send: 2_000,
        }
    }
}

fn thirty_seconds() -> Duration {
    Duration::from_secs(30)
}

impl RemoteWriteConfig {
    /// Where it stands, for messages.
    pub(crate) fn line(&self) -> usize {
        self.line.0
    }

    pub(crate) fn resolve(&mut self, names: NameValidation) -> Result<(), YamlError> {
        let line = self.line.0;
        if let Some(name) = self.headers.keys().find(|name| is_reserved_header(name)) {
            return Err(YamlError::new(
                line,
                format!("{name} is a reserved header. It must not be changed"),
            ));
        }
        let queue = &self.queue_config;
        if [
            queue.capacity,
            queue.max_shards,
            queue.min_shards,
            queue.max_samples_per_send,
        ]
        .contains(&0)
        {
            return Err(YamlError::new(
                line,
                "capacity, max_shards, min_shards and max_samples_per_send of queue_config have to be above 0",
            ));
        }
        if queue.min_shards > queue.max_shards || queue.min_backoff > queue.max_backoff {
            return Err(YamlError::new(
                line,
                "a minimum of queue_config is above its maximum",
            ));
        }
        name_rules(&mut self.write_relabel_configs, names, line)
    }

    pub(crate) fn set_directory(&mut self, directory: &Path) {
        self.http.set_directory(directory);
    }
}
