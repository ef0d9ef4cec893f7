//! From the answers of a recording rule to the series that it writes.

use std::collections::{BTreeMap, HashSet};

use swarmscope_model::metrics::labels::METRIC_NAME;

use super::Written;
use super::error::RuleError;
use crate::definition::TemplatedText;
use crate::question::Answer;

/// The answers under the rule's name and labels. An empty label removes one that the answer has.
///
/// # Errors
/// When two series become one, or there are more than may be.
pub fn recorded(
    name: &str,
    labels: &BTreeMap<String, TemplatedText>,
    answers: Vec<Answer>,
    limit: usize,
) -> Result<Vec<Written>, RuleError> {
    let mut seen = HashSet::with_capacity(answers.len());
    let mut series = Vec::with_capacity(answers.len());
    for answer in answers {
        let mut own = answer.labels.to_builder();
        own.set(METRIC_NAME, name);
        for (name, text) in labels {
            own.set(name, text.source.as_str());
        }
        let own = own.build();
        if !seen.insert(own.clone()) {
            return Err(RuleError::SameSeriesLabels);
        }
        series.push((own, answer.value));
    }
    if limit > 0 && series.len() > limit {
        return Err(RuleError::Limit {
            limit,
            count: series.len(),
            what: "series",
        });
    }
    Ok(series)
}
