//! `_explain`: whether a query finds one document, and with what score. How the score is made up is told in one
//! line: its parts are not kept.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{BoolQuery, Query};
use swarmscope_query::elastic::{self, SearchBody};
use swarmscope_query::store::SortKey;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::contexts::View;
use super::errors::ElasticError;
use super::parameters::{IndicesOptions, SourceParameters};
use super::search::find;
use super::search_parameters::SearchParameters;
use super::search_reply::SourceBody;

/// `GET|POST /{index}/_explain/{id}`
pub async fn explain(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<SearchParameters>,
    Parameters(source): Parameters<SourceParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    let query = parameters.only_query(&body, Timestamp::now())?;
    if body.is_empty() && !parameters.has_query() {
        return Err(ElasticError::validation("query is missing"));
    }
    let name = state.document_target(&index).await?;
    let found = state
        .open_targets(&index, &IndicesOptions::default())
        .await?;
    let Some(hit) = state.logs.get(&name, &id).await? else {
        let body = json!({ "_index": name, "_id": id, "matched": false });
        return Ok((StatusCode::NOT_FOUND, Json(body)).into_response());
    };
    let mut search: SearchBody = elastic::search_body("{}", Timestamp::now())?;
    search.size = 1;
    search.sort = vec![SortKey::Score(Direction::Descending)];
    search.query = Query::Bool(BoolQuery {
        must: vec![query],
        filter: vec![Query::Ids(vec![id.clone()])],
        ..BoolQuery::default()
    });
    let view = View {
        shards: 1,
        indices: found.expression,
        scope: found.scope,
        newest: u64::MAX,
        statistics: None,
    };
    view.scope
        .adapt(&mut search)
        .map_err(|error| error.searched_in(&name))?;
    let reply = find(&state, &view, &search).await?;
    let score = reply.hits.first().map(|hit| hit.score);
    let mut told = json!({ "_index": name, "_id": id, "matched": score.is_some() });
    told["explanation"] = match score {
        Some(score) => explanation(score),
        None => json!({ "value": 0.0, "description": "no matching clause", "details": [] }),
    };
    if let Some(filter) = source.filter() {
        let mut get = json!({
            "_seq_no": hit.sequence,
            "_primary_term": 1,
            "found": true,
        });
        let shown = SourceBody::new(hit.source, &filter)?;
        if !shown.is_absent() {
            get["_source"] = serde_json::to_value(shown).unwrap_or(Value::Null);
        }
        told["get"] = get;
    }
    Ok(Json(told).into_response())
}

/// What is told of a score.
pub fn explanation(score: f32) -> Value {
    json!({
        "value": shown(score),
        "description": "score of the query for this document, by BM25 where words are compared",
        "details": [],
    })
}

/// A score in as few digits as tell it apart from others, as hits show it.
fn shown(score: f32) -> Value {
    let digits = score.to_string().parse::<f64>();
    digits.map_or(Value::Null, Value::from)
}
