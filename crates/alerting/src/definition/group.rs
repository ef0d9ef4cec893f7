//! What a rule file says, once it has been checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::question::Question;
use crate::template::Template;

/// Rules that are evaluated together, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDefinition {
    pub name: String,
    pub file: PathBuf,
    /// The global one when there is none.
    pub interval: Option<Duration>,
    /// How far back in time its questions are asked; the global one when there is none.
    pub query_offset: Option<Duration>,
    /// Series or alerts that one rule may give; 0 is no limit.
    pub limit: usize,
    pub rules: Vec<RuleDefinition>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDefinition {
    /// The recorded metric's name, or the alert's.
    pub name: String,
    pub question: Question,
    /// The group's labels are among them. Those of alerts are templates.
    pub labels: BTreeMap<String, TemplatedText>,
    pub kind: RuleKind,
}

/// What happens with a rule's answers.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleKind {
    /// They are written as series.
    Recording,
    /// Each is an alert.
    Alerting {
        /// How long an answer has to be there before its alert fires.
        hold: Duration,
        /// How long an alert goes on firing once its answer is gone.
        keep_firing: Duration,
        annotations: BTreeMap<String, TemplatedText>,
    },
}

/// A text of a rule, and the template that it is in alerts.
#[derive(Debug, Clone)]
pub struct TemplatedText {
    pub source: String,
    /// `None` where the text stands for itself: in recording rules.
    pub template: Option<Template>,
}

impl PartialEq for TemplatedText {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.template.is_some() == other.template.is_some()
    }
}

impl RuleDefinition {
    /// The labels as they are written.
    pub fn label_sources(&self) -> BTreeMap<&str, &str> {
        sources(&self.labels)
    }
}

/// Texts as they are written.
pub(crate) fn sources(texts: &BTreeMap<String, TemplatedText>) -> BTreeMap<&str, &str> {
    texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.source.as_str()))
        .collect()
}
