//! What a person may have meant whose correlation id nobody knows.

use swarmscope_journey::StoryEvent;
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Case, Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Hit, SearchRequest, SortKey};

use super::super::NativeState;
use super::super::errors::ApiError;

/// Ids that are suggested; more would be a list to search in.
const MOST: usize = 5;
/// Shortest beginning of an id that is worth looking for.
const SHORTEST_BEGINNING: usize = 3;
/// Hits that are looked at for different ids.
const HITS: usize = 100;

/// The failure for an id that has no event and no task, with what it may have been.
pub async fn unknown(state: &NativeState, id: &str) -> ApiError {
    let error = ApiError::not_found(format!(
        "no event and no task has the correlation id {id:?}"
    ));
    let (of_task, alike) = tokio::join!(of_task(state, id), alike(state, id));
    let mut suggestions = of_task.clone();
    suggestions.extend(alike.into_iter().filter(|id| !of_task.contains(id)));
    suggestions.truncate(MOST);
    let hint = match (of_task.first(), suggestions.first()) {
        (Some(meant), _) => format!("that is the id of a task; its correlation id is {meant}"),
        (None, Some(_)) => format!("did you mean {}?", suggestions.join(", ")),
        (None, None) => kept(state).await,
    };
    error.hint(hint).suggestions(suggestions)
}

/// The correlation ids of the task of this id: as the state knows it, or events do.
async fn of_task(state: &NativeState, id: &str) -> Vec<String> {
    if let Ok(task) = state.state.task(id).await {
        return vec![task.correlation_id().to_owned()];
    }
    let query = Query::Term {
        field: Field::Named("metadata.task_id.keyword".to_owned()),
        value: Scalar::Text(id.to_owned()),
        case: Case::AsGiven,
    };
    correlation_ids(&newest(state, query).await)
}

/// Ids that begin like this one: it may have been cut off.
async fn alike(state: &NativeState, id: &str) -> Vec<String> {
    if id.len() < SHORTEST_BEGINNING {
        return Vec::new();
    }
    let prefix = |field: &str| Query::Prefix {
        field: Field::Named(field.to_owned()),
        value: id.to_owned(),
        case: Case::AsGiven,
    };
    let query = Query::any_of(vec![
        prefix("metadata.correlation_id.keyword"),
        prefix("correlation_id.keyword"),
    ]);
    correlation_ids(&newest(state, query).await)
}

async fn newest(state: &NativeState, query: Query) -> Vec<Hit> {
    let mut request = SearchRequest::new(IndexExpression::all(), query);
    request.sort = vec![SortKey::Time(Direction::Descending)];
    request.size = HITS;
    // A suggestion is worth no failure of its own.
    state
        .logs
        .search(request)
        .await
        .map_or(Vec::new(), |reply| reply.hits)
}

/// The different ids of these hits, in their order.
fn correlation_ids(hits: &[Hit]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for hit in hits {
        let id = StoryEvent::correlation_id_of(hit.source.get());
        found.extend(id.filter(|id| !found.contains(id)));
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// From when to when there are events at all.
async fn kept(state: &NativeState) -> String {
    let indices = state
        .logs
        .indices(&IndexExpression::all())
        .await
        .unwrap_or_default();
    let times = indices.iter().filter_map(|index| index.time);
    let kept = times.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
    match kept {
        Some((from, to)) => format!(
            "check the id; there are events from {} to {}, older ones are not kept",
            Timestamp::from_millisecond(from),
            Timestamp::from_millisecond(to)
        ),
        None => "no event was stored yet".to_owned(),
    }
}
