//! How many of what, and where the time went.

use swarmscope_model::event::event_type::TRANSIENT_ERROR_RETRY;
use swarmscope_model::names::ORCHESTRATOR_AGENT;

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;
use crate::journey::{Counts, Totals};
use crate::span::{Span, SpanKind};
use crate::union::Union;

/// How many of what. Only what was logged counts as an event.
pub fn counts(
    events: &[TimedEvent],
    tasks: usize,
    all: &[TimedAttempt<'_>],
    spans: &[Span],
) -> Counts {
    let mut counts = Counts {
        events: events.len() as u64,
        tasks: tasks as u64,
        attempts: all.len() as u64,
        retries: retries(events, all),
        ..Counts::default()
    };
    for severity in events.iter().filter_map(|timed| timed.event.severity) {
        *counts
            .by_severity
            .entry(severity.as_str().to_owned())
            .or_default() += 1;
    }
    let is_handover = |span: &&Span| span.kind == SpanKind::Handover;
    counts.handovers = spans.iter().filter(is_handover).count() as u64;
    counts
}

/// Further tries. Agents announce those after transient errors, within an attempt as well; the state
/// knows of those after a lost worker.
fn retries(events: &[TimedEvent], all: &[TimedAttempt<'_>]) -> u64 {
    let announced = |by_orchestrator: bool| {
        let is_one = |timed: &&TimedEvent| {
            timed.event.event_type == TRANSIENT_ERROR_RETRY
                && (timed.event.agent == ORCHESTRATOR_AGENT) == by_orchestrator
        };
        events.iter().filter(is_one).count()
    };
    let after = |lost: bool| {
        all.iter()
            .filter(|attempt| attempt.number > 1)
            .filter(move |attempt| {
                let before = all.iter().find(|other| {
                    other.task_id() == attempt.task_id() && other.number + 1 == attempt.number
                });
                before.is_some_and(|before| {
                    ["lease_expired", "released"].contains(&before.outcome()) == lost
                })
            })
    };
    let transient = after(false).count();
    (announced(false).max(announced(true)).max(transient) + after(true).count()) as u64
}

/// Nobody counts twice, and waiting counts only while nobody worked.
pub fn totals(spans: &[Span]) -> Totals {
    let of = |kind: SpanKind| {
        let chosen = spans.iter().filter(move |span| span.kind == kind);
        Union::of(chosen.map(|span| (span.start(), span.end())))
    };
    let work = of(SpanKind::Attempt);
    let queue = of(SpanKind::Queue).without(&work);
    let backoff = of(SpanKind::Backoff).without(&work).without(&queue);
    Totals {
        work_ms: work.length(),
        queue_ms: queue.length(),
        backoff_ms: backoff.length(),
    }
}
