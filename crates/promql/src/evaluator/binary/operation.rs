//! What an operator makes of two samples.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, ResetHint};

use crate::ast::{BinaryOperator, TextRange};
use crate::evaluator::context::Evaluator;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::{Sample, SampleRef};

/// Of two numbers. Comparisons give 1 or 0.
pub(super) fn of_scalars(operator: BinaryOperator, left: f64, right: f64) -> f64 {
    match compare(operator, left, right) {
        Some(holds) => f64::from(u8::from(holds)),
        None => arithmetic(operator, left, right).unwrap_or(f64::NAN),
    }
}

/// Whether a comparison holds; `None` when the operator compares nothing.
#[inline]
pub(super) fn compare(operator: BinaryOperator, left: f64, right: f64) -> Option<bool> {
    Some(match operator {
        BinaryOperator::Equal => left == right,
        BinaryOperator::NotEqual => left != right,
        BinaryOperator::Less => left < right,
        BinaryOperator::LessEqual => left <= right,
        BinaryOperator::Greater => left > right,
        BinaryOperator::GreaterEqual => left >= right,
        _ => return None,
    })
}

/// The result of arithmetic; `None` when the operator is something else.
#[inline]
pub(super) fn arithmetic(operator: BinaryOperator, left: f64, right: f64) -> Option<f64> {
    Some(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide => left / right,
        BinaryOperator::Modulo => left % right,
        BinaryOperator::Power => left.powf(right),
        BinaryOperator::Atan2 => left.atan2(right),
        _ => return None,
    })
}

/// What an operator makes of two samples: a result, something to say, or both.
pub(super) struct Outcome {
    /// The value, and whether a comparison that filters keeps it. `None` when there is no result.
    pub result: Option<(Sample, bool)>,
    pub finding: Option<Finding<'static>>,
}

impl Outcome {
    fn kept(sample: Sample) -> Self {
        Self {
            result: Some((sample, true)),
            finding: None,
        }
    }

    fn nothing(finding: Finding<'static>) -> Self {
        Self {
            result: None,
            finding: Some(finding),
        }
    }
}

/// Applies an operator.
pub(super) fn of_samples(
    operator: BinaryOperator,
    left: SampleRef<'_>,
    right: SampleRef<'_>,
) -> Outcome {
    let outcome = match (left, right) {
        (SampleRef::Float(left), SampleRef::Float(right)) => of_floats(operator, left, right),
        (SampleRef::Float(left), SampleRef::Histogram(right)) => {
            (operator == BinaryOperator::Multiply).then(|| Outcome::kept(scaled(right, left)))
        }
        (SampleRef::Histogram(left), SampleRef::Float(right)) => {
            of_histogram_and_float(operator, left, right).map(Outcome::kept)
        }
        (SampleRef::Histogram(left), SampleRef::Histogram(right)) => {
            of_histograms(operator, left, right)
        }
    };
    outcome.unwrap_or_else(|| {
        Outcome::nothing(Finding::IncompatibleTypes {
            left: kind(left),
            operator: operator.as_str(),
            right: kind(right),
        })
    })
}

fn kind(sample: SampleRef<'_>) -> &'static str {
    match sample {
        SampleRef::Float(_) => "float",
        SampleRef::Histogram(_) => "histogram",
    }
}

fn of_floats(operator: BinaryOperator, left: f64, right: f64) -> Option<Outcome> {
    if let Some(keep) = compare(operator, left, right) {
        return Some(Outcome {
            result: Some((Sample::Float(left), keep)),
            finding: None,
        });
    }
    arithmetic(operator, left, right).map(|value| Outcome::kept(Sample::Float(value)))
}

fn scaled(histogram: &Histogram, factor: f64) -> Sample {
    let mut result = histogram.clone();
    result.scale(factor);
    result.compact(0);
    Sample::Histogram(Arc::new(result))
}

fn of_histogram_and_float(
    operator: BinaryOperator,
    left: &Histogram,
    right: f64,
) -> Option<Sample> {
    let mut result = left.clone();
    match operator {
        BinaryOperator::Multiply => return Some(scaled(left, right)),
        BinaryOperator::Divide => {
            result.divide(right);
            result.compact(0);
        }
        BinaryOperator::TrimUpper => result.trim_above(right),
        BinaryOperator::TrimLower => result.trim_below(right),
        _ => return None,
    }
    Some(Sample::Histogram(Arc::new(result)))
}

fn of_histograms(
    operator: BinaryOperator,
    left: &Arc<Histogram>,
    right: &Histogram,
) -> Option<Outcome> {
    let operation = match operator {
        BinaryOperator::Equal | BinaryOperator::NotEqual => {
            let keep = left.equals(right) == (operator == BinaryOperator::Equal);
            let sample = Sample::Histogram(Arc::clone(left));
            return Some(Outcome {
                result: Some((sample, keep)),
                finding: None,
            });
        }
        BinaryOperator::Add => HistogramOperation::Addition,
        BinaryOperator::Subtract => HistogramOperation::Subtraction,
        _ => return None,
    };
    let mut result = (**left).clone();
    let done = match operation {
        HistogramOperation::Addition => result.add(right),
        _ => result.subtract(right),
    };
    let Ok(done) = done else {
        let operator = operator.as_str();
        return Some(Outcome::nothing(Finding::IncompatibleBucketLayout {
            operator,
        }));
    };
    if done.resets_collide {
        return Some(Outcome::nothing(Finding::HistogramCounterResetCollision(
            operation,
        )));
    }
    if operation == HistogramOperation::Subtraction {
        // A difference may go down.
        result.reset_hint = ResetHint::Gauge;
    }
    result.compact(0);
    let finding = done
        .bounds_reconciled
        .then_some(Finding::MismatchedCustomBuckets(operation));
    Some(Outcome {
        finding,
        ..Outcome::kept(Sample::Histogram(Arc::new(result)))
    })
}

/// The last finding of each step, which is the one that is told.
#[derive(Default)]
pub(super) struct LastFindings(BTreeMap<usize, Finding<'static>>);

impl LastFindings {
    pub fn note(&mut self, step: usize, finding: Option<Finding<'static>>) {
        if let Some(finding) = finding {
            self.0.insert(step, finding);
        }
    }

    pub fn tell(self, evaluator: &mut Evaluator<'_>, range: TextRange) {
        for finding in self.0.into_values() {
            evaluator.note(&finding, range);
        }
    }
}
