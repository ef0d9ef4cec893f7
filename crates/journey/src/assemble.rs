//! Puts the parts together.

use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::Timestamp;
use swarmscope_model::names::{ORCHESTRATOR_AGENT, SELF_AGENT};

use crate::attempts::{self, TimedAttempt};
use crate::event::StoryEvent;
use crate::journey::{AgentPart, Entry, Gap, Journey, Outcome, TaskPart};
use crate::nesting::{self, Placed};
use crate::span::{Span, SpanKind};
use crate::story::{Story, TaskStory};
use crate::summary::{self, Facts};
use crate::waits::Announced;
use crate::{
    agents, clocks, counts, entries, handovers, outcome, presence, silence, slowest, waits,
};

/// An event with the time that it has in the journey.
#[derive(Debug)]
pub struct TimedEvent {
    pub at: i64,
    pub event: StoryEvent,
}

/// The journey of a story. One without any event or task is empty, and begins and ends when it was
/// asked for.
pub fn assemble(mut story: Story) -> Journey {
    sort_events(&mut story.events);
    let now = last_sign(&story);
    let placed = nesting::order(&story.tasks);
    let (own, timed): (Vec<Placed<'_>>, Vec<Vec<TimedAttempt<'_>>>) = placed
        .iter()
        .filter(|placed| is_own(placed.task, &story.correlation_id))
        .map(|placed| (*placed, attempts::of_task(placed.task, &story.events, now)))
        .unzip();
    let all: Vec<TimedAttempt<'_>> = timed.iter().flatten().copied().collect();
    let ahead = clocks::ahead(&story.events, &all);
    let mut spans: Vec<Span> = all.iter().map(TimedAttempt::span).collect();
    let announced = Announced::by(&story.events);
    for (task, attempts) in own.iter().zip(&timed) {
        spans.extend(waits::of_task(task.task, attempts, &announced, now));
    }
    let events = put_right(std::mem::take(&mut story.events), &ahead);
    spans.extend(waits::within_attempts(&events));
    spans.extend(handovers::find(&all, &events));
    let agents = agents::parts(&all, &events, &story.agents, &ahead);
    spans.extend(agents.iter().filter_map(activity));
    spans.sort_by(|a, b| span_order(a).cmp(&span_order(b)));

    let (outcome, failed) = outcome::of(&own, &all, &events);
    let signs = signs(&own, &all, &events);
    let started = signs.first().copied().unwrap_or(now);
    let last = signs.last().copied().unwrap_or(now);
    let goes_on = matches!(outcome, Outcome::Running | Outcome::Waiting);
    let ended = if goes_on { now.max(last) } else { last };
    let duration_ms = ended - started;
    let slowest = slowest::mark(&mut spans, &events, duration_ms);
    let gaps = silence::find(&signs, &spans, duration_ms);
    let counts = counts::counts(&events, own.len(), &all, &spans);
    let totals = counts::totals(&spans);
    let summary = summary::line(&Facts {
        agents: workers(&agents),
        counts: &counts,
        totals,
        duration_ms,
        outcome,
        failed: failed.as_ref(),
        holder: holder(&all),
    });
    let presence = presence_entries(&story.presence, &ahead, &events, &agents, started..=ended);
    let tasks = task_parts(&placed, &story.correlation_id, &spans);
    let entries = timeline(&own, &spans, &gaps, presence, events, &ahead);
    Journey {
        correlation_id: story.correlation_id,
        summary,
        outcome,
        started_at: Timestamp::from_millisecond(started),
        ended_at: Timestamp::from_millisecond(ended),
        duration_ms,
        totals,
        counts,
        agents,
        tasks,
        spans,
        slowest,
        gaps,
        entries,
        truncated: story.truncated,
    }
}

/// All lines in time order. Stable: events of the same millisecond keep the order of their writes.
fn timeline(
    own: &[Placed<'_>],
    spans: &[Span],
    gaps: &[Gap],
    presence: Vec<Entry>,
    events: Vec<TimedEvent>,
    ahead: &BTreeMap<String, i64>,
) -> Vec<Entry> {
    let mut lines: Vec<Entry> = own.iter().map(entries::of_task).collect();
    let numbered = spans.iter().enumerate();
    lines.extend(numbered.flat_map(|(place, span)| entries::of_span(place, span)));
    lines.extend(gaps.iter().map(entries::of_gap));
    lines.extend(presence);
    lines.extend(
        events
            .into_iter()
            .map(|event| entries::of_event(event, ahead)),
    );
    lines.sort_by_key(|entry| (entry.at, entries::rank(entry)));
    lines
}

/// Who works on it now.
fn holder<'a>(attempts: &[TimedAttempt<'a>]) -> Option<&'a str> {
    attempts.iter().find(|attempt| attempt.open)?.agent
}

/// In time order, then in the order of writes; an event that was fetched twice counts once.
fn sort_events(events: &mut Vec<StoryEvent>) {
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert((event.place.index.clone(), event.place.id.clone())));
    events.sort_by(|a, b| event_order(a).cmp(&event_order(b)));
}

fn event_order(event: &StoryEvent) -> (Timestamp, u64, &str, &str) {
    let place = &event.place;
    (place.at, place.sequence, &place.index, &place.id)
}

