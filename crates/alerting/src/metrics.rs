//! Questions to the metrics, answered by PromQL over a store.

use std::sync::Arc;

use swarmscope_model::metrics::{Cancellation, Labels, MetricStore, SampleValue};
use swarmscope_promql::evaluator::{EngineOptions, EvalError, Value, instant};

use crate::question::{Answer, AnswerError, Evaluate, Question};

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
        let Question::Metrics { expr, .. } = question;
        let store: &dyn MetricStore = self.store.as_ref();
        let outcome =
            instant(store, expr, at, &self.options, cancellation).map_err(|error| match error {
                EvalError::Cancelled => AnswerError::Cancelled,
                other => AnswerError::Failed(Box::new(other)),
            })?;
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
}
