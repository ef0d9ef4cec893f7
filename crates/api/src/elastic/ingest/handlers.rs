//! `_ingest/pipeline`: set up, shown, removed and tried out.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;

use super::super::ElasticState;
use super::super::body::Body;
use super::super::catalog::{self, Catalog, chosen};
use super::super::errors::ElasticError;
use super::Pipeline;

fn read(body: &[u8]) -> Result<Map<String, Value>, ElasticError> {
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
    Pipeline::read(&body)?;
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

/// `GET|POST /_ingest/pipeline/_simulate`
pub async fn simulate(
    State(_): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body = read(&body)?;
    let Some(Value::Object(pipeline)) = body.get("pipeline") else {
        return Err(
            ElasticError::parse("[pipeline] required property is missing")
                .with("property_name", "pipeline"),
        );
    };
    tried(&Pipeline::read(pipeline)?, &body)
}

/// `GET|POST /_ingest/pipeline/{name}/_simulate`
pub async fn simulate_named(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let pipeline = catalog.pipelines.get(&name).ok_or_else(|| {
        ElasticError::illegal_argument(format!("pipeline [{name}] does not exist"))
    })?;
    tried(&Pipeline::read(pipeline)?, &read(&body)?)
}

fn tried(pipeline: &Pipeline, body: &Map<String, Value>) -> Result<Json<Value>, ElasticError> {
    let Some(Value::Array(documents)) = body.get("docs") else {
        return Err(ElasticError::parse("[docs] required property is missing")
            .with("property_name", "docs"));
    };
    let now = Timestamp::now();
    let documents = documents.iter().map(|given| {
        let mut source = given["_source"].as_object().cloned().unwrap_or_default();
        if let Err(error) = pipeline.run(&mut source, now) {
            return json!({ "error": error.to_body()["error"] });
        }
        let meta = |key: &str| given.get(key).cloned().unwrap_or_else(|| key.into());
        json!({ "doc": {
            "_index": meta("_index"),
            "_id": meta("_id"),
            "_source": source,
            "_ingest": { "timestamp": now.to_string() },
        } })
    });
    Ok(Json(json!({ "docs": documents.collect::<Vec<_>>() })))
}
