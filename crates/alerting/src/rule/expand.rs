//! From the answers of an alerting rule to alerts: labels and annotations, written out.

use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_promql::parser;

use super::ALERT_NAME;
use super::alert::Alert;
use super::error::RuleError;
use crate::definition::TemplatedText;
use crate::question::{Answer, Evaluate, Question};
use crate::template::{Context, Data, QueryError, Sample, SampleNumber};

/// What templates see beside an alert's own answer.
pub struct Expansion<'a> {
    pub evaluate: &'a dyn Evaluate,
    pub cancellation: &'a Cancellation,
    /// For queries in templates.
    pub syntax: parser::Options,
    pub external_labels: &'a BTreeMap<String, String>,
    pub external_url: &'a str,
    /// Milliseconds since the epoch.
    pub at: i64,
}

/// The alerts that a rule's answers are.
///
/// # Errors
/// When two have the same labels.
pub fn found_alerts(
    name: &str,
    labels: &BTreeMap<String, TemplatedText>,
    annotations: &BTreeMap<String, TemplatedText>,
    answers: Vec<Answer>,
    expansion: &Expansion<'_>,
) -> Result<Vec<Alert>, RuleError> {
    let query = |text: &str| expansion.query(text);
    let context = Context {
        now: expansion.at,
        external_url: expansion.external_url,
        query: &query,
    };
    let mut seen = BTreeSet::new();
    let mut alerts = Vec::with_capacity(answers.len());
    for answer in answers {
        let data = Data {
            labels: as_map(&answer.labels),
            external_labels: expansion.external_labels.clone(),
            external_url: expansion.external_url.to_owned(),
            value: number(&answer.value),
        };
        let mut own = answer.labels.to_builder();
        own.remove(METRIC_NAME);
        for (name, text) in labels {
            own.set(name, expanded(text, &data, &context));
        }
        own.set(ALERT_NAME, name);
        let own = own.build();
        if !seen.insert(own.clone()) {
            return Err(RuleError::SameAlertLabels);
        }
        let annotations = annotations
            .iter()
            .map(|(name, text)| (name.as_str(), expanded(text, &data, &context)));
        let value = match answer.value {
            SampleValue::Float(value) => value,
            SampleValue::Histogram(_) => 0.0,
        };
        let annotations = Labels::from_pairs(annotations);
        alerts.push(Alert::pending(own, annotations, value, expansion.at));
    }
    Ok(alerts)
}

fn expanded(text: &TemplatedText, data: &Data, context: &Context<'_>) -> String {
    match &text.template {
        Some(template) => template.expand_or_explain(data, context),
        None => text.source.clone(),
    }
}

impl Expansion<'_> {
    /// What `query` in a template gives.
    fn query(&self, text: &str) -> Result<Vec<Sample>, QueryError> {
        let question = Question::parse_metrics(text, self.syntax).map_err(QueryError::new)?;
        let answers = self
            .evaluate
            .instant(&question, self.at, self.cancellation)
            .map_err(QueryError::new)?;
        Ok(answers
            .iter()
            .map(|answer| Sample {
                labels: as_map(&answer.labels),
                value: number(&answer.value),
            })
            .collect())
    }
}

fn as_map(labels: &Labels) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn number(value: &SampleValue) -> SampleNumber {
    match value {
        SampleValue::Float(value) => SampleNumber::Float(*value),
        SampleValue::Histogram(histogram) => SampleNumber::Histogram(histogram.clone()),
    }
}