/// Now, or the last sign of the story when nobody says when it is asked for.
fn last_sign(story: &Story) -> i64 {
    let events = story.events.iter().map(|event| event.place.at);
    let tasks = story.tasks.iter().map(|task| task.task.updated_at);
    let last = story.now.or_else(|| events.chain(tasks).max());
    last.map_or(0, Timestamp::as_millisecond)
}

/// Whether the task is the journey's, and not a relative with a journey of its own.
fn is_own(task: &TaskStory, correlation_id: &str) -> bool {
    task.task.correlation_id() == correlation_id || task.task.task_id == correlation_id
}

fn put_right(events: Vec<StoryEvent>, ahead: &BTreeMap<String, i64>) -> Vec<TimedEvent> {
    let mut timed: Vec<TimedEvent> = events
        .into_iter()
        .map(|event| TimedEvent {
            at: event.place.at.as_millisecond() - ahead.get(&event.agent).unwrap_or(&0),
            event,
        })
        .collect();
    timed.sort_by(|a, b| {
        let key = |timed: &TimedEvent| (timed.at, timed.event.place.sequence);
        key(a).cmp(&key(b))
    });
    timed
}

/// Every point at which something was heard of the journey, in order.
fn signs(own: &[Placed<'_>], all: &[TimedAttempt<'_>], events: &[TimedEvent]) -> Vec<i64> {
    let mut signs: Vec<i64> = events.iter().map(|event| event.at).collect();
    for placed in own {
        let task = &placed.task.task;
        signs.push(task.created_at.as_millisecond());
        signs.extend(task.completed_at.map(Timestamp::as_millisecond));
    }
    for attempt in all {
        signs.push(attempt.from);
        signs.extend((!attempt.open).then_some(attempt.to));
    }
    signs.sort_unstable();
    signs
}

/// The lane of an agent that had no task.
fn activity(agent: &AgentPart) -> Option<Span> {
    let (from, to) = (
        agent.first_seen.as_millisecond(),
        agent.last_seen.as_millisecond(),
    );
    if agent.attempts > 0 || from == to {
        return None;
    }
    let mut span = Span::new(SpanKind::Activity, from, to);
    span.agent = Some(agent.name.clone());
    Some(span)
}

/// By beginning; the rest makes the order a fixed one.
fn span_order(span: &Span) -> impl Ord + use<'_> {
    (
        span.from,
        span.kind,
        span.to,
        &span.task_id,
        span.attempt,
        &span.agent,
    )
}

/// How many worked. The orchestrator counts only when it is alone.
fn workers(agents: &[AgentPart]) -> usize {
    let staff = [ORCHESTRATOR_AGENT, SELF_AGENT];
    let workers = agents
        .iter()
        .filter(|agent| !staff.contains(&agent.name.as_str()))
        .count();
    if workers == 0 { agents.len() } else { workers }
}

fn task_parts(placed: &[Placed<'_>], correlation_id: &str, spans: &[Span]) -> Vec<TaskPart> {
    placed
        .iter()
        .map(|placed| task_part(placed, correlation_id, spans))
        .collect()
}

fn task_part(placed: &Placed<'_>, correlation_id: &str, spans: &[Span]) -> TaskPart {
    let task = &placed.task.task;
    let of = |kind: SpanKind| {
        let is_its = move |span: &&Span| {
            span.kind == kind && span.task_id.as_deref() == Some(task.task_id.as_str())
        };
        spans.iter().filter(is_its)
    };
    let time = |kind: SpanKind| of(kind).map(|span| span.duration_ms).sum();
    let is_own = is_own(placed.task, correlation_id);
    TaskPart {
        task_id: task.task_id.clone(),
        task_type: task.task_type.clone(),
        state: task.state.as_str().to_owned(),
        agent: task.agent_name.clone(),
        parent_task_id: placed.parent.map(str::to_owned),
        depth: placed.depth,
        correlation_id: (!is_own).then(|| task.correlation_id().to_owned()),
        created_at: task.created_at,
        completed_at: task.completed_at,
        attempts: of(SpanKind::Attempt).count() as u64,
        work_ms: time(SpanKind::Attempt),
        queue_ms: time(SpanKind::Queue),
        backoff_ms: time(SpanKind::Backoff),
        last_error: task.last_error.clone(),
    }
}

fn presence_entries(
    presence: &[StoryEvent],
    ahead: &BTreeMap<String, i64>,
    events: &[TimedEvent],
    agents: &[AgentPart],
    span: std::ops::RangeInclusive<i64>,
) -> Vec<Entry> {
    let in_story: BTreeSet<(&str, &str)> = events
        .iter()
        .map(|timed| {
            (
                timed.event.place.index.as_str(),
                timed.event.place.id.as_str(),
            )
        })
        .collect();
    let others: Vec<StoryEvent> = presence
        .iter()
        .filter(|event| !in_story.contains(&(event.place.index.as_str(), event.place.id.as_str())))
        .cloned()
        .collect();
    let last_seen = agents
        .iter()
        .map(|agent| (agent.name.as_str(), agent.last_seen.as_millisecond()))
        .collect();
    presence::entries(&others, ahead, &last_seen, span)
}
