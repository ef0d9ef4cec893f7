//! Indices: create, exists, get, delete, refresh.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use swarmscope_query::indices::{IndexExpression, check_index_name};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::mapping::mapping_of;
use super::parameters::IndicesOptions;
use super::targets;

const DEFINITION_KEYS: [&str; 3] = ["aliases", "mappings", "settings"];

/// `PUT /{index}`
pub async fn create(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    check_index_name(&index)?;
    let definition: Map<String, Value> = match body.is_empty() {
        true => Map::new(),
        false => serde_json::from_slice(&body).map_err(|error| {
            ElasticError::parse(format!("Failed to parse content to map: {error}"))
        })?,
    };
    if let Some(key) = definition
        .keys()
        .find(|key| !DEFINITION_KEYS.contains(&key.as_str()))
    {
        return Err(ElasticError::parse(format!(
            "unknown key [{key}] for create index"
        )));
    }
    state.logs.create_index(&index, definition).await?;
    Ok(Json(
        json!({ "acknowledged": true, "shards_acknowledged": true, "index": index }),
    ))
}

/// `HEAD /{index}`
pub async fn exists(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<StatusCode, ElasticError> {
    let found = targets::resolve(state.logs.as_ref(), &index, &options).await;
    Ok(match found {
        Ok(found) if !found.indices.is_empty() => StatusCode::OK,
        Ok(_) => StatusCode::NOT_FOUND,
        Err(error) if error.status() == StatusCode::NOT_FOUND => StatusCode::NOT_FOUND,
        Err(error) => return Err(error),
    })
}

/// `GET /{index}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    let found = targets::resolve(state.logs.as_ref(), &index, &options).await?;
    let mut reply = Map::new();
    for info in found.indices {
        let mappings = mapping_of(&state, &info).await?;
        let aliases = info
            .definition
            .get("aliases")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let settings = settings_of(&info);
        let body = json!({ "aliases": aliases, "mappings": mappings, "settings": settings });
        reply.insert(info.name, body);
    }
    Ok(Json(Value::Object(reply)))
}

/// Settings are texts, however they were given.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => value.to_string().into(),
        Value::Object(inner) => {
            let inner = inner.iter();
            Value::Object(
                inner
                    .map(|(key, value)| (key.clone(), as_text(value)))
                    .collect(),
            )
        }
        value => value.clone(),
    }
}

/// What was given, below `index`, with what every index has.
fn settings_of(info: &IndexInfo) -> Value {
    let mut index = Map::new();
    if let Some(Value::Object(given)) = info.definition.get("settings") {
        for (key, value) in given {
            match (key.as_str(), value) {
                ("index", Value::Object(inner)) => {
                    let inner = inner.iter();
                    index.extend(inner.map(|(key, value)| (key.clone(), as_text(value))));
                }
                (key, value) => {
                    let name = key.strip_prefix("index.").unwrap_or(key);
                    index.insert(name.to_owned(), as_text(value));
                }
            }
        }
    }
    for (key, value) in [("number_of_shards", "1"), ("number_of_replicas", "0")] {
        index.entry(key).or_insert_with(|| json!(value));
    }
    index.insert("provided_name".to_owned(), json!(info.name));
    index.insert(
        "creation_date".to_owned(),
        json!(info.created_at.to_string()),
    );
    index.insert("uuid".to_owned(), json!(info.uuid));
    json!({ "index": index })
}

/// `DELETE /{index}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    if IndexExpression::parse(&index).is_pattern() {
        // As Elasticsearch since version 8: a slip must not cost everything.
        return Err(ElasticError::illegal_argument(
            "Wildcard expressions or all indices are not allowed",
        ));
    }
    let found = targets::resolve(state.logs.as_ref(), &index, &options).await?;
    if let Some(expression) = found.expression {
        state.logs.delete_indices(&expression).await?;
    }
    Ok(Json(json!({ "acknowledged": true })))
}

/// `POST /_refresh`, `POST /_flush`: what is acknowledged is searchable and on disk already.
pub async fn refresh_all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    refreshed(&state, "", &IndicesOptions::default()).await
}

/// `POST /{index}/_refresh`, `POST /{index}/_flush`
pub async fn refresh(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    refreshed(&state, &index, &options).await
}

async fn refreshed(
    state: &ElasticState,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let shards = targets::resolve(state.logs.as_ref(), index, options)
        .await?
        .indices
        .len();
    Ok(Json(
        json!({ "_shards": { "total": shards, "successful": shards, "failed": 0 } }),
    ))
}
