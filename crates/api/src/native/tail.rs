//! New documents as they become searchable, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use serde::Serialize;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::store::{LogStore, SearchRequest, SortKey, StoreError};

use super::NativeState;
use super::errors::ApiError;
use super::logs::HitBody;
use super::parameters::{Parameters, Selection};

/// How often the store is asked: soon enough to feel live, seldom enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(250);
/// Documents passed on at once; more than this in one interval nobody can read.
const MOST_AT_ONCE: usize = 200;

#[derive(Serialize)]
struct HitsBody {
    hits: Vec<HitBody>,
}

#[derive(Serialize)]
struct LaggedBody {
    skipped: u64,
}

/// `GET /api/v1/logs/tail`
pub async fn tail(
    State(state): State<NativeState>,
    Parameters(selection): Parameters<Selection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let mut request = selection.to_request()?;
    let mut newest = request.clone();
    newest.query = swarmscope_query::ast::Query::Nothing;
    request.after_sequence = Some(state.logs.search(newest).await?.newest_sequence);
    request.size = MOST_AT_ONCE;
    request.sort = vec![SortKey::Sequence(Direction::Descending)];

    let stream = stream::unfold((state, request), |(state, mut request)| async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            match next_events(state.logs.as_ref(), &mut request).await {
                Ok(events) if events.is_empty() => {}
                Ok(events) => {
                    return Some((stream::iter(events.into_iter().map(Ok)), (state, request)));
                }
                Err(error) => {
                    // The client reconnects by itself and starts where it is then.
                    tracing::warn!("live tail ends: {error}");
                    return None;
                }
            }
        }
    });
    let flat = futures::StreamExt::flatten(stream);
    Ok(Sse::new(flat).keep_alive(KeepAlive::default()))
}

async fn next_events(
    logs: &dyn LogStore,
    request: &mut SearchRequest,
) -> Result<Vec<Event>, StoreError> {
    let reply = logs.search(request.clone()).await?;
    request.after_sequence = Some(reply.newest_sequence);
    if reply.hits.is_empty() {
        return Ok(Vec::new());
    }
    let mut events = Vec::with_capacity(2);
    let found = reply.total.map_or(0, |total| total.count);
    let skipped = found.saturating_sub(reply.hits.len() as u64);
    if skipped > 0 {
        events.push(json_event("lagged", &LaggedBody { skipped }));
    }
    let hits = reply.hits.into_iter().rev().map(HitBody::from).collect();
    events.push(json_event("hits", &HitsBody { hits }));
    Ok(events)
}

fn json_event(name: &str, body: &impl Serialize) -> Event {
    Event::default()
        .event(name)
        .json_data(body)
        .expect("these bodies are plain JSON")
}
