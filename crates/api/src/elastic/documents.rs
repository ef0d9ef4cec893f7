//! Single documents: index, create, get, delete.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use swarmscope_query::document::{OwnTime, representable};
use swarmscope_query::elastic::SourceFilter;
use swarmscope_query::store::{Action, Hit, WriteOperation};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk_ingest;
use super::bulk_reply::Done;
use super::bulk_request::{Entry, Verb};
use super::condition::{self, Condition, ConditionParameters, WantedVersion};
use super::errors::ElasticError;
use super::parameters::{RefreshParameter, SourceParameters, is_on};
use super::search_reply::SourceBody;
use super::stored_fields::StoredFields;
use super::strict;

/// The URL's parameters of a write.
#[derive(Debug, Default, Deserialize)]
pub struct WriteParameters {
    op_type: Option<String>,
    pipeline: Option<String>,
    require_alias: Option<String>,
    #[serde(flatten)]
    refresh: RefreshParameter,
    #[serde(flatten)]
    condition: ConditionParameters,
}

/// `POST /{index}/_doc`
pub async fn index_new(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<WriteParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, index, None, &parameters, body).await
}

/// `PUT /{index}/_doc/{id}`
pub async fn index(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<WriteParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, index, Some(id), &parameters, body).await
}

/// `PUT /{index}/_create/{id}`
pub async fn create(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(mut parameters): Parameters<WriteParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    parameters.op_type = Some("create".to_owned());
    write(&state, index, Some(id), &parameters, body).await
}

/// `DELETE /{index}/_doc/{id}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<WriteParameters>,
) -> Result<Response, ElasticError> {
    let condition = parameters.condition.read()?;
    let is_forced = parameters.refresh.is_forced()?;
    let own = state.document_target(&index).await?;
    if let Condition::Written(required) = condition
        && state.logs.get(&own, &id).await?.is_none()
    {
        return Err(condition::nothing_there(&id, required).with("index", index));
    }
    let action = condition.delete();
    let operation = WriteOperation {
        index: own.into(),
        action,
        id: Some(id),
        source: Bytes::new(),
    };
    store(&state, operation, is_forced).await
}

fn action(parameters: &WriteParameters) -> Result<Action, ElasticError> {
    match parameters.op_type.as_deref() {
        None | Some("index") => Ok(parameters.condition.read()?.index()),
        Some("create") => parameters.condition.read()?.create(),
        Some(other) => Err(ElasticError::illegal_argument(format!(
            "opType must be 'create' or 'index', found: [{other}]"
        ))),
    }
}

async fn write(
    state: &ElasticState,
    index: String,
    id: Option<String>,
    parameters: &WriteParameters,
    body: Bytes,
) -> Result<Response, ElasticError> {
    let action = action(parameters)?;
    let is_forced = parameters.refresh.is_forced()?;
    if id.is_none() {
        // A new id is made for it, so there is nothing to take the place of.
        parameters.condition.read()?.create()?;
    }
    if body.is_empty() {
        return Err(ElasticError::parse("request body is required"));
    }
    if is_on(parameters.require_alias.as_deref()) {
        state.require_alias(&index).await?;
    }
    let index = state.write_target(&index.as_str().into()).await?;
    let mut entry = [Entry::new(Verb::Index, Arc::clone(&index), id, body)];
    bulk_ingest::run(state, &mut entry, parameters.pipeline.as_deref()).await?;
    strict::check(state, &mut entry).await?;
    let [mut entry] = entry;
    if entry.is_dropped {
        let (status, body) = Done::Dropped { id: entry.id }.body(&entry.index);
        return Ok((status, Json(body)).into_response());
    }
    match entry.refused.take() {
        Some(refused) => Err(refused),
        None => {
            let operation = WriteOperation {
                action,
                ..entry.operation()?
            };
            store(state, operation, is_forced).await
        }
    }
}

