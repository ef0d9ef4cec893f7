//! Why a scrape failed, in words for whoever looks after the target.

use std::time::Duration;

use swarmscope_http_client::RequestError;
use swarmscope_model::metrics::histogram::InvalidHistogram;
use swarmscope_model::metrics::{Labels, MetricError, Refusal};

use crate::exposition::FormatError;
use crate::negotiation::UnknownFormat;
use crate::resolution::TooManyBuckets;

/// A scrape that failed, or of which the store did not take all.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    #[error(transparent)]
    Request(RequestError),
    #[error("{url}: no answer within {timeout:?}")]
    Timeout { url: String, timeout: Duration },
    #[error("server returned HTTP status {0}")]
    Status(http::StatusCode),
    #[error("the page is not gzip, though the server says so: {0}")]
    Compression(#[source] std::io::Error),
    #[error("body size limit exceeded: the page has more than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error(transparent)]
    UnknownFormat(#[from] UnknownFormat),
    #[error("{0}")]
    Format(#[from] FormatError),
    #[error(
        "sample limit exceeded: the page has {samples} samples after relabeling, the limit is {limit}"
    )]
    SampleLimit { samples: u64, limit: u64 },
    #[error("invalid native histogram: {0}")]
    InvalidHistogram(#[from] InvalidHistogram),
    #[error(transparent)]
    BucketLimit(#[from] TooManyBuckets),
    #[error("target_limit exceeded (number of targets: {targets}, limit: {limit})")]
    TargetLimit { targets: usize, limit: u64 },
    #[error("missing metric name (__name__ label) in {0:?}")]
    NoName(Labels),
    #[error("invalid metric name or label names: {0:?}")]
    InvalidName(Labels),
    #[error(
        "label_limit exceeded (metric: {metric:.50}, number of labels: {labels}, limit: {limit})"
    )]
    LabelLimit {
        metric: String,
        labels: usize,
        limit: u64,
    },
    #[error(
        "label_name_length_limit exceeded (metric: {metric:.50}, label name: {name:.50}, length: {}, limit: {limit})",
        name.len()
    )]
    LabelNameLimit {
        metric: String,
        name: String,
        limit: u64,
    },
    #[error(
        "label_value_length_limit exceeded (metric: {metric:.50}, label name: {name:.50}, length: {length}, limit: {limit})"
    )]
    LabelValueLimit {
        metric: String,
        name: String,
        length: usize,
        limit: u64,
    },
    #[error("{count} samples were refused, the first of {series}: {refusal}")]
    Refused {
        count: usize,
        series: String,
        refusal: Refusal,
    },
    #[error("the store took nothing of the scrape")]
    Store(#[source] MetricError),
    #[error("the scrape was broken off by a fault of the server")]
    Aborted,
}

impl ScrapeError {
    /// Whether the target itself did all right: the samples that are missing are for the store's budgets.
    pub fn target_is_up(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl From<RequestError> for ScrapeError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::BodyTooLarge { limit } => Self::BodyTooLarge { limit },
            other => Self::Request(other),
        }
    }
}
