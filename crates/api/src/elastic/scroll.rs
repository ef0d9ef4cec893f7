//! `_search/scroll`: all hits of a search, page by page, over one view of the indices.
//!
//! A page begins behind the last hit of the one before: the search's own sort, with the order of writes as the
//! last key, which no two documents share.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::elastic::SearchBody;
use swarmscope_query::store::{Scores, SortKey, Total, TrackTotal};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::contexts::{Scroll, View, closed, keep_alive};
use super::errors::ElasticError;
use super::index_boosts;
use super::search::{find_all, reply_options};
use super::search_parameters::SearchParameters;
use super::search_reply::ReplyBody;

/// Runs the search that opens a scroll.
///
/// # Errors
/// When an index is missing, the search is refused, or too many contexts are open.
pub async fn open(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    mut search: SearchBody,
    bytes: usize,
) -> Result<ReplyBody, ElasticError> {
    let started = Instant::now();
    let kept = keep_alive("scroll", parameters.scroll.as_deref().unwrap_or_default())?;
    if search.total == TrackTotal::No {
        return Err(ElasticError::validation(
            "disabling [track_total_hits] is not allowed in a scroll context",
        ));
    }
    index_boosts::apply(state, &mut search, &parameters.indices).await?;
    let found = state.open_targets(index, &parameters.indices).await?;
    let mut view = View {
        shards: found.indices.len(),
        indices: found.expression,
        scope: found.scope,
        newest: u64::MAX,
        statistics: state.contexts.statistics(),
    };
    view.scope.adapt(&mut search)?;
    let mut options = reply_options(parameters, &search, &view)?;
    options.shown_keys = search.sort.len();
    if search.sort.is_empty() {
        search.sort.push(SortKey::Time(Direction::Descending));
        search.scores = Scores::OfHits;
    }
    search.sort.push(SortKey::Sequence(Direction::Ascending));
    search.total = TrackTotal::Exactly;
    if search.slice.is_some() {
        view.newest = super::point_in_time::newest(state, &view).await?;
    }
    let reply = find_all(state, &view, &search).await?;
    // What comes between the pages is in none of them.
    view.newest = view.newest.min(reply.newest_sequence);
    let scroll = Scroll {
        shown_keys: options.shown_keys,
        total: reply.total.map_or(0, |total| total.count),
        search: behind(search, reply.hits.last().map(|hit| hit.sort.clone())),
        parameters: parameters.clone(),
        view,
    };
    let id = state.contexts.open_scroll(scroll, kept, bytes)?;
    Ok(ReplyBody::new(reply, &options, started.elapsed())?.of_scroll(id))
}

/// The search for what comes behind a page.
fn behind(
    mut search: SearchBody,
    last: Option<Vec<swarmscope_query::store::SortValue>>,
) -> SearchBody {
    if last.is_some() {
        search.after = last;
    }
    search.total = TrackTotal::No;
    search.aggregations.clear();
    search.shapes = Default::default();
    search
}

/// What a request for the next page says, in its URL or its body.
#[derive(Debug, Default, Deserialize)]
pub struct ScrollParameters {
    scroll: Option<String>,
    scroll_id: Option<String>,
    rest_total_hits_as_int: Option<String>,
}

/// `GET|POST /_search/scroll`
pub async fn next(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ScrollParameters>,
    Body(body): Body,
) -> Result<Json<ReplyBody>, ElasticError> {
    next_of(&state, parameters, &body).await.map(Json)
}

/// `GET|POST /_search/scroll/{id}`
pub async fn next_named(
    State(state): State<ElasticState>,
    Path(id): Path<String>,
    Parameters(mut parameters): Parameters<ScrollParameters>,
    Body(body): Body,
) -> Result<Json<ReplyBody>, ElasticError> {
    parameters.scroll_id = Some(id);
    next_of(&state, parameters, &body).await.map(Json)
}

