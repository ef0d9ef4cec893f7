//! `label_replace` and `label_join`: labels made of other labels.

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::matcher;

use super::arguments::{label_name, string};
use crate::ast::Call;
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::duplicates;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::SeriesKey;
use crate::evaluator::grid::Grid;

pub(super) fn label_replace(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let (replacement, source, pattern) = (string(call, 2)?, string(call, 3)?, string(call, 4)?);
    let regex = matcher::anchored(pattern).map_err(|source| EvalError::InvalidPattern {
        pattern: pattern.to_owned(),
        source,
    })?;
    let destination = destination(call, "label_replace")?;
    let mut frame = evaluator.vector(&call.arguments[0], grid)?;
    for key in frame.keys_mut() {
        let value = key.labels.get(source).unwrap_or_default();
        let Some(captures) = regex.captures(value) else {
            continue;
        };
        let mut expanded = String::new();
        captures.expand(replacement, &mut expanded);
        set(key, destination, expanded);
    }
    duplicates::merge(frame).map(Evaluated::Vector)
}

pub(super) fn label_join(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    const FUNCTION: &str = "label_join";
    let separator = string(call, 2)?;
    let mut sources = Vec::new();
    for position in 3..call.arguments.len() {
        let source = label_name(call, position)?.map_err(|name| EvalError::InvalidSourceLabel {
            function: FUNCTION,
            name,
        })?;
        sources.push(source);
    }
    let destination = destination(call, FUNCTION)?;
    let mut frame = evaluator.vector(&call.arguments[0], grid)?;
    for key in frame.keys_mut() {
        let values: Vec<&str> = sources
            .iter()
            .map(|source| key.labels.get(source).unwrap_or_default())
            .collect();
        let joined = values.join(separator);
        set(key, destination, joined);
    }
    duplicates::merge(frame).map(Evaluated::Vector)
}

fn destination<'a>(call: &'a Call, function: &'static str) -> Result<&'a str, EvalError> {
    label_name(call, 1)?.map_err(|name| EvalError::InvalidDestinationLabel { function, name })
}

fn set(key: &mut SeriesKey, label: &str, value: String) {
    let mut labels = key.labels.to_builder();
    labels.set(label, value);
    key.labels = labels.build();
    if label == METRIC_NAME {
        // A name that was given on purpose stays.
        key.drop_name = false;
    }
}
