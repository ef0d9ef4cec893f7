//! `_ingest/pipeline/_simulate`: a pipeline tried out on documents that are not stored.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_SIMULATED_BYTES, MAX_SIMULATED_DOCUMENTS};

use super::super::ElasticState;
use super::super::body::{Body, Parameters};
use super::super::errors::ElasticError;
use super::super::parameters::is_on;
use super::handlers::read;
use super::room::Room;
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
    if documents.len() > MAX_SIMULATED_DOCUMENTS {
        return Err(ElasticError::illegal_argument(format!(
            "more than {MAX_SIMULATED_DOCUMENTS} documents in [docs]; try fewer at once"
        )));
    }
    let is_verbose = is_on(parameters.verbose.as_deref());
    let now = Timestamp::now();
    let mut results = Vec::with_capacity(documents.len());
    let mut room = Room::new(MAX_SIMULATED_BYTES, "to show; try fewer documents at once");
    for given in documents {
        let source = given["_source"].as_object().cloned().ok_or_else(|| {
            ElasticError::parse("[_source] required property is missing")
                .with("property_name", "_source")
        })?;
        let text = |key: &'static str| given.get(key).and_then(Value::as_str).unwrap_or(key);
        let mut draft = Draft::new(source, text("_index"), Some(text("_id")), now, library);
        if is_verbose {
            draft.trace = Some(Trace::new(room));
            // What fails is told of by the processors.
            let _ = pipeline.run(&mut draft);
            let trace = draft.trace.take().ok_or_else(ElasticError::unanswered)?;
            if let Some(refused) = trace.refused {
                return Err(refused);
            }
            room = trace.room;
            results.push(json!({ "processor_results": Value::from(trace.results) }));
            continue;
        }
        results.push(match pipeline.run(&mut draft) {
            Ok(Flow::On) => {
                draft.take_shown(&mut room)?;
                json!({ "doc": draft.shown() })
            }
            Ok(Flow::Dropped) => Value::Null,
            Err(error) => {
                let mut body = error.to_body();
                room.take_value(&body["error"])?;
                json!({ "error": body["error"].take() })
            }
        });
    }
    Ok(Json(json!({ "docs": results })))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::catalog::Catalog;
    use super::*;

    #[test]
    fn what_is_shown_has_a_limit() {
        let library = Library::new(Arc::new(Catalog::default()));
        let steps = vec![json!({"set": {"field": "b", "value": 1}}); 50];
        let body = Map::from_iter([("processors".to_owned(), steps.into())]);
        let pipeline = Pipeline::read("p", &body)
            .unwrap_or_else(|error| panic!("no pipeline: {}", error.reason()));
        let try_out = |documents: usize, length: usize, verbose: &str| {
            let document = json!({"_source": {"a": "x".repeat(length)}});
            let docs = vec![document; documents];
            let body = Map::from_iter([("docs".to_owned(), docs.into())]);
            let parameters = SimulateParameters {
                verbose: Some(verbose.to_owned()),
            };
            let tried = tried(&pipeline, &library, &body, &parameters);
            tried.map_err(|error| error.reason().to_owned())
        };
        let million = 1_000_000;
        assert!(try_out(1, million, "false").is_ok());
        let shown = "bytes to show; try fewer documents at once";
        for (documents, verbose) in [(1, "true"), (50, "false")] {
            let refusal = try_out(documents, million, verbose).expect_err("much to show");
            assert!(refusal.ends_with(shown), "{refusal}");
        }
        assert!(try_out(MAX_SIMULATED_DOCUMENTS, 1, "false").is_ok());
        let refusal = try_out(MAX_SIMULATED_DOCUMENTS + 1, 1, "false");
        assert!(refusal.expect_err("many").contains("documents in [docs]"));
    }
}
