//! `_update`: parts of a document are changed. Reads, merges, and writes on the condition that nobody else has
//! written meanwhile.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_UPDATE_TRIES;
use swarmscope_query::elastic::SourceFilter;
use swarmscope_query::store::{Action, Hit, Refused, StoreError, WriteOperation};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk_reply::Done;
use super::condition::ConditionParameters;
use super::documents::document;
use super::errors::ElasticError;
use super::parameters::{RefreshParameter, SourceParameters, is_on};
use super::partial::Partial;

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct UpdateParameters {
    retry_on_conflict: Option<String>,
    require_alias: Option<String>,
    #[serde(flatten)]
    refresh: RefreshParameter,
    #[serde(flatten)]
    condition: ConditionParameters,
    #[serde(flatten)]
    source: SourceParameters,
}

/// `POST /{index}/_update/{id}`
pub async fn update(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<UpdateParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    let mut partial = Partial::read(&body)?;
    if let Some(shown) = parameters.source.filter() {
        partial.shown = Some(shown);
    }
    let tries = tries(parameters.retry_on_conflict.as_deref())?;
    let is_forced = parameters.refresh.is_forced()?;
    if parameters.condition.names_versions() {
        return Err(ElasticError::validation(
            "internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and \
             `if_primary_term` instead",
        ));
    }
    let required = parameters.condition.read()?.written();
    if required.is_some() && tries > 1 {
        return Err(ElasticError::validation(
            "compare and write operations can not be retried",
        ));
    }
    if is_on(parameters.require_alias.as_deref()) {
        state.require_alias(&index).await?;
    }
    let index = state.write_target(&index.as_str().into()).await?;
    let change = Change {
        index: Arc::clone(&index),
        id,
        partial,
        required,
    };
    let done = change
        .run(&state, tries)
        .await
        .map_err(|error| error.with("index", &*index))?;
    let (status, mut body) = done.body(&index);
    if matches!(done, Done::Unchanged { .. }) {
        // Nothing was sent to a shard.
        body["_shards"] = json!({ "total": 0, "successful": 0, "failed": 0 });
    }
    if is_forced && matches!(done, Done::Written { .. }) {
        body["forced_refresh"] = true.into();
    }
    let mut response = (status, Json(&body)).into_response();
    if status == StatusCode::CREATED {
        super::documents::locate(&mut response, &index, &change.id);
    }
    Ok(response)
}

/// How often to try, from `retry_on_conflict`.
///
/// # Errors
/// When it is no number.
pub fn tries(retry_on_conflict: Option<&str>) -> Result<u32, ElasticError> {
    let Some(text) = retry_on_conflict else {
        return Ok(1);
    };
    let retries: u32 = text.parse().map_err(|_| {
        ElasticError::illegal_argument(format!(
            "Failed to parse int parameter [retry_on_conflict] with value [{text}]"
        ))
    })?;
    Ok(retries.saturating_add(1).min(MAX_UPDATE_TRIES))
}

/// One document and what to change in it.
#[derive(Debug)]
pub struct Change {
    pub index: Arc<str>,
    pub id: String,
    pub partial: Partial,
    /// The place in the order of writes that the document has to have.
    pub required: Option<u64>,
}

/// A change put together with the document as it stands.
pub enum Merged {
    /// To be written, and what the reply shows of it.
    Write(WriteOperation, Option<Value>),
    /// Everything is as it should be already.
    Unchanged(Done),
}

impl Change {
    /// Reads the document and makes the write of it.
    ///
    /// # Errors
    /// When there is neither a document nor anything to store without one, or the condition does not hold.
    pub async fn merge(&self, state: &ElasticState) -> Result<Merged, ElasticError> {
        let found = match state.logs.get(&self.index, &self.id).await {
            Err(StoreError::IndexNotFound { .. }) => None,
            found => found?,
        };
        let Some(hit) = found else {
            return self.make();
        };
        if let Some(required) = self.required.filter(|required| *required != hit.sequence) {
            return Err(ElasticError::from(Refused::Replaced {
                id: self.id.clone(),
                required,
                current: hit.sequence,
            }));
        }
        self.onto(&hit)
    }

    fn onto(&self, hit: &Hit) -> Result<Merged, ElasticError> {
        let mut new = document(hit.source.get())?;
        if !self.partial.apply(&mut new)? {
            return Ok(Merged::Unchanged(Done::Unchanged {
                id: self.id.clone(),
                version: hit.version,
                sequence: hit.sequence,
                shown: self.shown(&new),
            }));
        }
        Ok(self.write(&new, Action::Replace(hit.sequence)))
    }

    fn make(&self) -> Result<Merged, ElasticError> {
        if let Some(required) = self.required {
            return Err(super::condition::nothing_there(&self.id, required));
        }
        match self.partial.for_nothing() {
            Some(new) => Ok(self.write(new, Action::Create)),
            None => Err(ElasticError::new(
                StatusCode::NOT_FOUND,
                "document_missing_exception",
                format!("[{}]: document missing", self.id),
            )
            .with("shard", "0")
            .with("index", &*self.index)),
        }
    }

    fn write(&self, new: &Map<String, Value>, action: Action) -> Merged {
        let operation = WriteOperation {
            index: Arc::clone(&self.index),
            action,
            id: Some(self.id.clone()),
            source: Bytes::from(json!(new).to_string()),
        };
        Merged::Write(operation, self.shown(new))
    }

    fn shown(&self, new: &Map<String, Value>) -> Option<Value> {
        let filter: &SourceFilter = self.partial.shown.as_ref()?;
        (!filter.nothing).then(|| Value::Object(filter.apply(new)))
    }

    /// Does it, as often as others come between.
    ///
    /// # Errors
    /// As above, when it came to a conflict each time, and when the store refuses.
    pub async fn run(&self, state: &ElasticState, tries: u32) -> Result<Done, ElasticError> {
        let mut left = tries;
        loop {
            left -= 1;
            let (operation, shown) = match self.merge(state).await? {
                Merged::Unchanged(done) => return Ok(done),
                Merged::Write(operation, shown) => (operation, shown),
            };
            let outcome = state.logs.write(vec![operation]).await?.into_iter().next();
            match outcome.ok_or_else(ElasticError::unanswered)? {
                Ok(written) => return Ok(Done::Written { written, shown }),
                Err(refused) if left > 0 && is_conflict(&refused) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
    }
}

/// Whether someone else has written between reading and writing.
pub fn is_conflict(refused: &Refused) -> bool {
    matches!(
        refused,
        Refused::AlreadyExists { .. } | Refused::Replaced { .. } | Refused::Gone { .. }
    )
}
