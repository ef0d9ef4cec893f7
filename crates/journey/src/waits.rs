//! What a task waited for between and before its attempts.

use std::collections::BTreeMap;

use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_model::event::event_type::TRANSIENT_ERROR_RETRY;
use swarmscope_model::state::{TaskState, backoff};

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;
use crate::event::StoryEvent;
use crate::span::{Span, SpanKind};
use crate::story::TaskStory;

/// The retries that the orchestrator announced with their time: by task and number of the retry.
pub struct Announced(BTreeMap<(String, i64), Vec<i64>>);

impl Announced {
    /// By these events.
    pub fn by(events: &[StoryEvent]) -> Self {
        let mut found: BTreeMap<(String, i64), Vec<i64>> = BTreeMap::new();
        for event in events {
            let due = event
                .metadata
                .get("not_before")
                .and_then(Timestamp::from_json);
            let (task, retry) = (event.task_id(), event.number("retry_count"));
            if let (Some(due), Some(task), Some(retry)) = (due, task, retry) {
                let of_retry = found.entry((task.to_owned(), retry)).or_default();
                of_retry.push(due.as_millisecond());
            }
        }
        Self(found)
    }

    /// The first point after `ended` that was announced for this retry.
    fn after(&self, task_id: &str, retry: i64, ended: i64) -> Option<i64> {
        let of_retry = self.0.get(&(task_id.to_owned(), retry))?;
        of_retry.iter().copied().filter(|due| *due >= ended).min()
    }
}

/// The waits of one task in time order; none is empty.
pub fn of_task(
    task: &TaskStory,
    attempts: &[TimedAttempt<'_>],
    announced: &Announced,
    now: i64,
) -> Vec<Span> {
    let mut waits = Waits {
        task,
        found: Vec::new(),
    };
    let mut ready = task.task.created_at.as_millisecond();
    let mut before: Option<&TimedAttempt<'_>> = None;
    for attempt in attempts {
        match before {
            None => waits.add(SpanKind::Queue, ready, attempt.from, attempt),
            // It waited for its parts, whose own waits are told.
            Some(ended) if ended.outcome() == TaskState::Waiting.as_str() => {}
            Some(ended) if is_final(ended) => {
                waits.add(SpanKind::SetAside, ended.to, attempt.from, attempt);
            }
            Some(ended) => {
                let due = retry_due(ended, announced).clamp(ended.to, attempt.from.max(ended.to));
                waits.add(SpanKind::Backoff, ended.to, due, attempt);
                waits.add(SpanKind::Queue, due, attempt.from, attempt);
            }
        }
        ready = ready.max(attempt.to);
        before = Some(attempt);
    }
    if task.task.state == TaskState::Queued {
        waits.still(ready, attempts.len(), now);
    }
    waits.found
}

/// The waits within attempts: an agent that tries a call again says how long it waits before.
pub fn within_attempts(events: &[TimedEvent]) -> Vec<Span> {
    let is_one = |timed: &&TimedEvent| timed.event.event_type == TRANSIENT_ERROR_RETRY;
    let waits = events.iter().filter(is_one).filter_map(|timed| {
        let wait = timed.event.number("wait_ms").filter(|wait| *wait > 0)?;
        let mut span = Span::new(SpanKind::Backoff, timed.at, timed.at.saturating_add(wait));
        span.agent = Some(timed.event.agent.clone());
        Some(span)
    });
    waits.collect()
}

/// Whether nothing more would have happened to the task by itself after this attempt.
fn is_final(attempt: &TimedAttempt<'_>) -> bool {
    let transient = attempt
        .ended
        .is_some_and(|row| row.error_type.as_deref() == Some("transient"));
    match attempt.outcome() {
        "failed" => !transient,
        outcome => ["completed", "dead_letter", "cancelled"].contains(&outcome),
    }
}

/// When the retry after this attempt could begin: as the orchestrator announced it, else by the rule.
fn retry_due(ended: &TimedAttempt<'_>, announced: &Announced) -> i64 {
    let Some(row) = ended.ended else {
        return ended.to;
    };
    if row.error_type.as_deref() != Some("transient") {
        return ended.to;
    }
    let failures = row
        .metadata
        .get("retry_count")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    let said = announced.after(ended.task_id(), failures.saturating_add(1), ended.to);
    said.unwrap_or_else(|| {
        let wait = backoff(u32::try_from(failures).unwrap_or(0));
        ended.to + i64::try_from(wait.as_millis()).unwrap_or(0)
    })
}

struct Waits<'a> {
    task: &'a TaskStory,
    found: Vec<Span>,
}

impl Waits<'_> {
    fn add(&mut self, kind: SpanKind, from: i64, to: i64, next: &TimedAttempt<'_>) {
        if from < to {
            let mut span = self.span(kind, from, to, next.number);
            span.agent = next.agent.map(str::to_owned);
            self.found.push(span);
        }
    }

    fn span(&self, kind: SpanKind, from: i64, to: i64, attempt: u32) -> Span {
        let mut span = Span::new(kind, from, to);
        span.task_id = Some(self.task.task.task_id.clone());
        span.task_type = Some(self.task.task.task_type.clone());
        span.attempt = Some(attempt);
        span
    }

    /// The task waits now.
    fn still(&mut self, since: i64, attempts: usize, now: i64) {
        let number = u32::try_from(attempts + 1).unwrap_or(u32::MAX);
        let due = self
            .task
            .task
            .not_before
            .map_or(since, Timestamp::as_millisecond);
        let stretches = [
            (SpanKind::Backoff, since, due.min(now), due > now),
            (SpanKind::Queue, since.max(due), now, due <= now),
        ];
        for (kind, from, to, open) in stretches {
            if from < to {
                let mut span = self.span(kind, from, to, number);
                span.agent.clone_from(&self.task.task.agent_name);
                span.open = open;
                self.found.push(span);
            }
        }
    }
}
