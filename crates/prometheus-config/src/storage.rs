//! The `storage` section: the out-of-order window, retention, and how many exemplars are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fields::is_default;
use crate::size::Size;

/// The section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tsdb: Option<TsdbConfig>,
    pub exemplars: ExemplarsConfig,
}

/// Of the store of samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TsdbConfig {
    /// How much older than the newest sample of a series another may be.
    #[serde(with = "crate::duration", skip_serializing_if = "is_default")]
    pub out_of_order_time_window: Duration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionConfig>,
}

/// What is kept; whichever limit is reached first counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    #[serde(
        with = "crate::duration::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub time: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
}

/// Of the ring of exemplars in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExemplarsConfig {
    /// 0 or less keeps none.
    pub max_exemplars: i64,
}

impl Default for ExemplarsConfig {
    fn default() -> Self {
        Self {
            max_exemplars: 100_000,
        }
    }
}
