//! What a rule asks, and who answers: the seam between rules and what they look at.
//!
//! States, series and notifications know answers alone. A rule that asks something else than metrics is
//! another [`Question`] and another branch of whoever answers; nothing else changes.

mod agents;
mod answer;
mod bound;
mod errors;
mod gap;
mod link;
mod logs;
mod tasks;

use std::fmt;
use std::sync::Arc;

use swarmscope_promql::ast::Expr;
use swarmscope_promql::parser::{self, ParseError};

pub use agents::AgentQuestion;
pub use answer::{Answer, AnswerError, Evaluate, Steps};
pub use bound::Bound;
pub use errors::{ErrorEvent, ErrorQuestion, GROUP_LABEL};
pub use gap::Gap;
pub use link::{Addresses, link};
pub use logs::{LogQuestion, LogQuestionError};
pub use tasks::TaskQuestion;

/// What a rule asks. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Question {
    /// A PromQL expression, which should give a vector or a scalar.
    Metrics { expr: Arc<Expr>, text: Arc<str> },
    /// How many log events match.
    Logs(Arc<LogQuestion>),
    /// What became of groups of errors.
    Errors(ErrorQuestion),
    /// Which agents are not as they should be.
    Agents(AgentQuestion),
    /// How many tasks stand somewhere.
    Tasks(TaskQuestion),
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

    /// What is asked, by the name that rule files give it.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Metrics { .. } => "expr",
            Self::Logs(_) => "logs",
            Self::Errors(_) => "errors",
            Self::Agents(_) => "agents",
            Self::Tasks(_) => "tasks",
        }
    }

    /// For people: PromQL as Prometheus prints it, anything else in words.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Question {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metrics { text, .. } => out.write_str(text),
            Self::Logs(question) => question.fmt(out),
            Self::Errors(question) => question.fmt(out),
            Self::Agents(question) => question.fmt(out),
            Self::Tasks(question) => question.fmt(out),
        }
    }
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Metrics { text, .. }, Self::Metrics { text: other, .. }) => text == other,
            (Self::Logs(question), Self::Logs(other)) => question == other,
            (Self::Errors(question), Self::Errors(other)) => question == other,
            (Self::Agents(question), Self::Agents(other)) => question == other,
            (Self::Tasks(question), Self::Tasks(other)) => question == other,
            _ => false,
        }
    }
}
