//! The attempts at every task, with the one that is under way.

use serde_json::Value;
use swarmscope_model::event::event_type::{TASK_CLAIMED, TASK_DISPATCH};
use swarmscope_model::names::ORCHESTRATOR_AGENT;
use swarmscope_model::state::{Attempt, TaskState};

use crate::event::StoryEvent;
use crate::span::{Span, SpanKind};
use crate::story::TaskStory;

/// An attempt in milliseconds, `from <= to`.
#[derive(Debug, Clone, Copy)]
pub struct TimedAttempt<'a> {
    pub task: &'a TaskStory,
    /// From 1.
    pub number: u32,
    pub agent: Option<&'a str>,
    pub from: i64,
    pub to: i64,
    /// Whether it is under way.
    pub open: bool,
    /// The fencing token of its claim, when it is known.
    pub token: Option<i64>,
    /// As the state has it, once it has ended.
    pub ended: Option<&'a Attempt>,
}

impl TimedAttempt<'_> {
    pub fn task_id(&self) -> &str {
        &self.task.task.task_id
    }

    /// How it ended; empty while it is under way.
    pub fn outcome(&self) -> &str {
        self.ended.map_or("", |attempt| attempt.state.as_str())
    }

    /// The span of it.
    pub fn span(&self) -> Span {
        let mut span = Span::new(SpanKind::Attempt, self.from, self.to);
        span.agent = self.agent.map(str::to_owned);
        span.task_id = Some(self.task_id().to_owned());
        span.task_type = Some(self.task.task.task_type.clone());
        span.attempt = Some(self.number);
        span.open = self.open;
        if let Some(attempt) = self.ended {
            span.outcome = Some(attempt.state.clone());
            span.error_type.clone_from(&attempt.error_type);
            span.error_message.clone_from(&attempt.error_message);
        }
        span
    }
}

/// The attempts at one task, oldest first.
pub fn of_task<'a>(task: &'a TaskStory, events: &[StoryEvent], now: i64) -> Vec<TimedAttempt<'a>> {
    let mut attempts: Vec<TimedAttempt<'a>> =
        task.attempts.iter().map(|row| ended(task, row)).collect();
    attempts.sort_by_key(|attempt| (attempt.from, attempt.to, attempt.token));
    if task.task.state == TaskState::InProgress {
        attempts.push(under_way(task, events, now));
    }
    for (number, attempt) in (1..).zip(&mut attempts) {
        attempt.number = number;
    }
    attempts
}

fn ended<'a>(task: &'a TaskStory, row: &'a Attempt) -> TimedAttempt<'a> {
    let created = row.created_at.as_millisecond();
    let to = match (row.completed_at, row.duration_ms) {
        (Some(completed), _) => completed.as_millisecond(),
        (None, Some(duration)) => created.saturating_add(duration.max(0)),
        (None, None) => created,
    };
    // Agents that write the history themselves put the task's creation there, and the true duration.
    let from = row
        .duration_ms
        .filter(|duration| *duration >= 0)
        .map_or(created, |duration| to.saturating_sub(duration).max(created));
    TimedAttempt {
        task,
        number: 0,
        agent: row.agent_name.as_deref(),
        from: from.min(to),
        to,
        open: false,
        token: row.metadata.get("fencing_token").and_then(Value::as_i64),
        ended: Some(row),
    }
}

/// The state does not tell when a claim was made that is still in force, but whoever granted it logged it.
fn under_way<'a>(task: &'a TaskStory, events: &[StoryEvent], now: i64) -> TimedAttempt<'a> {
    let token = task.task.fencing_token;
    let granted = |event: &&StoryEvent| {
        [TASK_DISPATCH, TASK_CLAIMED].contains(&event.event_type.as_str())
            && event.task_id() == Some(&task.task.task_id)
            && event.number("fencing_token") == Some(token)
    };
    let said = events
        .iter()
        .filter(granted)
        .min_by_key(|event| (event.agent != ORCHESTRATOR_AGENT, event.place.at));
    let from = said.map_or(task.task.updated_at, |event| event.place.at);
    let from = from.as_millisecond();
    TimedAttempt {
        task,
        number: 0,
        agent: task.task.agent_name.as_deref(),
        from,
        to: now.max(from),
        open: true,
        token: Some(token),
        ended: None,
    }
}
