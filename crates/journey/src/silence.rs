//! Silences: stretches in which nothing was heard of the journey, and what went on meanwhile.

use swarmscope_model::limits::JOURNEY_GAP;

use crate::journey::Gap;
use crate::span::{Span, SpanKind};

/// A silence is worth a line when it lasts a second, and one part in so many of the whole: in a journey
/// of hours a second is nothing.
const SHARE: i64 = 20;

/// The silences between signs of the journey, which are in order.
pub fn find(signs: &[i64], spans: &[Span], duration: i64) -> Vec<Gap> {
    let least = i64::try_from(JOURNEY_GAP.as_millis()).unwrap_or(i64::MAX);
    let least = least.max(duration / SHARE);
    let pairs = signs.windows(2).map(|pair| (pair[0], pair[1]));
    pairs
        .filter(|(from, to)| to - from >= least)
        .map(|(from, to)| Gap {
            from: swarmscope_model::Timestamp::from_millisecond(from),
            to: swarmscope_model::Timestamp::from_millisecond(to),
            duration_ms: to - from,
            during: during(from, to, spans),
        })
        .collect()
}

/// What covers most of the silence: work before waiting, because work is what should have been heard of.
fn during(from: i64, to: i64, spans: &[Span]) -> String {
    let most = |kinds: &[SpanKind]| {
        let overlap = |span: &&Span| span.end().min(to) - span.start().max(from);
        let chosen = spans.iter().filter(|span| kinds.contains(&span.kind));
        chosen
            .max_by_key(overlap)
            .filter(|span| overlap(span) * 2 >= to - from)
    };
    let waits = [SpanKind::Backoff, SpanKind::Queue, SpanKind::SetAside];
    let Some(span) = most(&[SpanKind::Attempt]).or_else(|| most(&waits)) else {
        return "nothing says what went on".to_owned();
    };
    let task = span.task_type.as_deref().unwrap_or_default();
    let agent = span.agent.as_deref().unwrap_or("an agent");
    match span.kind {
        SpanKind::Attempt => format!("{agent} had the {task} task"),
        SpanKind::Backoff if span.task_id.is_none() => format!("{agent} waited to try again"),
        SpanKind::Backoff => format!("the {task} task waited for its retry"),
        SpanKind::SetAside => format!("the {task} task was set aside"),
        _ => format!("the {task} task waited in the queue"),
    }
}
