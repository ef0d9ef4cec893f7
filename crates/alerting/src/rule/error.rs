//! Why an evaluation of a rule came to nothing. Texts are Prometheus's.

use swarmscope_model::metrics::{MetricError, Refusal};

use crate::question::AnswerError;

/// Why an evaluation of a rule came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error("vector contains metrics with the same labelset after applying alert labels")]
    SameAlertLabels,
    #[error("vector contains metrics with the same labelset after applying rule labels")]
    SameSeriesLabels,
    #[error("exceeded limit of {limit} with {count} {what}")]
    Limit {
        limit: usize,
        count: usize,
        what: &'static str,
    },
    /// Nothing was written.
    #[error("the results cannot be written: {0}")]
    Store(#[from] MetricError),
    /// Some of the results were not written; the last reason stands for all.
    #[error("{refused} of the results were not written: {reason}")]
    Refused { refused: usize, reason: Refusal },
}
