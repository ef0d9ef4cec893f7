//! `_bulk`: many documents in one request, each with a result of its own.

use std::collections::HashSet;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Effect, Written};

use super::ElasticState;
use super::body::Body;
use super::bulk_reply::Items;
use super::bulk_request::{Entry, Verb, parse};
use super::errors::ElasticError;

/// `POST /_bulk`
pub async fn bulk(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, None).await
}

/// `POST /{index}/_bulk`
pub async fn bulk_into(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, Some(&index)).await
}

async fn write(
    state: &ElasticState,
    body: &Bytes,
    default_index: Option<&str>,
) -> Result<Response, ElasticError> {
    let started = Instant::now();
    let mut entries = parse(body, default_index)?;
    let known = known_indices(state, &entries).await?;
    let mut operations = Vec::with_capacity(entries.len());
    let mut refused = Vec::with_capacity(entries.len());
    for entry in &mut entries {
        let is_lost = entry.verb == Verb::Delete && !known.contains(&*entry.index);
        let operation = match is_lost {
            true => Err(ElasticError::index_not_found(&entry.index)),
            false => entry.operation(),
        };
        match operation {
            Ok(operation) => {
                operations.push(operation);
                refused.push(None);
            }
            Err(error) => refused.push(Some(error)),
        }
    }
    let mut outcomes = match operations.is_empty() {
        true => Vec::new(),
        false => state.logs.write(operations).await?,
    }
    .into_iter();
    let mut items = Items::new(entries.len());
    for (entry, refused) in entries.iter().zip(refused) {
        let outcome = match refused {
            Some(error) => Err(error),
            None => outcomes
                .next()
                .ok_or_else(ElasticError::unanswered)?
                .map_err(ElasticError::from),
        };
        items.push(entry, &outcome);
    }
    let json = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, json)], items.finish(started.elapsed())).into_response())
}

/// The indices that are there or come to be with this request. Only deletes need to know.
async fn known_indices(
    state: &ElasticState,
    entries: &[Entry],
) -> Result<HashSet<String>, ElasticError> {
    if !entries.iter().any(|entry| entry.verb == Verb::Delete) {
        return Ok(HashSet::new());
    }
    let present = state.logs.indices(&IndexExpression::all()).await?;
    let made = entries
        .iter()
        .filter(|entry| matches!(entry.verb, Verb::Index | Verb::Create));
    Ok(present
        .into_iter()
        .map(|index| index.name)
        .chain(made.map(|entry| entry.index.to_string()))
        .collect())
}

/// What a write came to, as this API calls it, and its status.
pub fn result(effect: Effect) -> (&'static str, StatusCode) {
    match effect {
        Effect::Created => ("created", StatusCode::CREATED),
        Effect::Updated => ("updated", StatusCode::OK),
        Effect::Deleted => ("deleted", StatusCode::OK),
        Effect::NotFound => ("not_found", StatusCode::NOT_FOUND),
    }
}

/// The reply about one written document.
pub fn written_body(index: &str, written: &Written) -> (StatusCode, Map<String, Value>) {
    let (result, status) = result(written.effect);
    let body = json!({
        "_index": index,
        "_id": written.id,
        "_version": written.version,
        "result": result,
        "_shards": { "total": 1, "successful": 1, "failed": 0 },
        "_seq_no": written.sequence,
        "_primary_term": 1,
    });
    match body {
        Value::Object(body) => (status, body),
        _ => (status, Map::new()),
    }
}
