//! What a rule asks, and who answers: the seam between rules and what they look at.
//!
//! States, series and notifications know answers alone. A rule that asks something else than metrics is
//! another [`Question`] and another branch of whoever answers; nothing else changes.

use std::sync::Arc;

use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_promql::ast::Expr;
use swarmscope_promql::parser::{self, ParseError};

/// What a rule asks. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Question {
    /// A PromQL expression, which should give a vector or a scalar.
    Metrics { expr: Arc<Expr>, text: Arc<str> },
}

impl Question {
    /// A question to the metrics.
    pub fn metrics(expr: Expr) -> Self {
        Self::Metrics {
            text: expr.to_string().into(),
            expr: Arc::new(expr),
        }
    }

    /// Reads PromQL.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse_metrics(text: &str, options: parser::Options) -> Result<Self, ParseError> {
        parser::parse(text, options).map(Self::metrics)
    }

    /// As Prometheus prints it.
    pub fn text(&self) -> &str {
        match self {
            Self::Metrics { text, .. } => text,
        }
    }
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// One element of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub labels: Labels,
    pub value: SampleValue,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Whoever asked is going away.
    #[error("the evaluation was cancelled")]
    Cancelled,
    #[error("{0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("rule result is not a vector or scalar")]
    NoVector,
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
}
