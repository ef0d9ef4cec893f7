//! The events of a correlation id, wherever its programs put it.

use swarmscope_error_groups::{Newest, is_error, memberships};
use swarmscope_journey::{Place, StoryEvent, Truncated};
use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::limits::{JOURNEY_SHORT_MESSAGE, MAX_JOURNEY_BYTES, MAX_JOURNEY_EVENTS};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Case, Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Hit, LogStore, SearchRequest, SortKey, StoreError};

use super::damaged;

/// Events that were found, and what was not.
pub struct Found {
    pub events: Vec<StoryEvent>,
    pub truncated: Vec<Truncated>,
}

/// Documents that carry this id. Agents of ours nest it in the metadata, foreign programs have it at the
/// top.
pub fn query(correlation_id: &str) -> Query {
    let term = |field: &str| Query::Term {
        field: Field::Named(field.to_owned()),
        value: Scalar::Text(correlation_id.to_owned()),
        case: Case::AsGiven,
    };
    Query::any_of(vec![
        term("metadata.correlation_id.keyword"),
        term("correlation_id.keyword"),
    ])
}

/// The events of the id: all, or the first and the last half of what a journey shows.
///
/// # Errors
/// When the log store does not answer.
pub async fn of(
    logs: &dyn LogStore,
    groups: &dyn ErrorGroupStore,
    correlation_id: &str,
) -> Result<Found, StoreError> {
    let request = |direction: Direction, size: usize| {
        let mut request = SearchRequest::new(IndexExpression::all(), query(correlation_id));
        request.sort = vec![SortKey::Time(direction), SortKey::Sequence(direction)];
        request.size = size;
        request
    };
    let first = logs
        .search(request(Direction::Ascending, MAX_JOURNEY_EVENTS))
        .await?;
    let total = first.total.map_or(0, |total| total.count);
    let mut hits = first.hits;
    let mut truncated: Vec<Truncated> = damaged(first.left_out).collect();
    if total > hits.len() as u64 {
        let half = MAX_JOURNEY_EVENTS / 2;
        let last = logs.search(request(Direction::Descending, half)).await?;
        hits.truncate(MAX_JOURNEY_EVENTS - half);
        let oldest = hits.last().map(|hit| (hit.time, hit.sequence));
        let newer = last.hits.into_iter().rev();
        hits.extend(newer.filter(|hit| Some((hit.time, hit.sequence)) > oldest));
        truncated.push(Truncated {
            what: "events".to_owned(),
            shown: hits.len() as u64,
            total,
            reason: format!(
                "a journey shows {MAX_JOURNEY_EVENTS} events, the first and the last half"
            ),
        });
    }
    let (events, shortened) = read(hits, groups).await;
    if shortened > 0 {
        truncated.push(Truncated {
            what: "text".to_owned(),
            shown: events.len() as u64 - shortened,
            total: events.len() as u64,
            reason: format!("the texts are longer than {MAX_JOURNEY_BYTES} bytes together"),
        });
    }
    Ok(Found { events, truncated })
}

/// The hits as events with the groups of the errors among them, and how many had to be shortened.
pub async fn read(hits: Vec<Hit>, groups: &dyn ErrorGroupStore) -> (Vec<StoryEvent>, u64) {
    let mut bytes = 0;
    let mut shortened = 0;
    let mut events = Vec::with_capacity(hits.len());
    let mut errors = Vec::new();
    for hit in hits {
        let source = hit.source.clone();
        bytes += source.get().len();
        let mut event = event(hit);
        if bytes > MAX_JOURNEY_BYTES {
            shortened += 1;
            shorten(&mut event);
        }
        if event.is_error() && is_error(source.get()) {
            errors.push((events.len(), source));
        }
        events.push(event);
    }
    let documents: Vec<&[u8]> = errors
        .iter()
        .map(|(_, source)| source.get().as_bytes())
        .collect();
    // A state that does not answer costs the links to the groups, not the journey.
    let found = memberships(&documents, &Newest, groups).await;
    for ((place, _), group) in errors.iter().zip(found.unwrap_or_default()) {
        events[*place].error_group = Some(group.group_id);
    }
    (events, shortened)
}

/// One document as an event of the story.
fn event(hit: Hit) -> StoryEvent {
    let place = Place {
        index: hit.index,
        id: hit.id,
        sequence: hit.sequence,
        at: Timestamp::from_millisecond(hit.time),
    };
    StoryEvent::read(place, hit.source.get())
}

/// Leaves what places an event in the story: who, what, and of which task.
fn shorten(event: &mut StoryEvent) {
    let cut = event.message.floor_char_boundary(JOURNEY_SHORT_MESSAGE);
    event.message.truncate(cut);
    event.metadata.retain(|key, value| {
        ["task_id", "fencing_token", "retry_count", "not_before"].contains(&key.as_str())
            && value
                .as_str()
                .is_none_or(|text| text.len() <= JOURNEY_SHORT_MESSAGE)
            && !value.is_array()
            && !value.is_object()
    });
    if let Some(exception) = &mut event.exception {
        let cut = exception.message.floor_char_boundary(JOURNEY_SHORT_MESSAGE);
        exception.message.truncate(cut);
        exception.traceback = Vec::new();
    }
}
