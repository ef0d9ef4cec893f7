//! The `otlp` section: how OpenTelemetry's names and attributes become labels.

use serde::{Deserialize, Serialize};

use crate::fields::{is_default, on};
use crate::names::NameValidation;
use crate::yaml::{Line, YamlError};

/// The section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpConfig {
    #[serde(rename = "<line>", skip_serializing)]
    line: Line,
    #[serde(skip_serializing_if = "is_default")]
    pub promote_all_resource_attributes: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promote_resource_attributes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_resource_attributes: Vec<String>,
    pub translation_strategy: TranslationStrategy,
    #[serde(skip_serializing_if = "is_default")]
    pub keep_identifying_resource_attributes: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub convert_histograms_to_nhcb: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub promote_scope_metadata: bool,
    /// Names that begin with `_` get `key` in front.
    #[serde(default = "on")]
    pub label_name_underscore_sanitization: bool,
    #[serde(default = "on")]
    pub label_name_preserve_multiple_underscores: bool,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self {
            line: Line::default(),
            promote_all_resource_attributes: false,
            promote_resource_attributes: Vec::new(),
            ignore_resource_attributes: Vec::new(),
            translation_strategy: TranslationStrategy::default(),
            keep_identifying_resource_attributes: false,
            convert_histograms_to_nhcb: false,
            promote_scope_metadata: false,
            label_name_underscore_sanitization: true,
            label_name_preserve_multiple_underscores: true,
        }
    }
}

/// What becomes of names that are no identifiers, and whether unit and type are added to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TranslationStrategy {
    #[default]
    UnderscoreEscapingWithSuffixes,
    UnderscoreEscapingWithoutSuffixes,
    NoUTF8EscapingWithSuffixes,
    NoTranslation,
}

impl TranslationStrategy {
    /// Whether names may keep what is no identifier.
    pub fn keeps_utf8(self) -> bool {
        matches!(self, Self::NoUTF8EscapingWithSuffixes | Self::NoTranslation)
    }
}

impl OtlpConfig {
    pub(crate) fn check(&self, names: NameValidation) -> Result<(), YamlError> {
        let reason = match (
            self.promote_all_resource_attributes,
            self.promote_resource_attributes.is_empty(),
            self.ignore_resource_attributes.is_empty(),
        ) {
            (true, false, _) => {
                "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured simultaneously"
            }
            (false, _, false) => {
                "'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' is true"
            }
            _ if self.translation_strategy.keeps_utf8() && names == NameValidation::Legacy => {
                "the OTLP translation strategy is not allowed when UTF8 is disabled"
            }
            _ => return Ok(()),
        };
        Err(YamlError::new(self.line.0, reason))
    }
}
