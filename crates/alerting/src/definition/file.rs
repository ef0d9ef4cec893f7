//! The YAML of a rule file, field by field.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use swarmscope_model::metrics::duration;
use swarmscope_prometheus_config::NameValidation;
use swarmscope_prometheus_config::yaml::{self, Line};
use swarmscope_promql::parser;

use super::check;
use super::error::{FileProblem, Problem};
use super::group::GroupDefinition;
use super::source::{WrittenAgents, WrittenErrors, WrittenLogs, WrittenTasks};

/// What rule files may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Syntax {
    /// Which names are valid.
    pub names: NameValidation,
    /// Which experimental parts of PromQL are understood.
    pub promql: parser::Options,
}

/// Reads a rule file.
///
/// # Errors
/// With everything that is wrong in it, by line. What is no YAML, or has a field that rule files do not
/// have, is the only problem that is told.
pub fn parse(
    text: &str,
    file: &Path,
    syntax: Syntax,
) -> Result<Vec<GroupDefinition>, Vec<FileProblem>> {
    let written: WrittenFile = yaml::from_str(text).map_err(|error| {
        vec![FileProblem {
            line: error.line,
            problem: Problem::Yaml(error),
        }]
    })?;
    check::groups(written.groups, file, syntax)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenFile {
    groups: Vec<WrittenGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenGroup {
    #[serde(rename = "<line>")]
    pub line: Line,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub interval: Span,
    #[serde(default)]
    pub query_offset: Option<Span>,
    #[serde(default)]
    pub limit: usize,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    #[serde(rename = "<line>")]
    pub line: Line,
    #[serde(default)]
    pub record: String,
    #[serde(default)]
    pub alert: String,
    #[serde(default)]
    pub expr: String,
    #[serde(default)]
    pub logs: Option<WrittenLogs>,
    #[serde(default)]
    pub errors: Option<WrittenErrors>,
    #[serde(default)]
    pub agents: Option<WrittenAgents>,
    #[serde(default)]
    pub tasks: Option<WrittenTasks>,
    #[serde(default, rename = "for")]
    pub hold: Span,
    #[serde(default)]
    pub keep_firing_for: Span,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// A span of time in Prometheus's spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration::parse(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
