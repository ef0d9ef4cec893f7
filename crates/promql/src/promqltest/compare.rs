//! Whether a result is the expected one.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, SampleValue};

use super::almost;
use super::eval::{Eval, ExpectedSeries};
use crate::evaluator::{MatrixSeries, Value, VectorSample};
use crate::parser::SequenceValue;

/// Why a result is not the expected one.
pub(super) fn check(eval: &Eval, result: &Value) -> Result<(), String> {
    match result {
        Value::Scalar { value, .. } => check_scalar(eval, *value),
        Value::String { value, .. } => {
            let expected = eval.expectations.string.as_deref().unwrap_or_default();
            if expected == value {
                Ok(())
            } else {
                Err(format!("expected string {expected:?} but got {value:?}"))
            }
        }
        Value::Vector(samples) => check_vector(eval, samples),
        Value::Matrix(series) => check_matrix(eval, series),
    }
}

fn check_scalar(eval: &Eval, value: f64) -> Result<(), String> {
    match eval.expectations.scalar {
        None => Err(format!(
            "expected vector or matrix result, but got scalar {value}"
        )),
        Some(expected) if almost::equal(expected, value) => Ok(()),
        Some(expected) => Err(format!("expected scalar {expected} but got {value}")),
    }
}

fn check_vector(eval: &Eval, samples: &[VectorSample]) -> Result<(), String> {
    let expectations = &eval.expectations;
    if let Some(scalar) = expectations.scalar {
        return Err(format!(
            "expected scalar {scalar}, but got a vector: {samples:?}"
        ));
    }
    for (index, sample) in samples.iter().enumerate() {
        let labels = &sample.labels;
        let Some(expected) = expectations
            .series
            .iter()
            .find(|each| each.labels == *labels)
        else {
            return Err(format!(
                "unexpected series {labels:?} with {}",
                shown(&sample.value)
            ));
        };
        if expectations.ordered && expected.position != index + 1 {
            let (wanted, got) = (expected.position, index + 1);
            return Err(format!(
                "expected {labels:?} at position {wanted} but it is at {got}"
            ));
        }
        let Some(value) = expected.values.first() else {
            return Err(format!("nothing is expected of {labels:?}"));
        };
        if !is_equal(value, &sample.value) {
            let (wanted, got) = (shown_expected(value), shown(&sample.value));
            return Err(format!("expected {wanted} for {labels:?} but got {got}"));
        }
    }
    all_found(&expectations.series, |expected| {
        samples
            .iter()
            .any(|sample| sample.labels == expected.labels)
    })
}

fn check_matrix(eval: &Eval, series: &[MatrixSeries]) -> Result<(), String> {
    let expectations = &eval.expectations;
    if expectations.ordered {
        return Err("expected ordered result, but query returned a matrix".to_owned());
    }
    if expectations.scalar.is_some() {
        return Err(format!("expected scalar result, but got matrix {series:?}"));
    }
    if !series.is_sorted_by(|left, right| left.labels <= right.labels) {
        return Err("matrix results should always be sorted by labels".to_owned());
    }
    for found in series {
        let labels = &found.labels;
        let Some(expected) = expectations
            .series
            .iter()
            .find(|each| each.labels == *labels)
        else {
            return Err(format!(
                "unexpected series {labels:?} with {}",
                shown_series(found)
            ));
        };
        check_series(eval, expected, found)?;
    }
    all_found(&expectations.series, |expected| {
        series.iter().any(|series| series.labels == expected.labels)
    })
}

