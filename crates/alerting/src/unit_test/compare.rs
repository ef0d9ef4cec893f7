//! What was expected beside what came out.

use std::collections::BTreeMap;

use swarmscope_model::metrics::{Labels, SampleValue};
use swarmscope_promql::parser::{
    ParseError, SequenceValue, parse_metric, parse_series_description,
};

use super::file::ExpectedSample;

/// Labels and annotations of an alert, to be compared and shown.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ShownAlert {
    labels: Labels,
    annotations: Labels,
}

impl ShownAlert {
    pub fn new(labels: &Labels, annotations: &Labels) -> Self {
        Self {
            labels: labels.clone(),
            annotations: annotations.clone(),
        }
    }

    pub fn from_maps(
        labels: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
    ) -> Self {
        Self {
            labels: Labels::from_pairs(labels.clone()),
            annotations: Labels::from_pairs(annotations.clone()),
        }
    }
}

/// The sample that a file describes.
///
/// # Errors
/// When its labels or its histogram are none.
pub(super) fn expected(sample: &ExpectedSample) -> Result<(Labels, SampleValue), ParseError> {
    let labels = match sample.labels.trim() {
        "" => Labels::empty(),
        text => parse_metric(text)?,
    };
    if sample.histogram.is_empty() {
        return Ok((labels, SampleValue::Float(sample.value)));
    }
    let described = parse_series_description(&format!("{{}} {}", sample.histogram))?;
    let value = match described.values.into_iter().next() {
        Some(SequenceValue::Histogram { histogram, .. }) => SampleValue::Histogram(histogram),
        Some(SequenceValue::Float(value)) => SampleValue::Float(value),
        _ => SampleValue::Float(f64::NAN),
    };
    Ok((labels, value))
}

/// Whether both have the same series and values.
pub(super) fn same(
    expected: &BTreeMap<Labels, SampleValue>,
    got: &BTreeMap<Labels, SampleValue>,
    fuzzy: bool,
) -> bool {
    expected.len() == got.len()
        && expected
            .iter()
            .zip(got)
            .all(|(expected, got)| expected.0 == got.0 && same_value(expected.1, got.1, fuzzy))
}

fn same_value(expected: &SampleValue, got: &SampleValue, fuzzy: bool) -> bool {
    match (expected, got) {
        (SampleValue::Float(expected), SampleValue::Float(got)) => {
            let neighbour = fuzzy && (expected.next_up() == *got || expected.next_down() == *got);
            expected == got || neighbour || expected.is_nan() && got.is_nan()
        }
        (SampleValue::Histogram(expected), SampleValue::Histogram(got)) => {
            expected.test_notation() == got.test_notation()
        }
        _ => false,
    }
}
