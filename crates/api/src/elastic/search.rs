//! `_search` and `_count`.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{BoolQuery, Query};
use swarmscope_query::elastic::SearchBody;
use swarmscope_query::staged;
use swarmscope_query::store::{SearchReply, SearchRequest, SortKey, StoreError, Total, TrackTotal};
use swarmscope_query::value_view::ValueViews;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::collapse::collapsed;
use super::contexts::View;
use super::errors::ElasticError;
use super::hit_details::HitDetails;
use super::index_boosts;
use super::point_in_time;
use super::profile;
use super::rescored::find_rescored;
use super::scroll;
use super::search_parameters::SearchParameters;
use super::search_reply::{ReplyBody, ReplyOptions};
use super::shards::Shards;
use super::sort_values;
use super::terms_lookup;

/// `GET|POST /_search`
pub async fn search_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<ReplyBody>, ElasticError> {
    search_in(&state, "", &parameters, &body).await.map(Json)
}

/// `GET|POST /{index}/_search`
pub async fn search(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<ReplyBody>, ElasticError> {
    search_in(&state, &index, &parameters, &body)
        .await
        .map(Json)
}

async fn search_in(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    body: &[u8],
) -> Result<ReplyBody, ElasticError> {
    let body = &*terms_lookup::resolve(state, body).await?;
    let search = parameters.search(body, Timestamp::now())?;
    match parameters.scroll {
        Some(_) => scroll::open(state, index, parameters, search, body.len()).await,
        None => run(state, index, parameters, search).await,
    }
}

/// One search, once it is read, in the indices of an expression or in its point in time.
///
/// # Errors
/// When an index is missing, or the store refuses the search.
pub async fn run(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    mut search: SearchBody,
) -> Result<ReplyBody, ElasticError> {
    let started = Instant::now();
    let keys = search.sort.len();
    let view = match point_in_time::enter(state, &mut search)? {
        Some(_) if !index.is_empty() => {
            return Err(ElasticError::validation(
                "[indices] cannot be used with point in time. Do not specify any index with point in time.",
            ));
        }
        Some(view) => view,
        None => {
            let found = state.open_targets(index, &parameters.indices).await?;
            View {
                shards: found.indices.len(),
                indices: found.expression,
                scope: found.scope,
                newest: u64::MAX,
                statistics: None,
            }
        }
    };
    index_boosts::apply(state, &mut search, &parameters.indices).await?;
    let adapted = view.scope.adapt(&mut search);
    adapted.map_err(|error| error.searched_in(index))?;
    let point = search.point.take();
    let profile = match search.profile {
        true => Some(profile::of(state, &view).await?),
        false => None,
    };
    let reply = reply(state, &view, parameters, &search, keys == 0).await;
    let reply = reply
        .map_err(|error| error.searched_in(index))?
        .taking(started.elapsed());
    let reply = reply.with_profile(profile);
    Ok(match point {
        Some(point) => reply.of_point(point.id),
        None => reply,
    })
}

async fn reply(
    state: &ElasticState,
    view: &View,
    parameters: &SearchParameters,
    search: &SearchBody,
    is_unsorted: bool,
) -> Result<ReplyBody, ElasticError> {
    if let Some(collapse) = &search.collapse {
        return collapsed(state, view, parameters, search, collapse).await;
    }
    let found = match search.rescore.is_empty() {
        true => find_all(state, view, search).await?,
        false => find_rescored(state, view, search).await?,
    };
    let mut options = reply_options(parameters, search, view)?;
    options.scored |= is_unsorted;
    ReplyBody::new(found, &options, std::time::Duration::ZERO)
}

/// What the store finds in a view, hits filtered afterwards when the search asks for it.
///
/// # Errors
/// When an index of it is gone, or the store refuses the search.
pub async fn find_all(
    state: &ElasticState,
    view: &View,
    search: &SearchBody,
) -> Result<SearchReply, ElasticError> {
    let Some(filter) = &search.post_filter else {
        return find(state, view, search).await;
    };
    let mut hits = search.clone();
    hits.aggregations.clear();
    hits.query = Query::Bool(BoolQuery {
        must: vec![search.query.clone()],
        filter: vec![filter.clone()],
        ..BoolQuery::default()
    });
    let mut reply = find(state, view, &hits).await?;
    if !search.aggregations.is_empty() {
        let mut counts = search.clone();
        (counts.from, counts.size, counts.total) = (0, 0, TrackTotal::No);
        counts.after = None;
        reply.aggregations = find(state, view, &counts).await?.aggregations;
    }
    Ok(reply)
}

/// What the store finds in a view.
///
/// # Errors
/// When an index of it is gone, or the store refuses the search.
pub async fn find(
    state: &ElasticState,
    view: &View,
    search: &SearchBody,
) -> Result<SearchReply, ElasticError> {
    let Some(indices) = &view.indices else {
        return Ok(nothing_found(search.total));
    };
    let mut request = search.request(indices.clone());
    let (dates, as_dates) = search.sorted_dates();
    request.views = view.scope.index_views().with(&dates, &as_dates);
    request.statistics.clone_from(&view.statistics);
    request.after = sort_values::read_after(search, &shown_views(view, search));
    let everything = view.scope.filter()?;
    if let Some(filter) = &everything {
        request.query = Query::Bool(BoolQuery {
            must: vec![request.query],
            filter: vec![filter.clone()],
            ..BoolQuery::default()
        });
    }
    if view.newest < u64::MAX {
        request.up_to_sequence = Some(view.newest);
    }
    if let Some((slice, slices)) = search.slice {
        // Slices are stretches of the order of writes: none overlap, and together they are everything.
        let end =
            |slice: u64| (u128::from(view.newest) * u128::from(slice) / u128::from(slices)) as u64;
        (request.after_sequence, request.up_to_sequence) = (Some(end(slice)), Some(end(slice + 1)));
    }
    let everything = everything.unwrap_or(Query::All);
    staged::search(state.logs.as_ref(), request, &everything)
        .await
        .map_err(|error| in_search(error, ""))
}

/// How sort values are shown, whatever index they come from.
fn shown_views(view: &View, search: &SearchBody) -> ValueViews {
    let (dates, as_dates) = search.sorted_dates();
    view.scope.views().with(&dates, &as_dates)
}

/// What the store says of a query is what Elasticsearch's shards say of it.
fn in_search(error: StoreError, index: &str) -> ElasticError {
    match &error {
        StoreError::InvalidRequest { reason } => {
            ElasticError::query_refused(reason).in_search(index)
        }
        StoreError::TimedOut { .. } => ElasticError::from(error).in_search(index),
        _ => error.into(),
    }
}

/// How a search's reply is to look.
///
/// # Errors
/// When a clause that hits are to be shown with cannot be used.
pub fn reply_options(
    parameters: &SearchParameters,
    search: &SearchBody,
    view: &View,
) -> Result<ReplyOptions, ElasticError> {
    let by_score = search
        .sort
        .iter()
        .any(|key| matches!(key, SortKey::Score(_)));
    // By score alone is what a search without a sort is, in Elasticsearch.
    let is_ranked = matches!(
        search.sort.as_slice(),
        [] | [SortKey::Score(Direction::Descending)]
    );
    Ok(ReplyOptions {
        details: Arc::new(HitDetails::of(
            search,
            parameters.scores_names(),
            &view.scope,
        )?),
        without_ids: search.without_ids,
        scored: search.sort.is_empty() || by_score || search.track_scores,
        max_score: search.size > 0 && (is_ranked || search.track_scores),
        source: search.source.clone(),
        version: search.version,
        sequence: search.sequence,
        total_as_number: parameters.total_as_number(),
        typed_keys: parameters.typed_keys(),
        shapes: search.shapes.clone(),
        fields: search.fields.clone(),
        sort_keys: sort_values::shown_keys(search, &shown_views(view, search)),
        shown_keys: if is_ranked { 0 } else { usize::MAX },
        shards: view.shards,
        partial: parameters.allows_partial(),
        explain: search.explain,
        enough: search.enough,
    })
}

fn nothing_found(total: TrackTotal) -> SearchReply {
    let counted = total != TrackTotal::No;
    SearchReply {
        total: counted.then_some(Total {
            count: 0,
            exact: true,
        }),
        hits: Vec::new(),
        max_score: None,
        aggregations: Vec::new(),
        newest_sequence: 0,
        left_out: Vec::new(),
    }
}

/// `GET|POST /_count`
pub async fn count_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    count_in(&state, "", &parameters, &body).await
}

/// `GET|POST /{index}/_count`
pub async fn count(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    count_in(&state, &index, &parameters, &body).await
}

async fn count_in(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let body = &*terms_lookup::resolve(state, body).await?;
    let query = parameters.only_query(body, Timestamp::now())?;
    let found = state.open_targets(index, &parameters.indices).await?;
    let shards = found.indices.len();
    let reply = match found.expression {
        Some(indices) => {
            let query = found
                .scope
                .whole(&query)
                .map_err(|error| error.searched_in(index))?;
            let request = SearchRequest::new(indices, query);
            let reply = state.logs.search(request).await;
            reply.map_err(|error| in_search(error, index))?
        }
        None => nothing_found(TrackTotal::Exactly),
    };
    Ok(Json(json!({
        "count": reply.total.map_or(0, |total| total.count),
        "_shards": Shards::new(shards, &reply.left_out),
    })))
}
