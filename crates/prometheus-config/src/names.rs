//! Which names of metrics and labels are valid, and how names that are not are asked for.

use serde::{Deserialize, Serialize};
use swarmscope_model::metrics::labels::{is_legacy_label_name, is_legacy_metric_name};

/// What names may look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameValidation {
    /// Any UTF-8.
    #[default]
    Utf8,
    /// Identifiers only, as before Prometheus 3.
    Legacy,
}

impl NameValidation {
    /// Whether a label may have the name.
    pub fn is_label_name(self, name: &str) -> bool {
        match self {
            Self::Utf8 => !name.is_empty(),
            Self::Legacy => is_legacy_label_name(name),
        }
    }

    /// Whether a metric may have the name.
    pub fn is_metric_name(self, name: &str) -> bool {
        match self {
            Self::Utf8 => !name.is_empty(),
            Self::Legacy => is_legacy_metric_name(name),
        }
    }
}

/// What a target is asked to do with names that are no identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameEscaping {
    #[serde(rename = "allow-utf-8")]
    AllowUtf8,
    Underscores,
    Dots,
    Values,
}

impl NameEscaping {
    /// As it stands in an `Accept` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllowUtf8 => "allow-utf-8",
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
        }
    }
}
