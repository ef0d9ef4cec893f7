//! Signs of life of a journey's agents while it went on. They carry no correlation id.

use std::collections::BTreeSet;

use swarmscope_journey::{StoryEvent, TaskStory, Truncated};
use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::event::event_type;
use swarmscope_model::limits::{AGENT_SILENT_AFTER, MAX_JOURNEY_AGENTS, MAX_JOURNEY_PRESENCE};
use swarmscope_model::names::ORCHESTRATOR_AGENT;
use swarmscope_model::{TimeRange, Timestamp};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, SortKey, StoreError};

use super::events::{Found, read};

/// What agents say of themselves, and the orchestrator of them.
const TYPES: [&str; 7] = [
    event_type::AGENT_HEARTBEAT,
    event_type::HEARTBEAT_FAILED,
    event_type::SYSTEM_STARTUP,
    event_type::SYSTEM_SHUTDOWN,
    event_type::AGENT_REGISTERED,
    "agent_silent",
    "agent_deregistered",
];

/// Everybody who logged an event of the journey or had a task of it, the orchestrator aside.
pub fn involved(events: &[StoryEvent], tasks: &[TaskStory]) -> BTreeSet<String> {
    let speakers = events.iter().map(|event| event.agent.as_str());
    let workers = tasks.iter().flat_map(|story| {
        let of_attempts = story.attempts.iter().map(|row| row.agent_name.as_deref());
        of_attempts.chain([story.task.agent_name.as_deref()])
    });
    let mut names = BTreeSet::new();
    for name in speakers.chain(workers.flatten()) {
        if names.len() == MAX_JOURNEY_AGENTS {
            break;
        }
        if name != ORCHESTRATOR_AGENT && !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
    names
}

/// From when to when signs of life matter: the journey, and long enough around it to see them stop.
pub fn around(events: &[StoryEvent], tasks: &[TaskStory], now: Timestamp) -> TimeRange {
    let of_events = events.iter().map(|event| event.place.at);
    let of_tasks = tasks.iter().flat_map(|story| {
        let end = match story.task.state.is_final() {
            true => story.task.completed_at.unwrap_or(story.task.updated_at),
            false => now,
        };
        [story.task.created_at, end]
    });
    let mut first = i64::MAX;
    let mut last = i64::MIN;
    for time in of_events.chain(of_tasks) {
        first = first.min(time.as_millisecond());
        last = last.max(time.as_millisecond());
    }
    let margin = 2 * i64::try_from(AGENT_SILENT_AFTER.as_millis()).unwrap_or(0);
    TimeRange {
        from: Some(first.saturating_sub(margin)),
        to: Some(last.saturating_add(margin)),
    }
}

/// The signs of life of these agents.
///
/// # Errors
/// When the log store does not answer.
pub async fn of(
    logs: &dyn LogStore,
    groups: &dyn ErrorGroupStore,
    names: &BTreeSet<String>,
    span: TimeRange,
) -> Result<Found, StoreError> {
    let terms = |field: &str, values: Vec<Scalar>| Query::Terms {
        field: Field::Named(field.to_owned()),
        values,
    };
    let names: Vec<Scalar> = names.iter().cloned().map(Scalar::Text).collect();
    let types = TYPES.map(|name| Scalar::Text(name.to_owned())).to_vec();
    let query = Query::all_of(vec![
        terms("event_type.keyword", types),
        Query::any_of(vec![
            terms("agent_name.keyword", names.clone()),
            terms("metadata.registered_agent.keyword", names),
        ]),
    ]);
    let mut request = SearchRequest::new(IndexExpression::all(), query);
    request.time = span;
    request.sort = vec![
        SortKey::Time(Direction::Ascending),
        SortKey::Sequence(Direction::Ascending),
    ];
    request.size = MAX_JOURNEY_PRESENCE;
    let reply = logs.search(request).await?;
    let total = reply.total.map_or(0, |total| total.count);
    let (events, _) = read(reply.hits, groups).await;
    let mut truncated = Vec::new();
    if total > events.len() as u64 {
        truncated.push(Truncated {
            what: "presence".to_owned(),
            shown: events.len() as u64,
            total,
            reason: format!("a journey looks at {MAX_JOURNEY_PRESENCE} signs of life, the first"),
        });
    }
    Ok(Found { events, truncated })
}
