//! The step that took longest: where to look first.

use crate::assemble::TimedEvent;
use crate::journey::Slowest;
use crate::span::{Span, SpanKind};

/// Marks the slowest span and describes it. Without any task it is the longest way from one event to the
/// next.
pub fn mark(spans: &mut [Span], events: &[TimedEvent], duration: i64) -> Option<Slowest> {
    let steps = spans.iter().enumerate().filter(|(_, span)| {
        span.duration_ms > 0 && span.task_id.is_some() && span.kind != SpanKind::Handover
    });
    // Of equals the first.
    let longest = steps.max_by_key(|(place, span)| (span.duration_ms, usize::MAX - place));
    let Some(place) = longest.map(|(place, _)| place) else {
        return between_events(events, duration);
    };
    let span = &mut spans[place];
    span.slowest = true;
    Some(Slowest {
        step: words(span),
        kind: Some(span.kind),
        span: Some(place),
        from: span.from,
        to: span.to,
        duration_ms: span.duration_ms,
        share: share(span.duration_ms, duration),
    })
}

fn words(span: &Span) -> String {
    let task = span.task_type.as_deref().unwrap_or("the");
    let agent = span.agent.as_deref().unwrap_or("nobody");
    let number = span.attempt.unwrap_or(1);
    match span.kind {
        SpanKind::Attempt => format!("attempt {number} at the {task} task by {agent}"),
        SpanKind::Backoff => format!("the {task} task waited for attempt {number}"),
        SpanKind::SetAside => format!("the {task} task was set aside"),
        SpanKind::Queue | SpanKind::Handover | SpanKind::Activity => {
            format!("the {task} task waited in the queue for attempt {number}")
        }
    }
}

fn between_events(events: &[TimedEvent], duration: i64) -> Option<Slowest> {
    let pairs = events.windows(2).enumerate();
    let (_, pair) =
        pairs.max_by_key(|(place, pair)| (pair[1].at - pair[0].at, usize::MAX - place))?;
    let [before, after] = pair else { return None };
    let took = after.at - before.at;
    let name = |event: &TimedEvent| match event.event.event_type.as_str() {
        "" => event.event.agent.clone(),
        event_type => format!("{event_type} of {}", event.event.agent),
    };
    (took > 0).then(|| Slowest {
        step: format!("from {} to {}", name(before), name(after)),
        kind: None,
        span: None,
        from: swarmscope_model::Timestamp::from_millisecond(before.at),
        to: swarmscope_model::Timestamp::from_millisecond(after.at),
        duration_ms: took,
        share: share(took, duration),
    })
}

fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 {
        return 0.0;
    }
    // Three digits: more would claim to know more than a millisecond tells.
    (part as f64 / whole as f64 * 1_000.0).round() / 1_000.0
}