async fn store(
    state: &ElasticState,
    operation: WriteOperation,
    is_forced: bool,
) -> Result<Response, ElasticError> {
    let index = Arc::clone(&operation.index);
    let outcome = state.logs.write(vec![operation]).await?.into_iter().next();
    match outcome {
        Some(Ok(written)) => {
            let id = written.id.clone();
            let done = Done::Written {
                written,
                shown: None,
            };
            let (status, mut body) = done.body(&index);
            if is_forced {
                body["forced_refresh"] = true.into();
            }
            let mut response = (status, Json(body)).into_response();
            if status == StatusCode::CREATED {
                locate(&mut response, &index, &id);
            }
            Ok(response)
        }
        Some(Err(refused)) => Err(ElasticError::from(refused).with("index", &*index)),
        None => Err(ElasticError::unanswered()),
    }
}

/// Says where a document that was made is.
pub fn locate(response: &mut Response, index: &str, id: &str) {
    if let Ok(place) = HeaderValue::from_str(&format!("/{index}/_doc/{id}")) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("location"), place);
    }
}

/// A document that was found by its id.
#[derive(Serialize)]
pub struct GetBody {
    _index: String,
    _id: String,
    _version: u64,
    _seq_no: u64,
    _primary_term: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    _ignored: Vec<&'static str>,
    found: bool,
    #[serde(skip_serializing_if = "SourceBody::is_absent")]
    _source: SourceBody,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
}

impl GetBody {
    /// What a filter leaves of a document.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn new(hit: Hit, filter: &SourceFilter) -> Result<Self, ElasticError> {
        Ok(Self {
            _index: hit.index,
            _id: hit.id,
            _version: hit.version,
            _seq_no: hit.sequence,
            _primary_term: 1,
            _ignored: OwnTime::of(hit.source.get().as_bytes()).unread,
            found: true,
            _source: SourceBody::new(hit.source, filter)?,
            fields: Map::new(),
        })
    }

    /// The same with values of stored fields.
    #[must_use]
    pub fn with_fields(mut self, fields: Map<String, Value>) -> Self {
        self.fields = fields;
        self
    }
}

/// The URL's parameters of a read.
#[derive(Debug, Default, Deserialize)]
pub struct GetParameters {
    stored_fields: Option<String>,
    /// The version that the document has to have.
    version: Option<String>,
    version_type: Option<String>,
    #[serde(flatten)]
    source: SourceParameters,
}

/// `GET /{index}/_doc/{id}`
pub async fn get(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<GetParameters>,
) -> Result<Response, ElasticError> {
    let version = WantedVersion::read(
        parameters.version.as_deref(),
        parameters.version_type.as_deref(),
    )?;
    let index = state.document_target(&index).await?;
    let Some(hit) = state.logs.get(&index, &id).await? else {
        let body = json!({ "_index": index, "_id": id, "found": false });
        return Ok((StatusCode::NOT_FOUND, Json(body)).into_response());
    };
    version.check(&hit)?;
    let wanted = StoredFields::named(parameters.stored_fields.as_deref().unwrap_or_default());
    let fields = wanted.values(&state, &hit.index, hit.source.get()).await?;
    let filter = wanted.source(parameters.source.filter());
    Ok(Json(GetBody::new(hit, &filter)?.with_fields(fields)).into_response())
}

/// `GET /{index}/_source/{id}`
pub async fn source(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<SourceParameters>,
) -> Result<Response, ElasticError> {
    let index = state.document_target(&index).await?;
    match state.logs.get(&index, &id).await? {
        Some(hit) => {
            let filter = parameters.filter().unwrap_or_default();
            Ok(Json(SourceBody::new(hit.source, &filter)?).into_response())
        }
        None => Err(ElasticError::new(
            StatusCode::NOT_FOUND,
            "resource_not_found_exception",
            format!("Document not found [{index}]/[{id}]"),
        )),
    }
}

/// A stored document as a value.
///
/// # Errors
/// When it cannot be read.
pub fn document(source: &str) -> Result<Map<String, Value>, ElasticError> {
    // Numbers beyond every range are JSON, and more than a value can hold.
    serde_json::from_str(source)
        .or_else(|_| serde_json::from_str(&representable(source)))
        .map_err(|error| ElasticError::corrupt(&error))
}
