//! Indices: create, exists, get, delete, refresh.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::indices::{InvalidIndexName, check_index_name};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::merge;
use super::date_names;
use super::errors::ElasticError;
use super::index_settings::settings_of;
use super::mapping::{check_depth, check_names, check_untyped, mapping_of, nest};
use super::parameters::{IndicesOptions, is_on};
use super::targets::alias_names;
use super::template_match;

const DEFINITION_KEYS: [&str; 3] = ["aliases", "mappings", "settings"];

/// `PUT /{index}`
pub async fn create(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let index = date_names::resolve(&index, Timestamp::now())?;
    check_index_name(&index)?;
    let mut definition: Map<String, Value> = match body.is_empty() {
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
    let everything = state.indices().await?;
    if everything
        .iter()
        .flat_map(alias_names)
        .any(|alias| alias == index)
    {
        return Err(ElasticError::from(InvalidIndexName {
            name: index,
            reason: "already exists as alias",
        }));
    }
    if let Some(Value::Object(mappings)) = definition.get_mut("mappings") {
        check_untyped(mappings)?;
        check_names(mappings)?;
        check_depth(mappings)?;
        nest(mappings);
    }
    let catalog = state.catalog.read().await?;
    if let Some(template) = template_match::for_index(&catalog, &index) {
        let given = std::mem::replace(&mut definition, template.definition);
        merge(&mut definition, &given);
    }
    state.make_index(&index, definition).await?;
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
    let found = state.resolve(&index, &options).await;
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
    let found = state.resolve(&index, &options.open_by_default()).await?;
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

/// `DELETE /{index}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    if let Some(indices) = state.to_delete(&index, &options).await? {
        state.logs.delete_indices(&indices).await?;
        state.mappings.forget();
    }
    Ok(Json(json!({ "acknowledged": true })))
}

/// The URL's parameters of `_flush`.
#[derive(Debug, Default, Deserialize)]
pub struct FlushParameters {
    force: Option<String>,
    wait_if_ongoing: Option<String>,
    #[serde(flatten)]
    options: IndicesOptions,
}

/// `POST /_flush`
pub async fn flush_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<FlushParameters>,
) -> Result<Json<Value>, ElasticError> {
    flushed(&state, "", &parameters).await
}

/// `POST /{index}/_flush`
pub async fn flush(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<FlushParameters>,
) -> Result<Json<Value>, ElasticError> {
    flushed(&state, &index, &parameters).await
}

async fn flushed(
    state: &ElasticState,
    index: &str,
    parameters: &FlushParameters,
) -> Result<Json<Value>, ElasticError> {
    if is_on(parameters.force.as_deref()) && parameters.wait_if_ongoing.as_deref() == Some("false")
    {
        return Err(ElasticError::validation(
            "wait_if_ongoing must be true for a force flush",
        ));
    }
    refreshed(state, index, &parameters.options).await
}

/// `POST /_refresh` and its kin: what is acknowledged is searchable and on disk already.
pub async fn refresh_all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    refreshed(&state, "", &IndicesOptions::default()).await
}

/// `POST /{index}/_refresh`
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
    let shards = state.open_targets(index, options).await?.indices.len();
    Ok(Json(
        json!({ "_shards": { "total": shards, "successful": shards, "failed": 0 } }),
    ))
}
