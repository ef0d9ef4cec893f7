//! `_bulk`: many documents in one request, each with a result of its own.

use std::collections::HashSet;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Effect, Written};

use super::ElasticState;
use super::body::Body;
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
    body: &[u8],
    default_index: Option<&str>,
) -> Result<Response, ElasticError> {
    let started = Instant::now();
    let mut entries = parse(body, default_index)?;
    let known = known_indices(state, &entries).await?;
    let mut operations = Vec::with_capacity(entries.len());
    let mut refused = Vec::with_capacity(entries.len());
    for entry in &mut entries {
        let is_lost = entry.verb == Verb::Delete && !known.contains(&entry.index);
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
    let mut errors = false;
    let mut items = Vec::with_capacity(entries.len());
    for (entry, refused) in entries.iter().zip(refused) {
        let outcome = match refused {
            Some(error) => Err(error),
            None => outcomes
                .next()
                .ok_or_else(ElasticError::unanswered)?
                .map_err(ElasticError::from),
        };
        errors |= outcome.is_err();
        items.push(json!({ entry.verb.name(): item(entry, outcome) }));
    }
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(json!({ "took": took, "errors": errors, "items": items })).into_response())
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
        .chain(made.map(|entry| entry.index.clone()))
        .collect())
}

/// The result of one written document, as in a bulk's items and as a reply of its own.
pub fn written_body(index: &str, written: &Written) -> (StatusCode, Map<String, Value>) {
    let (result, status) = match written.effect {
        Effect::Created => ("created", StatusCode::CREATED),
        Effect::Updated => ("updated", StatusCode::OK),
        Effect::Deleted => ("deleted", StatusCode::OK),
        Effect::NotFound => ("not_found", StatusCode::NOT_FOUND),
    };
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

fn item(entry: &Entry, outcome: Result<Written, ElasticError>) -> Value {
    match outcome {
        Ok(written) => {
            let (status, mut body) = written_body(&entry.index, &written);
            body.insert("status".to_owned(), status.as_u16().into());
            Value::Object(body)
        }
        Err(error) => json!({
            "_index": entry.index,
            "_id": entry.id,
            "status": error.status().as_u16(),
            "error": error.to_value(),
        }),
    }
}
