//! `_pit`: searches that see the same documents, however long the client takes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Query;
use swarmscope_query::elastic::SearchBody;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{SearchRequest, SortKey, TrackTotal};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::contexts::{View, closed, keep_alive};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;
use super::shards::Shards;

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct OpenParameters {
    keep_alive: Option<String>,
    #[serde(flatten)]
    indices: IndicesOptions,
}

/// `POST /{index}/_pit`
pub async fn open(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<OpenParameters>,
) -> Result<Json<Value>, ElasticError> {
    let Some(kept) = &parameters.keep_alive else {
        return Err(ElasticError::validation("[keep_alive] is not specified"));
    };
    let kept = keep_alive("keep_alive", kept)?;
    let found = state.open_targets(&index, &parameters.indices).await?;
    let mut view = View {
        shards: found.indices.len(),
        indices: found.expression,
        scope: found.scope,
        newest: 0,
        statistics: state.contexts.statistics(),
    };
    view.newest = newest(&state, &view).await?;
    let shards = Shards::new(view.shards, &[]);
    let id = state.contexts.open_point(view, kept)?;
    Ok(Json(json!({ "id": id, "_shards": shards })))
}

/// The newest write that a view can see now.
///
/// # Errors
/// When the store refuses.
pub async fn newest(state: &ElasticState, view: &View) -> Result<u64, ElasticError> {
    let Some(indices) = &view.indices else {
        return Ok(0);
    };
    let request = SearchRequest {
        total: TrackTotal::No,
        ..SearchRequest::new(IndexExpression::clone(indices), Query::Nothing)
    };
    Ok(state.logs.search(request).await?.newest_sequence)
}

/// The view that a search in a point in time sees. The order of writes becomes the last key of its sort.
///
/// # Errors
/// When the point in time is gone.
pub fn enter(state: &ElasticState, search: &mut SearchBody) -> Result<Option<View>, ElasticError> {
    let Some(point) = &search.point else {
        return Ok(None);
    };
    let kept = match &point.keep_alive {
        Some(text) => Some(keep_alive("keep_alive", text)?),
        None => None,
    };
    let view = state.contexts.point(&point.id, kept)?;
    let goes_on_without =
        (search.after.as_ref()).is_some_and(|after| after.len() == search.sort.len());
    if !search.sort.is_empty() && !search.by_shard_doc && !goes_on_without {
        search.sort.push(SortKey::Sequence(Direction::Ascending));
    }
    Ok(Some(view))
}

/// `DELETE /_pit`
pub async fn close(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let body: Value = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&body)
            .map_err(|error| ElasticError::content(&error, "the body"))?,
    };
    let Some(id) = body.get("id").and_then(Value::as_str) else {
        return Err(ElasticError::illegal_argument(
            "search context id is is not provided",
        ));
    };
    let freed = usize::from(state.contexts.close(id));
    Ok(closed(freed > 0, freed))
}
