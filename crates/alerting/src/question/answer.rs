//! What comes back to a question, and from whom.

use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};

use super::{Gap, Question};

/// One element of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub labels: Labels,
    pub value: SampleValue,
}

/// Why there is no answer, or not all of one.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Whoever asked is going away.
    #[error("the evaluation was cancelled")]
    Cancelled,
    #[error("{0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("rule result is not a vector or scalar")]
    NoVector,
    #[error("{source_name} did not answer within {limit:?}")]
    TimedOut {
        source_name: &'static str,
        limit: std::time::Duration,
    },
    /// Whoever answers here does not have what is asked about.
    #[error("rules with `{source_name}` cannot be answered here")]
    NoSource { source_name: &'static str },
    /// It is known how things stand, not how they stood.
    #[error(
        "`{source_name}` tells how things stand now and keeps no past: the rule can be saved, but not tried on the past"
    )]
    NoPast { source_name: &'static str },
    /// The past is known in pieces that are longer than what is asked.
    #[error("`{source_name}` of so long ago are known by {}; try a shorter or later time, or a longer window", swarmscope_model::metrics::duration::format(*interval))]
    TooCoarse {
        source_name: &'static str,
        interval: std::time::Duration,
    },
    /// What was found is true; what was not found may be there all the same.
    #[error("the answer is not complete: {gap}")]
    Incomplete { found: Vec<Answer>, gap: Gap },
}

/// Points in time with even distances, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    pub from: i64,
    /// The last point is this one, or less than a step before it.
    pub to: i64,
    /// Above 0.
    pub step: i64,
}

impl Steps {
    /// How many points there are.
    pub fn len(&self) -> usize {
        usize::try_from((self.to - self.from).div_euclid(self.step) + 1).unwrap_or(0)
    }

    /// Whether there is no point at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every point, in order.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        let Self { from, step, .. } = *self;
        (0..self.len()).map(move |number| from + number as i64 * step)
    }
}

/// Who answers the questions of rules. Calls block.
pub trait Evaluate: Send + Sync {
    /// The answer at a time, in milliseconds since the epoch. A scalar is one element without labels.
    ///
    /// # Errors
    /// When the question cannot be answered, or the asking was cancelled.
    fn instant(
        &self,
        question: &Question,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Vec<Answer>, AnswerError>;

    /// The answers at points of the past, one for each.
    ///
    /// # Errors
    /// As for one time, and when nobody knows how it was then.
    fn past(
        &self,
        question: &Question,
        steps: Steps,
        cancellation: &Cancellation,
    ) -> Result<Vec<Vec<Answer>>, AnswerError> {
        steps
            .iter()
            .map(|at| self.instant(question, at, cancellation))
            .collect()
    }
}
