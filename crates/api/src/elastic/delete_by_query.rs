//! `_delete_by_query`: removes what a query finds, bytes and all.
//!
//! The answer comes when it is done: no file in use holds a byte of the deleted documents by then. With
//! `wait_for_completion=false` it goes on as a task.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::store::{DeleteRequest, Deletion, LeftOut, Refused};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::by_query::{ByQueryParameters, Wanted};
use super::errors::ElasticError;

/// `POST /{index}/_delete_by_query`
pub async fn delete_by_query(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<ByQueryParameters>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let started = Instant::now();
    let wanted = Wanted::read(&parameters, &body, "the body of a deletion")?;
    // Deleting everything has to be said, never left out.
    if !wanted.members.contains_key("query") && !parameters.search.has_query() {
        return Err(ElasticError::validation("query is missing"));
    }
    let (max_documents, past_conflicts) = (wanted.max_documents, wanted.past_conflicts);
    let query = parameters
        .search
        .only_query(&wanted.body(), Timestamp::now())?;
    let found = state
        .open_targets(&index, &parameters.search.indices)
        .await?;
    let query = found.scope.whole(&query)?;
    let request = found.expression.map(|indices| DeleteRequest {
        max_documents,
        past_conflicts,
        ..DeleteRequest::new(indices, query)
    });
    let logs = Arc::clone(&state.logs);
    let work = async move {
        let deletion = match request {
            Some(request) => logs.delete_by_query(request).await?,
            None => Deletion::default(),
        };
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = match deletion.failures.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::CONFLICT,
        };
        Ok::<_, ElasticError>((status, reply(deletion, took)))
    };
    if parameters.is_task() {
        let description = format!("delete-by-query [{index}]");
        let work = async { work.await.map(|(_, reply)| reply) };
        let action = "indices:data/write/delete/byquery";
        let task = state.tasks.start(action, description, work)?;
        return Ok((StatusCode::OK, Json(json!({ "task": task }))));
    }
    let (status, reply) = work.await?;
    Ok((status, Json(reply)))
}

fn reply(deletion: Deletion, took: u64) -> Value {
    let mut failures: Vec<Value> = deletion.failures.into_iter().map(conflict).collect();
    failures.extend(deletion.left_out.into_iter().map(unread));
    if !deletion.erased {
        failures.push(json!({
            "cause": {
                "type": "i_o_exception",
                "reason": "the documents are deleted, but the log still holds their bytes: \
                           delete again to remove them",
            },
            "status": StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
        }));
    }
    json!({
        "took": took,
        "timed_out": false,
        "total": deletion.matched,
        "deleted": deletion.deleted,
        "batches": deletion.batches,
        "version_conflicts": deletion.conflicts,
        "noops": 0,
        "retries": { "bulk": deletion.retries, "search": 0 },
        "throttled_millis": 0,
        "requests_per_second": -1.0,
        "throttled_until_millis": 0,
        "failures": failures,
    })
}

fn conflict((index, refused): (String, Refused)) -> Value {
    let id = match &refused {
        Refused::Replaced { id, .. } => Value::from(id.as_str()),
        _ => Value::Null,
    };
    let error = ElasticError::from(refused);
    let status = error.status().as_u16();
    json!({ "index": index, "id": id, "cause": error.to_value(), "status": status })
}

/// A damaged part may hold what was looked for.
pub fn unread(left_out: LeftOut) -> Value {
    let reason = format!(
        "{} damaged part(s) could not be searched and may hold matching documents: {}",
        left_out.parts, left_out.reason
    );
    json!({
        "index": left_out.index,
        "cause": { "type": "corrupt_index_exception", "reason": reason },
        "status": StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
    })
}
