//! How the journey stands, and what it failed of.

use swarmscope_model::event::event_type;
use swarmscope_model::state::TaskState;

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;
use crate::errors::{self, Failed};
use crate::journey::Outcome;
use crate::nesting::Placed;

/// The outcome, and who failed with what when it is a failure. Tasks decide; without any, events do.
pub fn of(
    tasks: &[Placed<'_>],
    attempts: &[TimedAttempt<'_>],
    events: &[TimedEvent],
) -> (Outcome, Option<Failed>) {
    let states: Vec<TaskState> = tasks.iter().map(|placed| placed.task.task.state).collect();
    if states.is_empty() {
        return by_events(events);
    }
    let failed = |state: &TaskState| matches!(state, TaskState::Failed | TaskState::DeadLetter);
    let outcome = if states.contains(&TaskState::InProgress) {
        Outcome::Running
    } else if states.contains(&TaskState::Queued) || states.contains(&TaskState::Waiting) {
        Outcome::Waiting
    } else if states.iter().any(failed) {
        Outcome::Failed
    } else if states.iter().all(|state| *state == TaskState::Completed) {
        Outcome::Completed
    } else {
        Outcome::Cancelled
    };
    // What has failed is worth saying while the rest goes on, too.
    let of_failed_task = |attempt: &&TimedAttempt<'_>| {
        failed(&attempt.task.task.state) && !attempt.open && attempt.outcome() != "completed"
    };
    let last = attempts
        .iter()
        .filter(of_failed_task)
        .max_by_key(|attempt| attempt.to);
    let why = last.map(|attempt| errors::of_attempt(attempt, events));
    (outcome, why)
}

/// The last event that says how something ended.
fn by_events(events: &[TimedEvent]) -> (Outcome, Option<Failed>) {
    for timed in events.iter().rev() {
        match timed.event.event_type.as_str() {
            event_type::TASK_COMPLETED => return (Outcome::Completed, None),
            event_type::TASK_FAILED
            | event_type::MAX_RETRIES_EXCEEDED
            | event_type::PERMANENT_ERROR
            | event_type::UNEXPECTED_ERROR => {
                return (Outcome::Failed, Some(errors::of_event(timed)));
            }
            _ => {}
        }
    }
    (Outcome::Unknown, None)
}
