//! A vector and a scalar, and the sign of a vector.

use std::sync::Arc;

use super::operation::{self, LastFindings, arithmetic, compare};
use crate::ast::{Binary, BinaryOperator};
use crate::evaluator::context::Evaluator;
use crate::evaluator::duplicates;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{ABSENT, Frame, RowBuffer, Sample, SampleRef, is_present};
use crate::evaluator::functions::nameless;

/// On which side the scalar stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A vector and a scalar.
pub(super) fn with_scalar(
    evaluator: &mut Evaluator<'_>,
    binary: &Binary,
    frame: Frame,
    scalars: &[f64],
    side: Side,
) -> Result<Frame, EvalError> {
    let is_trim = matches!(
        binary.operator,
        BinaryOperator::TrimLower | BinaryOperator::TrimUpper
    );
    let frame = if frame.has_histograms() || is_trim {
        mixed(evaluator, binary, &frame, scalars, side)
    } else {
        floats(binary, frame, scalars, side)
    };
    if binary.returns_bool || !(binary.operator.is_comparison() || is_trim) {
        return nameless(evaluator, frame);
    }
    Ok(frame)
}

fn floats(binary: &Binary, mut frame: Frame, scalars: &[f64], side: Side) -> Frame {
    let operator = binary.operator;
    for index in 0..frame.len() {
        let (row, _) = frame.row_parts_mut(index);
        let cells = row
            .iter_mut()
            .zip(scalars)
            .filter(|(value, _)| is_present(**value));
        for (value, scalar) in cells {
            let (left, right) = match side {
                Side::Left => (*scalar, *value),
                Side::Right => (*value, *scalar),
            };
            *value = match compare(operator, left, right) {
                Some(holds) if binary.returns_bool => f64::from(u8::from(holds)),
                // The vector's value is kept, wherever it stands.
                Some(true) => *value,
                Some(false) => ABSENT,
                None => arithmetic(operator, left, right).unwrap_or(ABSENT),
            };
        }
    }
    if operator.is_comparison() && !binary.returns_bool {
        frame.without_empty()
    } else {
        frame
    }
}

fn mixed(
    evaluator: &mut Evaluator<'_>,
    binary: &Binary,
    frame: &Frame,
    scalars: &[f64],
    side: Side,
) -> Frame {
    let mut output = Frame::with_capacity(frame.steps(), frame.len());
    let mut buffer = RowBuffer::default();
    let mut findings = LastFindings::default();
    for row in frame.rows() {
        buffer.reset(frame.steps());
        for (step, own) in row.iter() {
            let scalar = SampleRef::Float(scalars[step]);
            let (left, right) = match side {
                Side::Left => (scalar, own),
                Side::Right => (own, scalar),
            };
            let outcome = operation::of_samples(binary.operator, left, right);
            findings.note(step, outcome.finding);
            let Some((sample, keep)) = outcome.result else {
                continue;
            };
            if binary.returns_bool {
                buffer.set(step, Sample::Float(f64::from(u8::from(keep))));
            } else if keep && binary.operator.is_comparison() {
                buffer.set(step, own.to_sample());
            } else if keep {
                buffer.set(step, sample);
            }
        }
        output.push(row.key.clone(), &mut buffer);
    }
    findings.tell(evaluator, binary.range);
    output
}

/// The vector with the other sign.
pub(crate) fn negated(mut frame: Frame, keeps_names: bool) -> Result<Frame, EvalError> {
    for index in 0..frame.len() {
        let (floats, histograms) = frame.row_parts_mut(index);
        for value in floats.iter_mut().filter(|value| is_present(**value)) {
            *value = -*value;
        }
        for (_, histogram) in histograms.into_iter().flatten() {
            let mut negative = (**histogram).clone();
            negative.scale(-1.0);
            *histogram = Arc::new(negative);
        }
    }
    for key in frame.keys_mut() {
        key.drop_name = true;
        if !keeps_names {
            key.labels = duplicates::without_metadata(&key.labels);
        }
    }
    if keeps_names {
        Ok(frame)
    } else {
        duplicates::merge(frame)
    }
}
