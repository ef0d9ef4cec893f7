//! How many tasks stand in a state.

use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_model::state::{StateStore, TaskFilter};

use super::waiting::Waiting;
use crate::question::{Answer, AnswerError, TaskQuestion};

const SOURCE: &str = "tasks";

/// The count, when it is an alert, now.
pub(super) fn answer(
    question: &TaskQuestion,
    state: &dyn StateStore,
    waiting: &Waiting,
    cancellation: &Cancellation,
) -> Result<Vec<Answer>, AnswerError> {
    let filter = TaskFilter {
        state: Some(question.state),
        task_type: question.task_type.clone(),
        // The page is not wanted, its total is.
        limit: 1,
        ..TaskFilter::default()
    };
    let page = waiting.on(SOURCE, state.tasks(&filter), cancellation)?;
    if !question.bound.is_met(page.total) {
        return Ok(Vec::new());
    }
    let task_type = question.task_type.as_deref();
    let labels = [
        Some(("state", question.state.as_str())),
        task_type.map(|task_type| ("task_type", task_type)),
    ];
    Ok(vec![Answer {
        labels: Labels::from_pairs(labels.into_iter().flatten()),
        value: SampleValue::Float(page.total as f64),
    }])
}