async fn next_of(
    state: &ElasticState,
    mut parameters: ScrollParameters,
    body: &[u8],
) -> Result<ReplyBody, ElasticError> {
    let started = Instant::now();
    for (key, value) in members(body)? {
        match (key.as_str(), value) {
            ("scroll", Value::String(text)) => parameters.scroll = Some(text),
            ("scroll_id", Value::String(text)) => parameters.scroll_id = Some(text),
            (key, _) => return Err(unknown(key)),
        }
    }
    let id = parameters
        .scroll_id
        .ok_or_else(|| ElasticError::validation("scrollId is missing"))?;
    let kept: Option<Duration> = match &parameters.scroll {
        Some(text) => Some(keep_alive("scroll", text)?),
        None => None,
    };
    let mut scroll = state.contexts.scroll(&id, kept)?;
    let mut reply = find_all(state, &scroll.view, &scroll.search).await?;
    reply.total = Some(Total {
        count: scroll.total,
        exact: true,
    });
    let mut options = reply_options(&scroll.parameters, &scroll.search, &scroll.view)?;
    options.shown_keys = scroll.shown_keys;
    options.scored |= scroll.shown_keys == 0;
    options.max_score |= scroll.shown_keys == 0;
    options.total_as_number |=
        super::parameters::is_on(parameters.rest_total_hits_as_int.as_deref());
    let last = reply.hits.last().map(|hit| hit.sort.clone());
    scroll.search = behind(scroll.search, last);
    // Whoever does not say for how long is done with it.
    match kept {
        Some(_) => state.contexts.advance(&id, scroll),
        None => drop(state.contexts.close(&id)),
    }
    Ok(ReplyBody::new(reply, &options, started.elapsed())?.of_scroll(id))
}

/// `DELETE /_search/scroll`
pub async fn clear(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ScrollParameters>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let listed = parameters.scroll_id.unwrap_or_default();
    clear_listed(&state, &listed, &body)
}

/// `DELETE /_search/scroll/{id}`
pub async fn clear_named(
    State(state): State<ElasticState>,
    Path(listed): Path<String>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    clear_listed(&state, &listed, &body)
}

/// Those of the body, or when it has none those of the URL.
fn clear_listed(
    state: &ElasticState,
    listed: &str,
    body: &[u8],
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let mut ids: Vec<String> = Vec::new();
    for (key, value) in members(body)? {
        match (key.as_str(), value) {
            ("scroll_id", Value::String(id)) => ids.push(id),
            ("scroll_id", Value::Array(items)) => {
                ids.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            (key, _) => return Err(unknown(key)),
        }
    }
    if ids.is_empty() {
        let listed = listed.split(',').filter(|id| !id.is_empty());
        ids.extend(listed.map(str::to_owned));
    }
    clear_these(state, &ids)
}

fn clear_these(
    state: &ElasticState,
    ids: &[String],
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    if ids.is_empty() {
        return Err(ElasticError::validation("no scroll ids specified"));
    }
    let freed = match ids {
        [all] if all == "_all" => return Ok(all_closed(state.contexts.close_scrolls())),
        ids => ids.iter().filter(|id| state.contexts.close(id)).count(),
    };
    Ok(closed(true, freed))
}

fn all_closed(freed: usize) -> (StatusCode, Json<Value>) {
    let (_, body) = closed(true, freed);
    (StatusCode::OK, body)
}

fn members(body: &[u8]) -> Result<Map<String, Value>, ElasticError> {
    match body.iter().all(u8::is_ascii_whitespace) {
        true => Ok(Map::new()),
        false => serde_json::from_slice(body).map_err(|error| {
            ElasticError::illegal_argument(format!("Failed to parse request body: {error}"))
        }),
    }
}

fn unknown(key: &str) -> ElasticError {
    ElasticError::illegal_argument(format!(
        "Unknown parameter [{key}] in request body or parameter is of the wrong type"
    ))
}
