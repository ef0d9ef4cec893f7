//! `_ingest/pipeline`: set up, shown and removed; `_ingest/processor/grok`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::ElasticState;
use super::super::body::{Body, Parameters};
use super::super::catalog::{self, Catalog, chosen};
use super::super::errors::ElasticError;
use super::{Pipeline, grok};

/// The body of a request about pipelines.
///
/// # Errors
/// When it is no object.
pub fn read(body: &[u8]) -> Result<Map<String, Value>, ElasticError> {
    serde_json::from_slice(body)
        .map_err(|error| ElasticError::content(&error, "the body of a pipeline"))
}

/// `PUT /_ingest/pipeline/{name}`
pub async fn put(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body = read(&body)?;
    Pipeline::read(&name, &body)?;
    let change = |catalog: &mut Catalog| {
        catalog.pipelines.insert(name, body);
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `GET /_ingest/pipeline`
pub async fn get_all(
    State(state): State<ElasticState>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let catalog = state.catalog.read().await?;
    Ok(chosen(&catalog.pipelines, "*"))
}

/// `GET /_ingest/pipeline/{name}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let catalog = state.catalog.read().await?;
    Ok(chosen(&catalog.pipelines, &name))
}

/// `DELETE /_ingest/pipeline/{name}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let change = |catalog: &mut Catalog| match catalog::remove(&mut catalog.pipelines, &name)
        || name == "*"
    {
        true => Ok(()),
        false => Err(ElasticError::not_found(format!(
            "pipeline [{name}] is missing"
        ))),
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// The URL's parameters of the patterns.
#[derive(Debug, Default, Deserialize)]
pub struct PatternParameters {
    ecs_compatibility: Option<String>,
}

/// `GET /_ingest/processor/grok`
pub async fn patterns(
    Parameters(parameters): Parameters<PatternParameters>,
) -> Result<Json<Value>, ElasticError> {
    match parameters.ecs_compatibility.as_deref() {
        None | Some("disabled") => Ok(Json(grok::patterns_of(false))),
        Some("v1") => Ok(Json(grok::patterns_of(true))),
        Some(other) => Err(ElasticError::illegal_argument(format!(
            "unsupported ECS compatibility mode [{other}]"
        ))),
    }
}
