//! Single documents: index, create, get, delete.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use swarmscope_query::document::{OwnTime, representable};
use swarmscope_query::store::{Action, WriteOperation};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk::written_body;
use super::errors::ElasticError;
use super::parameters::SourceParameters;
use super::search_reply::SourceBody;

#[derive(Debug, Default, Deserialize)]
pub struct WriteParameters {
    op_type: Option<String>,
}

/// `POST /{index}/_doc`
pub async fn index_new(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<WriteParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, index, None, action(&parameters)?, body).await
}

/// `PUT /{index}/_doc/{id}`
pub async fn index(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<WriteParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, index, Some(id), action(&parameters)?, body).await
}

/// `PUT /{index}/_create/{id}`
pub async fn create(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, index, Some(id), Action::Create, body).await
}

/// `DELETE /{index}/_doc/{id}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
) -> Result<Response, ElasticError> {
    write(&state, index, Some(id), Action::Delete, Bytes::new()).await
}

fn action(parameters: &WriteParameters) -> Result<Action, ElasticError> {
    match parameters.op_type.as_deref() {
        None | Some("index") => Ok(Action::Index),
        Some("create") => Ok(Action::Create),
        Some(other) => Err(ElasticError::illegal_argument(format!(
            "opType must be 'create' or 'index', found: [{other}]"
        ))),
    }
}

async fn write(
    state: &ElasticState,
    index: String,
    id: Option<String>,
    action: Action,
    body: Bytes,
) -> Result<Response, ElasticError> {
    if body.is_empty() && action != Action::Delete {
        return Err(ElasticError::parse("request body is required"));
    }
    let operation = WriteOperation {
        index: index.as_str().into(),
        action,
        id: id.clone(),
        source: body,
    };
    let outcome = state.logs.write(vec![operation]).await?.into_iter().next();
    match outcome {
        Some(Ok(written)) => {
            let (status, body) = written_body(&index, &written);
            let place = format!("/{index}/_doc/{}", written.id);
            let mut response = (status, Json(Value::Object(body))).into_response();
            if status == StatusCode::CREATED
                && let Ok(place) = HeaderValue::from_str(&place)
            {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static("location"), place);
            }
            Ok(response)
        }
        Some(Err(refused)) => Err(ElasticError::from(refused).with("index", index)),
        None => Err(ElasticError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "illegal_state_exception",
            "the log store did not answer for the document",
        )),
    }
}

/// A document that was found by its id.
#[derive(Serialize)]
struct GetBody {
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
}

/// `GET /{index}/_doc/{id}`
pub async fn get(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<SourceParameters>,
) -> Result<Response, ElasticError> {
    let Some(hit) = state.logs.get(&index, &id).await? else {
        let body = json!({ "_index": index, "_id": id, "found": false });
        return Ok((StatusCode::NOT_FOUND, Json(body)).into_response());
    };
    Ok(Json(GetBody {
        _index: hit.index,
        _id: hit.id,
        _version: hit.version,
        _seq_no: hit.sequence,
        _primary_term: 1,
        _ignored: OwnTime::of(hit.source.get().as_bytes()).unread,
        found: true,
        _source: SourceBody::new(hit.source, &parameters.filter().unwrap_or_default())?,
    })
    .into_response())
}

/// `GET /{index}/_source/{id}`
pub async fn source(
    State(state): State<ElasticState>,
    Path((index, id)): Path<(String, String)>,
    Parameters(parameters): Parameters<SourceParameters>,
) -> Result<Response, ElasticError> {
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
