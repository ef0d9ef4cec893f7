//! `_mget`: many documents by their ids, each found or not for itself.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_GET_DOCUMENTS;
use swarmscope_query::elastic::{self, SourceFilter};
use swarmscope_query::store::StoreError;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::condition::WantedVersion;
use super::documents::GetBody;
use super::errors::ElasticError;
use super::parameters::SourceParameters;
use super::stored_fields::StoredFields;

/// The URL's parameters, for all documents that say nothing else.
#[derive(Debug, Default, Deserialize)]
pub struct MultiGetParameters {
    stored_fields: Option<String>,
    #[serde(flatten)]
    source: SourceParameters,
}

/// `GET|POST /_mget`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<MultiGetParameters>,
    Body(body): Body,
) -> Result<Json<Reply>, ElasticError> {
    find(&state, None, &parameters, &body).await
}

/// `GET|POST /{index}/_mget`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<MultiGetParameters>,
    Body(body): Body,
) -> Result<Json<Reply>, ElasticError> {
    find(&state, Some(&index), &parameters, &body).await
}

/// The documents in the order of the request.
#[derive(Serialize)]
pub struct Reply {
    docs: Vec<Document>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Document {
    Found(Box<GetBody>),
    Other(Value),
}

/// One document that is asked for.
struct Wanted {
    index: String,
    id: String,
    source: Option<SourceFilter>,
    stored: Option<StoredFields>,
    version: WantedVersion,
}

async fn find(
    state: &ElasticState,
    index: Option<&str>,
    parameters: &MultiGetParameters,
    body: &[u8],
) -> Result<Json<Reply>, ElasticError> {
    let wanted = read(body, index)?;
    let everywhere = parameters.source.filter();
    let fields = StoredFields::named(parameters.stored_fields.as_deref().unwrap_or_default());
    let mut docs = Vec::with_capacity(wanted.len());
    for Wanted {
        index,
        id,
        source,
        stored,
        version,
    } in wanted
    {
        let failed = |error: &ElasticError| {
            let error = &error.to_body()["error"];
            Document::Other(json!({ "_index": index, "_id": id, "error": error }))
        };
        let own = match state.document_target(&index).await {
            Ok(own) => own,
            Err(error) => {
                docs.push(failed(&error));
                continue;
            }
        };
        let found = state.logs.get(&own, &id).await;
        docs.push(match found {
            Ok(Some(hit)) => {
                if let Err(error) = version.check(&hit) {
                    docs.push(failed(&error));
                    continue;
                }
                let wanted = stored.as_ref().unwrap_or(&fields);
                let values = wanted.values(state, &hit.index, hit.source.get()).await?;
                let filter = wanted.source(source.or_else(|| everywhere.clone()));
                let found = GetBody::new(hit, &filter)?.with_fields(values);
                Document::Found(Box::new(found))
            }
            Ok(None) => Document::Other(json!({ "_index": index, "_id": id, "found": false })),
            Err(StoreError::IndexNotFound { .. }) => failed(&ElasticError::index_not_found(&index)),
            Err(error) => return Err(error.into()),
        });
    }
    Ok(Json(Reply { docs }))
}

fn read(body: &[u8], index: Option<&str>) -> Result<Vec<Wanted>, ElasticError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(ElasticError::parse(
            "request body or source parameter is required",
        ));
    }
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| ElasticError::content(&error, "the body of a multi get"))?;
    let mut wanted = Vec::new();
    for (key, value) in members {
        let Value::Array(items) = value else {
            return Err(unknown(&key));
        };
        for item in items {
            if wanted.len() == MAX_GET_DOCUMENTS {
                return Err(ElasticError::validation(format!(
                    "more than {MAX_GET_DOCUMENTS} documents in one request; get them in parts"
                )));
            }
            let place = wanted.len();
            wanted.push(match key.as_str() {
                "docs" => of_object(item, index, place)?,
                "ids" => Wanted {
                    index: index.ok_or_else(|| no_index(place))?.to_owned(),
                    id: text(&item).ok_or_else(|| no_id(place))?,
                    source: None,
                    stored: None,
                    version: WantedVersion::default(),
                },
                _ => return Err(unknown(&key)),
            });
        }
    }
    if wanted.is_empty() {
        return Err(ElasticError::validation("no documents to get"));
    }
    Ok(wanted)
}

fn of_object(item: Value, default: Option<&str>, place: usize) -> Result<Wanted, ElasticError> {
    let Value::Object(members) = item else {
        return Err(ElasticError::illegal_argument(
            "docs array element should include an object",
        ));
    };
    let (mut index, mut id, mut source) = (default.map(str::to_owned), None, None);
    let mut stored = None;
    let (mut version, mut version_type) = (None, None);
    for (key, value) in members {
        match key.as_str() {
            "_index" => index = text(&value),
            "_id" => id = text(&value),
            "_source" => source = Some(elastic::source_filter(&value.to_string())?),
            "stored_fields" => stored = Some(StoredFields::listed(&value)),
            "routing" => {}
            "version" => version = text(&value),
            "version_type" => version_type = text(&value),
            _ => {
                return Err(ElasticError::parse(format!(
                    "failed to parse multi get request. unknown field [{key}]"
                )));
            }
        }
    }
    Ok(Wanted {
        index: index.ok_or_else(|| no_index(place))?,
        id: id.ok_or_else(|| no_id(place))?,
        source,
        stored,
        version: WantedVersion::read(version.as_deref(), version_type.as_deref())?,
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn no_index(place: usize) -> ElasticError {
    ElasticError::validation(format!("index is missing for doc {place}"))
}

fn no_id(place: usize) -> ElasticError {
    ElasticError::validation(format!("id is missing for doc {place}"))
}

fn unknown(key: &str) -> ElasticError {
    ElasticError::parsing(format!(
        "unknown key [{key}] for a START_ARRAY, expected [docs] or [ids]"
    ))
}
