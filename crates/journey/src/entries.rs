//! The lines of the timeline: every event, and what the state knows beside them.

use std::collections::BTreeMap;

use swarmscope_model::event::event_type;
use swarmscope_model::{ExceptionInfo, Severity, Timestamp};

use crate::assemble::TimedEvent;
use crate::duration::human;
use crate::event::StoryEvent;
use crate::journey::{DocumentPlace, Entry, EntryKind, ErrorDetail, Gap};
use crate::nesting::Placed;
use crate::span::{Span, SpanKind};

impl StoryEvent {
    /// Where its document is kept.
    pub(crate) fn document(&self) -> DocumentPlace {
        DocumentPlace {
            index: self.place.index.clone(),
            id: self.place.id.clone(),
        }
    }

    fn kind(&self) -> EntryKind {
        if self.is_error() {
            return EntryKind::Error;
        }
        match self.event_type.as_str() {
            event_type::TRANSIENT_ERROR_RETRY => EntryKind::Retry,
            event_type::AGENT_HEARTBEAT => EntryKind::Heartbeat,
            event_type::SYSTEM_STARTUP
            | event_type::SYSTEM_SHUTDOWN
            | event_type::AGENT_REGISTERED => EntryKind::Presence,
            _ => EntryKind::Event,
        }
    }
}

/// An event as an entry; its agent's clock is put right.
pub fn of_event(timed: TimedEvent, ahead: &BTreeMap<String, i64>) -> Entry {
    let TimedEvent { at, event } = timed;
    let mut entry = Entry::new(at, event.kind(), String::new());
    entry.document = Some(event.document());
    entry.task_id = event.task_id().map(str::to_owned);
    entry.logged_at = ahead.contains_key(&event.agent).then_some(event.place.at);
    entry.error = error(
        event.exception,
        event.error_group,
        &event.event_type,
        &event.message,
    );
    entry.agent = Some(event.agent);
    entry.message = event.message;
    entry.severity = event.severity;
    entry.event_type = Some(event.event_type).filter(|name| !name.is_empty());
    entry.metadata = event.metadata;
    entry
}

/// What was thrown. An error that threw nothing is told by its type and words, as its group is, once it has one.
fn error(
    exception: Option<ExceptionInfo>,
    group: Option<String>,
    event_type: &str,
    message: &str,
) -> Option<ErrorDetail> {
    match (exception, group) {
        (Some(thrown), group) => Some(ErrorDetail {
            kind: thrown.kind,
            message: thrown.message,
            traceback: thrown.traceback,
            group,
        }),
        (None, Some(group)) => Some(ErrorDetail {
            kind: event_type.to_owned(),
            message: message.to_owned(),
            traceback: Vec::new(),
            group: Some(group),
        }),
        (None, None) => None,
    }
}

/// A task comes into the queue.
pub fn of_task(placed: &Placed<'_>) -> Entry {
    let task = &placed.task.task;
    let part = placed
        .parent
        .map(|parent| format!(", a part of {}", short(parent)));
    let message = format!(
        "{} task {} is queued with priority {}{}",
        task.task_type,
        short(&task.task_id),
        task.priority.as_str(),
        part.unwrap_or_default()
    );
    let mut entry = Entry::new(task.created_at.as_millisecond(), EntryKind::Task, message);
    entry.task_id = Some(task.task_id.clone());
    entry
}

