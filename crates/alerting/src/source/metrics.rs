//! Questions to the metrics, answered by PromQL over a store.

use std::sync::Arc;

use swarmscope_model::metrics::{Cancellation, Labels, MetricStore, SampleValue};
use swarmscope_promql::evaluator::{EngineOptions, EvalError, MatrixSeries, Value, instant, range};

use crate::question::{Answer, AnswerError, Evaluate, Question, Steps};

/// Answers from a metric store.
pub struct MetricAnswers {
    store: Arc<dyn MetricStore>,
    options: EngineOptions,
}

impl MetricAnswers {
    /// Answers from this store, within the limits of any other query.
    pub fn new(store: Arc<dyn MetricStore>, options: EngineOptions) -> Self {
        Self { store, options }
    }
}

impl Evaluate for MetricAnswers {
    fn instant(
        &self,
        question: &Question,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Vec<Answer>, AnswerError> {
        let Question::Metrics { expr, .. } = question else {
            return Err(AnswerError::NoSource {
                source_name: question.source(),
            });
        };
        let store: &dyn MetricStore = self.store.as_ref();
        let outcome = instant(store, expr, at, &self.options, cancellation).map_err(failed)?;
        match outcome.value {
            Value::Vector(samples) => Ok(samples
                .into_iter()
                .map(|sample| Answer {
                    labels: sample.labels,
                    value: sample.value,
                })
                .collect()),
            Value::Scalar { value, .. } => Ok(vec![Answer {
                labels: Labels::empty(),
                value: SampleValue::Float(value),
            }]),
            _ => Err(AnswerError::NoVector),
        }
    }

    fn past(
        &self,
        question: &Question,
        steps: Steps,
        cancellation: &Cancellation,
    ) -> Result<Vec<Vec<Answer>>, AnswerError> {
        let Question::Metrics { expr, .. } = question else {
            return Err(AnswerError::NoSource {
                source_name: question.source(),
            });
        };
        let store: &dyn MetricStore = self.store.as_ref();
        let Steps { from, to, step } = steps;
        let outcome =
            range(store, expr, from, to, step, &self.options, cancellation).map_err(failed)?;
        let Value::Matrix(series) = outcome.value else {
            return Err(AnswerError::NoVector);
        };
        let mut answers = vec![Vec::new(); steps.len()];
        for series in series {
            spread(series, steps, &mut answers);
        }
        Ok(answers)
    }
}

/// Adds a series' values to the answers of their times.
fn spread(series: MatrixSeries, steps: Steps, answers: &mut [Vec<Answer>]) {
    let MatrixSeries {
        labels,
        floats,
        histograms,
    } = series;
    let floats = floats
        .into_iter()
        .map(|(at, value)| (at, SampleValue::Float(value)));
    let histograms = histograms
        .into_iter()
        .map(|(at, value)| (at, SampleValue::Histogram(value)));
    for (at, value) in floats.chain(histograms) {
        let step = usize::try_from((at - steps.from).div_euclid(steps.step));
        if let Some(answer) = step.ok().and_then(|step| answers.get_mut(step)) {
            answer.push(Answer {
                labels: labels.clone(),
                value,
            });
        }
    }
}

fn failed(error: EvalError) -> AnswerError {
    match error {
        EvalError::Cancelled => AnswerError::Cancelled,
        other => AnswerError::Failed(Box::new(other)),
    }
}
