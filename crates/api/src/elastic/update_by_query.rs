//! `_update_by_query` without a script: what a query finds is written again, through a pipeline when one is named.

use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::REWRITTEN_AT_ONCE;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk_request::{Entry, Verb};
use super::by_query::{ByQueryParameters, Wanted};
use super::condition::Condition;
use super::errors::ElasticError;
use super::rewriting::Rewriting;

/// `POST /{index}/_update_by_query`
pub async fn update_by_query(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<ByQueryParameters>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let started = Instant::now();
    let wanted = Wanted::read(&parameters, &body, "the body of an update by query")?;
    if wanted.members.contains_key("script") {
        return Err(ElasticError::illegal_argument(
            "[script] is not supported here: name a [pipeline] that changes the documents, or send what changes with \
             [_bulk] as updates",
        ));
    }
    let (max_documents, past_conflicts) = (wanted.max_documents, wanted.past_conflicts);
    let query = parameters
        .search
        .only_query(&wanted.body(), Timestamp::now())?;
    let found = state
        .open_targets(&index, &parameters.search.indices)
        .await?;
    let rewriting = Rewriting {
        query: found.scope.whole(&query)?,
        indices: found.expression,
        max_documents,
        batch: REWRITTEN_AT_ONCE,
        past_conflicts,
        pipeline: parameters.pipeline.clone(),
    };
    let own = state.clone();
    let work = async move {
        let done = rewriting.run(&own, |hit| {
            let source = Bytes::copy_from_slice(hit.source.get().as_bytes());
            let mut entry = Entry::new(
                Verb::Index,
                hit.index.as_str().into(),
                Some(hit.id.clone()),
                source,
            );
            entry.condition = Condition::Written(hit.sequence);
            Ok(entry)
        });
        let done = done.await?;
        Ok::<_, ElasticError>((done.status(), done.reply(started, false)))
    };
    let description = format!("update-by-query [{index}]");
    let action = "indices:data/write/update/byquery";
    let waits = !parameters.is_task();
    state.tasks.answer(action, description, work, waits).await
}
