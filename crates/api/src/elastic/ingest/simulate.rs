//! `_ingest/pipeline/_simulate`: a pipeline tried out on documents that are not stored.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;

use super::super::ElasticState;
use super::super::body::{Body, Parameters};
use super::super::errors::ElasticError;
use super::super::parameters::is_on;
use super::handlers::read;
use super::trace::Trace;
use super::{Draft, Flow, Library, Pipeline};

/// What a pipeline is called that has no name.
const UNNAMED: &str = "_simulate_pipeline";

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct SimulateParameters {
    verbose: Option<String>,
}

/// `GET|POST /_ingest/pipeline/_simulate`
pub async fn simulate(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SimulateParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body = read(&body)?;
    let Some(Value::Object(pipeline)) = body.get("pipeline") else {
        return Err(
            ElasticError::parse("[pipeline] required property is missing")
                .with("property_name", "pipeline"),
        );
    };
    let pipeline = Pipeline::read(UNNAMED, pipeline)?;
    let library = state.pipelines.of(&state.catalog.read().await?);
    tried(&pipeline, &library, &body, &parameters)
}

/// `GET|POST /_ingest/pipeline/{name}/_simulate`
pub async fn simulate_named(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<SimulateParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let library = state.pipelines.of(&state.catalog.read().await?);
    let pipeline = library.pipeline(&name)?.ok_or_else(|| {
        ElasticError::illegal_argument(format!("pipeline [{name}] does not exist"))
    })?;
    tried(&pipeline, &library, &read(&body)?, &parameters)
}

fn tried(
    pipeline: &Pipeline,
    library: &Library,
    body: &Map<String, Value>,
    parameters: &SimulateParameters,
) -> Result<Json<Value>, ElasticError> {
    let missing =
        || ElasticError::parse("[docs] required property is missing").with("property_name", "docs");
    let documents = body.get("docs").and_then(Value::as_array);
    let documents = documents.ok_or_else(missing)?;
    if documents.is_empty() {
        return Err(ElasticError::illegal_argument(
            "must specify at least one document in [docs]",
        ));
    }
    let is_verbose = is_on(parameters.verbose.as_deref());
    let now = Timestamp::now();
    let mut results = Vec::with_capacity(documents.len());
    for given in documents {
        let source = given["_source"].as_object().cloned().ok_or_else(|| {
            ElasticError::parse("[_source] required property is missing")
                .with("property_name", "_source")
        })?;
        let text = |key: &'static str| given.get(key).and_then(Value::as_str).unwrap_or(key);
        let mut draft = Draft::new(source, text("_index"), Some(text("_id")), now, library);
        draft.trace = is_verbose.then(Trace::default);
        let flow = pipeline.run(&mut draft);
        results.push(match (draft.trace.take(), flow) {
            (Some(trace), _) => json!({ "processor_results": trace.0 }),
            (None, Ok(Flow::On)) => json!({ "doc": draft.shown() }),
            (None, Ok(Flow::Dropped)) => Value::Null,
            (None, Err(error)) => json!({ "error": error.to_body()["error"] }),
        });
    }
    Ok(Json(json!({ "docs": results })))
}