fn check_series(
    eval: &Eval,
    expected: &ExpectedSeries,
    found: &MatrixSeries,
) -> Result<(), String> {
    let times = eval.expected_times;
    let floats = found
        .floats
        .iter()
        .map(|(time, value)| (*time, SampleValue::Float(*value)));
    let histograms = found
        .histograms
        .iter()
        .map(|(time, value)| (*time, SampleValue::Histogram(Arc::clone(value))));
    let mut samples: Vec<(i64, SampleValue)> = floats.chain(histograms).collect();
    samples.sort_by_key(|(time, _)| *time);
    let at = |index: usize| times.start + times.step * index as i64;
    if !expected.values.is_empty() && at(expected.values.len() - 1) > times.end {
        let count = expected.values.len();
        return Err(format!(
            "expected {count} points, but the range cannot return this many"
        ));
    }
    let wanted: Vec<(i64, &SequenceValue)> = expected
        .values
        .iter()
        .enumerate()
        .filter(|(_, value)| !matches!(value, SequenceValue::Omitted))
        .map(|(index, value)| (at(index), value))
        .collect();
    let labels = &expected.labels;
    if wanted.len() != samples.len() {
        let (wanted, got) = (wanted.len(), shown_series(found));
        return Err(format!(
            "expected {wanted} points for {labels:?}, but got {got}"
        ));
    }
    for ((wanted_time, wanted), (time, value)) in wanted.into_iter().zip(&samples) {
        if wanted_time != *time || !is_equal(wanted, value) {
            let (wanted, got) = (shown_expected(wanted), shown(value));
            let all = shown_series(found);
            return Err(format!(
                "expected {wanted} at {wanted_time} for {labels:?}, but got {got} at {time} (result has \
                 {all})"
            ));
        }
    }
    Ok(())
}

fn all_found(
    expected: &[ExpectedSeries],
    is_found: impl Fn(&ExpectedSeries) -> bool,
) -> Result<(), String> {
    match expected.iter().find(|expected| !is_found(expected)) {
        None => Ok(()),
        Some(missing) => {
            let values: Vec<String> = missing.values.iter().map(shown_expected).collect();
            Err(format!(
                "expected series {:?} with {} not found",
                missing.labels,
                values.join(" ")
            ))
        }
    }
}

fn is_equal(expected: &SequenceValue, found: &SampleValue) -> bool {
    match (expected, found) {
        (SequenceValue::Float(expected), SampleValue::Float(found)) => {
            almost::equal(*expected, *found)
        }
        (
            SequenceValue::Histogram {
                histogram,
                reset_hint_given,
            },
            SampleValue::Histogram(found),
        ) => {
            histograms_equal(histogram, found)
                && (!reset_hint_given || histogram.reset_hint == found.reset_hint)
        }
        _ => false,
    }
}

fn histograms_equal(expected: &Histogram, found: &Histogram) -> bool {
    let (mut expected, mut found) = (expected.clone(), found.clone());
    expected.compact(0);
    found.compact(0);
    let counts_equal = |expected: &[f64], found: &[f64]| {
        expected.len() == found.len()
            && expected
                .iter()
                .zip(found)
                .all(|(expected, found)| almost::equal(*expected, *found))
    };
    expected.schema == found.schema
        && expected.zero_threshold == found.zero_threshold
        && expected.custom_bounds == found.custom_bounds
        && almost::equal(expected.count, found.count)
        && almost::equal(expected.sum, found.sum)
        && almost::equal(expected.zero_count, found.zero_count)
        && expected.positive.spans == found.positive.spans
        && expected.negative.spans == found.negative.spans
        && counts_equal(&expected.positive.counts, &found.positive.counts)
        && counts_equal(&expected.negative.counts, &found.negative.counts)
}

fn shown(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) => value.to_string(),
        SampleValue::Histogram(histogram) => {
            format!("{} ({:?})", histogram.test_notation(), histogram.reset_hint)
        }
    }
}

fn shown_expected(value: &SequenceValue) -> String {
    match value {
        SequenceValue::Omitted => "_".to_owned(),
        SequenceValue::Float(value) => value.to_string(),
        SequenceValue::Histogram {
            histogram,
            reset_hint_given,
        } if *reset_hint_given => {
            format!("{} ({:?})", histogram.test_notation(), histogram.reset_hint)
        }
        SequenceValue::Histogram { histogram, .. } => histogram.test_notation(),
    }
}

fn shown_series(series: &MatrixSeries) -> String {
    let histograms: Vec<String> = series
        .histograms
        .iter()
        .map(|(time, histogram)| format!("{} @[{time}]", histogram.test_notation()))
        .collect();
    format!("floats {:?} and histograms {histograms:?}", series.floats)
}