/// What begins and ends with a span.
pub fn of_span(place: usize, span: &Span) -> Vec<Entry> {
    let task = span.task_type.as_deref().unwrap_or("");
    let id = short(span.task_id.as_deref().unwrap_or(""));
    let number = span.attempt.unwrap_or(1);
    let took = human(span.duration_ms);
    let so_far = if span.open { " so far" } else { "" };
    let mut found = match span.kind {
        SpanKind::Attempt => attempt(span),
        SpanKind::Queue => {
            let words = format!("waits {took}{so_far} in the queue: {task} task {id}");
            vec![Entry::new(span.start(), EntryKind::Wait, words)]
        }
        SpanKind::Backoff if span.task_id.is_none() => {
            let words = format!("waits {took} to try again");
            vec![Entry::new(span.start(), EntryKind::Wait, words)]
        }
        SpanKind::Backoff => {
            let words = format!("waits {took}{so_far} for attempt {number}: {task} task {id}");
            vec![Entry::new(span.start(), EntryKind::Wait, words)]
        }
        SpanKind::SetAside => {
            let words = format!("set aside for {took}, then queued again: {task} task {id}");
            vec![Entry::new(span.start(), EntryKind::Wait, words)]
        }
        SpanKind::Handover => {
            let next = span.to_agent.as_deref().unwrap_or("");
            let what = match span.task_id {
                Some(_) => format!(": {task} task {id}"),
                None => String::new(),
            };
            let words = format!("goes on at {next}{what}");
            vec![Entry::new(span.end(), EntryKind::Handover, words)]
        }
        SpanKind::Activity => Vec::new(),
    };
    for entry in &mut found {
        entry.agent.clone_from(&span.agent);
        entry.task_id.clone_from(&span.task_id);
        entry.span = Some(place);
        if entry.kind == EntryKind::Wait {
            entry.until = Some(span.to);
        }
    }
    found
}

fn attempt(span: &Span) -> Vec<Entry> {
    let task = span.task_type.as_deref().unwrap_or("");
    let id = short(span.task_id.as_deref().unwrap_or(""));
    let number = span.attempt.unwrap_or(1);
    let begins = format!("begins attempt {number}: {task} task {id}");
    let mut found = vec![Entry::new(span.start(), EntryKind::Attempt, begins)];
    let Some(outcome) = span.outcome.as_deref() else {
        return found;
    };
    let took = human(span.duration_ms);
    let ended = match outcome {
        "lease_expired" => "lost its worker",
        "released" => "was handed back",
        "waiting" => "left the rest to its parts",
        "dead_letter" => "failed for the last time",
        other => other,
    };
    let why = span.error_message.as_deref().map(|why| format!(": {why}"));
    let why = why.unwrap_or_default();
    let words = format!("attempt {number} {ended} after {took}{why} ({task} task {id})");
    let mut end = Entry::new(span.end(), EntryKind::Attempt, words);
    if span.has_failed() {
        let is_final = outcome == "dead_letter" || span.error_type.as_deref() != Some("transient");
        end.severity = Some(if is_final {
            Severity::Error
        } else {
            Severity::Warning
        });
    }
    if matches!(outcome, "released" | "cancelled" | "lease_expired") {
        end.severity = Some(Severity::Warning);
    }
    found.push(end);
    found
}

/// Enough of an id to tell it from others in one journey: the whole stands in the entry's own field.
fn short(id: &str) -> String {
    const WHOLE: usize = 12;
    const BEGINNING: usize = 8;
    if id.chars().count() <= WHOLE {
        return id.to_owned();
    }
    id.chars().take(BEGINNING).chain(['…']).collect()
}

/// A silence.
pub fn of_gap(gap: &Gap) -> Entry {
    let words = format!("{} without a sign: {}", human(gap.duration_ms), gap.during);
    let mut entry = Entry::new(gap.from.as_millisecond(), EntryKind::Gap, words);
    entry.until = Some(Timestamp::from_millisecond(gap.to.as_millisecond()));
    entry
}

/// Between entries of the same millisecond: what ends comes before what follows from it.
pub fn rank(entry: &Entry) -> u8 {
    match entry.kind {
        EntryKind::Event | EntryKind::Retry | EntryKind::Error => 2,
        EntryKind::Task => 0,
        EntryKind::Attempt if entry.message.starts_with("begins") => 5,
        EntryKind::Attempt => 3,
        EntryKind::Handover => 4,
        EntryKind::Wait => 6,
        EntryKind::Heartbeat | EntryKind::Presence => 7,
        EntryKind::HeartbeatGap | EntryKind::Gap => 8,
    }
}
