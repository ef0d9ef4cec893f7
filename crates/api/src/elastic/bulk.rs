//! `_bulk`: many documents in one request, each with a result of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use swarmscope_query::indices::IndexExpression;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk_ingest;
use super::bulk_reply::Items;
use super::bulk_request::{Entry, Verb, parse};
use super::bulk_write::{self, Origin};
use super::errors::ElasticError;
use super::parameters::{SourceParameters, is_on};
use super::strict;

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct BulkParameters {
    pipeline: Option<String>,
    require_alias: Option<String>,
    #[serde(flatten)]
    source: SourceParameters,
}

/// `POST /_bulk`
pub async fn bulk(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<BulkParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, None, &parameters).await
}

/// `POST /{index}/_bulk`
pub async fn bulk_into(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<BulkParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, Some(&index), &parameters).await
}

async fn write(
    state: &ElasticState,
    body: &Bytes,
    default_index: Option<&str>,
    parameters: &BulkParameters,
) -> Result<Response, ElasticError> {
    let started = Instant::now();
    let mut entries = parse(body, default_index)?;
    for change in entries.iter_mut().filter_map(|entry| entry.update.as_mut()) {
        let shown = &mut change.partial.shown;
        *shown = shown.take().or_else(|| parameters.source.filter());
    }
    require_aliases(
        state,
        &mut entries,
        is_on(parameters.require_alias.as_deref()),
    )
    .await?;
    if state.redirects_writes(&entries).await? {
        redirect(state, &mut entries).await?;
    }
    bulk_ingest::run(state, &mut entries, parameters.pipeline.as_deref()).await?;
    strict::check(state, &mut entries).await?;
    let known = known_indices(state, &entries).await?;
    let outcomes = bulk_write::run(state, &mut entries, &known, Origin::Client).await?;
    let mut items = Items::new(entries.len());
    for (entry, outcome) in entries.iter().zip(&outcomes) {
        items.push(entry, outcome);
    }
    let json = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, json)], items.finish(started.elapsed())).into_response())
}

/// Refuses the actions that have to go to an alias and name none, each for itself.
async fn require_aliases(
    state: &ElasticState,
    entries: &mut [Entry],
    of_all: bool,
) -> Result<(), ElasticError> {
    let mut failures: HashMap<Arc<str>, Option<ElasticError>> = HashMap::new();
    for entry in entries {
        if !entry.require_alias.unwrap_or(of_all) || entry.verb == Verb::Delete {
            continue;
        }
        if !failures.contains_key(&entry.index) {
            let failure = match state.require_alias(&entry.index).await {
                Err(error) if error.status() == StatusCode::NOT_FOUND => Some(error),
                required => required.map(|()| None)?,
            };
            failures.insert(Arc::clone(&entry.index), failure);
        }
        entry.refused = failures.get(&entry.index).cloned().flatten();
    }
    Ok(())
}

/// What names mean, or why they cannot be written to: found out once for a request.
type Targets = HashMap<Arc<str>, Result<Arc<str>, ElasticError>>;

/// Sends each action to the index that its name means. Most name the one of the action before.
async fn redirect(state: &ElasticState, entries: &mut [Entry]) -> Result<(), ElasticError> {
    let (mut written, mut deleted) = (Targets::new(), Targets::new());
    for entry in entries.iter_mut().filter(|entry| entry.refused.is_none()) {
        let is_delete = entry.verb == Verb::Delete;
        // A delete goes where writes of the name go, if any can.
        let known = match written.get(&entry.index) {
            Some(Err(_)) | None if is_delete => deleted.get(&entry.index),
            known => known,
        };
        let target = match known {
            Some(known) => known.clone(),
            None => {
                let found = match is_delete {
                    true => state.document_target(&entry.index).await.map(Arc::from),
                    false => state.write_target(&entry.index).await,
                };
                let found = match found {
                    Err(error) if error.status() != StatusCode::BAD_REQUEST => return Err(error),
                    found => found,
                };
                let remembered = if is_delete {
                    &mut deleted
                } else {
                    &mut written
                };
                remembered.insert(Arc::clone(&entry.index), found.clone());
                found
            }
        };
        let target = match target {
            Ok(target) => target,
            // A name that cannot be written to is the failure of the action that names it.
            Err(error) => {
                entry.refused = Some(error);
                continue;
            }
        };
        if let Some(change) = &mut entry.update {
            change.index = Arc::clone(&target);
        }
        entry.index = target;
    }
    Ok(())
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
    let made = entries.iter().filter(|entry| entry.verb != Verb::Delete);
    Ok(present
        .into_iter()
        .map(|index| index.name)
        .chain(made.map(|entry| entry.index.to_string()))
        .collect())
}
