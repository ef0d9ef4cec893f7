//! `_msearch`: many searches in one request, each with an answer of its own.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::search::run;
use super::search_parameters::SearchParameters;

/// `GET|POST /_msearch`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    multi_in(&state, "", &parameters, &body).await
}

/// `GET|POST /{index}/_msearch`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    multi_in(&state, &index, &parameters, &body).await
}

async fn multi_in(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let started = Instant::now();
    let body = body.strip_suffix(b"\n").ok_or_else(|| {
        ElasticError::illegal_argument("The msearch request must be terminated by a newline [\n]")
    })?;
    let mut lines = body.split(|byte| *byte == b'\n');
    let mut searches = Vec::new();
    while let (Some(header), Some(body)) = (lines.next(), lines.next()) {
        let header = Header::read(header)?;
        let mut own = parameters.clone();
        if let Some(partial) = header.partial {
            own.allow_partial_search_results = Some(partial.to_string());
        }
        match own.search(body, Timestamp::now()) {
            // A body that cannot be read spoils the whole request, as in Elasticsearch.
            Err(error) if !error.is_of_search() => return Err(error),
            search => searches.push((header.index, own, search)),
        }
    }
    let mut responses = Vec::with_capacity(searches.len());
    for (target, own, search) in searches {
        let target = target.as_deref().unwrap_or(index);
        let found = match search {
            Ok(search) => run(state, target, &own, search).await,
            Err(error) => Err(error),
        };
        // One search that fails does not take the others along.
        responses.push(match found {
            Ok(found) => {
                let mut reply = found.into_value()?;
                reply.insert("status".to_owned(), 200.into());
                Value::Object(reply)
            }
            Err(error) => error.to_body(),
        });
    }
    if responses.is_empty() {
        return Err(ElasticError::validation("no requests added"));
    }
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(json!({ "took": took, "responses": responses })))
}

/// What the line before a search says of it.
#[derive(Default)]
struct Header {
    index: Option<String>,
    /// Whether a partial answer is one, when it says so.
    partial: Option<bool>,
}

impl Header {
    fn read(line: &[u8]) -> Result<Self, ElasticError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let header: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| ElasticError::parse(format!("the header of a search: {error}")))?;
        let partial = match header.get("allow_partial_search_results") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(partial)) => Some(*partial),
            Some(Value::String(text)) if text == "true" => Some(true),
            Some(Value::String(text)) if text == "false" => Some(false),
            Some(other) => {
                return Err(ElasticError::illegal_argument(format!(
                    "Failed to parse value [{other}] as only [true] or [false] are allowed."
                )));
            }
        };
        Ok(Self {
            index: index_of(&header)?,
            partial,
        })
    }
}

/// The index of a search: a name, a list of names, or none.
fn index_of(header: &Map<String, Value>) -> Result<Option<String>, ElasticError> {
    let refused = || {
        ElasticError::illegal_argument(
            "the index of a search has to be a name or an array of names",
        )
    };
    match header.get("index") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| Some(names.join(","))).ok_or_else(refused)
        }
        Some(_) => Err(refused()),
    }
}
