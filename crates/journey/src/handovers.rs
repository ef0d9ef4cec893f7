//! Where one agent's work went on with another.

use std::collections::BTreeSet;

use swarmscope_model::names::{ORCHESTRATOR_AGENT, SELF_AGENT};

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;
use crate::span::{Span, SpanKind};

/// Milliseconds by which a task may be created before the work that it follows has ended by the state's
/// own account: both happen in one transaction.
const SAME_MOMENT: i64 = 50;

/// The handovers in time order. With attempts they tell; without any, who speaks does.
pub fn find(attempts: &[TimedAttempt<'_>], events: &[TimedEvent]) -> Vec<Span> {
    if attempts.is_empty() {
        return between_speakers(events);
    }
    // What begins in the same millisecond keeps its place: parents stand before their children.
    let mut in_order = attempts.to_vec();
    in_order.sort_by_key(|attempt| attempt.from);
    let mut found: Vec<Span> = in_order
        .iter()
        .enumerate()
        .filter_map(|(place, attempt)| {
            let before = predecessor(attempt, &in_order[..place])?;
            handover(
                before.agent?,
                before.to,
                attempt.agent?,
                attempt.from,
                attempt,
            )
        })
        .collect();
    found.sort_by_key(Span::start);
    found
}

fn handover(
    from_agent: &str,
    ended: i64,
    to_agent: &str,
    began: i64,
    attempt: &TimedAttempt<'_>,
) -> Option<Span> {
    if from_agent == to_agent {
        return None;
    }
    let mut span = Span::new(SpanKind::Handover, ended.min(began), began);
    span.agent = Some(from_agent.to_owned());
    span.to_agent = Some(to_agent.to_owned());
    span.task_id = Some(attempt.task_id().to_owned());
    span.task_type = Some(attempt.task.task.task_type.clone());
    span.attempt = Some(attempt.number);
    Some(span)
}

/// The attempt whose work this one goes on with: the one before at the same task, else the last one at
/// its parent, else the last one that had ended when the task was created.
fn predecessor<'a, 'b>(
    attempt: &TimedAttempt<'a>,
    earlier: &'b [TimedAttempt<'a>],
) -> Option<&'b TimedAttempt<'a>> {
    if attempt.number > 1 {
        return earlier.iter().find(|other| {
            other.task_id() == attempt.task_id() && other.number + 1 == attempt.number
        });
    }
    let others = || {
        earlier
            .iter()
            .filter(|other| other.task_id() != attempt.task_id())
    };
    if let Some(parent) = attempt.task.parent() {
        let of_parent = others()
            .filter(|other| other.task_id() == parent)
            .max_by_key(|other| other.from);
        if of_parent.is_some() {
            return of_parent;
        }
    }
    let created = attempt.task.task.created_at.as_millisecond();
    others()
        .filter(|other| !other.open && other.to <= created + SAME_MOMENT)
        .max_by_key(|other| (other.to, other.from))
}

/// The first word of every agent after another's.
fn between_speakers(events: &[TimedEvent]) -> Vec<Span> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    let mut before: Option<&TimedEvent> = None;
    for event in events {
        let agent = event.event.agent.as_str();
        if [ORCHESTRATOR_AGENT, SELF_AGENT].contains(&agent) {
            continue;
        }
        let is_new = known.insert(agent);
        if let Some(before) = before.filter(|before| is_new && before.event.agent != agent) {
            let mut span = Span::new(SpanKind::Handover, before.at, event.at);
            span.agent = Some(before.event.agent.clone());
            span.to_agent = Some(agent.to_owned());
            found.push(span);
        }
        before = Some(event);
    }
    found
}
