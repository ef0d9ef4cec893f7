//! Who answers the questions of rules: metrics, logs, errors, agents and tasks, each by the trait of whatever
//! keeps them. Never changes anything of what it looks at.

mod agents;
mod buckets;
mod errors;
mod logs;
mod metrics;
mod past;
mod tasks;
mod waiting;

use std::sync::Arc;

use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::metrics::Cancellation;
use swarmscope_model::state::StateStore;
use swarmscope_query::store::LogStore;
use tokio::runtime::Handle;

pub use metrics::MetricAnswers;

use crate::question::{Answer, AnswerError, Evaluate, Question, Steps};
use errors::ErrorAnswers;
use logs::LogAnswers;
use waiting::Waiting;

/// Answers every question that a rule may ask.
pub struct Sources {
    metrics: MetricAnswers,
    logs: LogAnswers,
    errors: ErrorAnswers,
    state: Arc<dyn StateStore>,
    waiting: Waiting,
}

impl Sources {
    /// Answers from these. Has to be made within the runtime that the stores need.
    pub fn new(
        metrics: MetricAnswers,
        logs: Arc<dyn LogStore>,
        state: Arc<dyn StateStore>,
        groups: Arc<dyn ErrorGroupStore>,
    ) -> Self {
        let waiting = Waiting::new(Handle::current());
        Self {
            metrics,
            logs: LogAnswers::new(logs, waiting.clone()),
            errors: ErrorAnswers::new(groups, waiting.clone()),
            state,
            waiting,
        }
    }
}

impl Evaluate for Sources {
    fn instant(
        &self,
        question: &Question,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Vec<Answer>, AnswerError> {
        match question {
            Question::Metrics { .. } => self.metrics.instant(question, at, cancellation),
            Question::Logs(question) => self.logs.instant(question, at, cancellation),
            Question::Agents(question) => agents::answer(
                question,
                at,
                self.state.as_ref(),
                &self.logs,
                &self.waiting,
                cancellation,
            ),
            Question::Tasks(question) => {
                tasks::answer(question, self.state.as_ref(), &self.waiting, cancellation)
            }
            Question::Errors(question) => self.errors.instant(*question, at, cancellation),
        }
    }

    fn past(
        &self,
        question: &Question,
        steps: Steps,
        cancellation: &Cancellation,
    ) -> Result<Vec<Vec<Answer>>, AnswerError> {
        match question {
            Question::Metrics { .. } => self.metrics.past(question, steps, cancellation),
            Question::Logs(question) => self.logs.past(question, steps, cancellation),
            Question::Errors(question) => self.errors.past(*question, steps, cancellation),
            Question::Agents(_) | Question::Tasks(_) => Err(AnswerError::NoPast {
                source_name: question.source(),
            }),
        }
    }
}
