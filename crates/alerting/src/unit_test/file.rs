//! The YAML of a file with tests of rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmscope_prometheus_config::yaml::{self, YamlError};

use crate::definition::Span;

/// Reads such a file.
///
/// # Errors
/// When it is no YAML, or has a field that such files do not have.
pub(super) fn parse(text: &str) -> Result<TestFile, YamlError> {
    yaml::from_str(text)
}

/// A file with tests.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct TestFile {
    pub rule_files: Vec<String>,
    pub evaluation_interval: Option<Span>,
    pub group_eval_order: Vec<String>,
    pub tests: Vec<Test>,
    /// Numbers may be off by their last bit.
    pub fuzzy_compare: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Test {
    pub name: String,
    pub interval: Option<Span>,
    pub input_series: Vec<InputSeries>,
    pub alert_rule_test: Vec<AlertCase>,
    pub promql_expr_test: Vec<QueryCase>,
    pub external_labels: BTreeMap<String, String>,
    pub external_url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputSeries {
    pub series: String,
    pub values: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertCase {
    #[serde(default)]
    pub eval_time: Span,
    pub alertname: String,
    #[serde(default)]
    pub exp_alerts: Vec<ExpectedAlert>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExpectedAlert {
    pub exp_labels: BTreeMap<String, String>,
    pub exp_annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryCase {
    pub expr: String,
    #[serde(default)]
    pub eval_time: Span,
    #[serde(default)]
    pub exp_samples: Vec<ExpectedSample>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExpectedSample {
    pub labels: String,
    pub value: f64,
    /// When there is one, the number does not count.
    pub histogram: String,
}
