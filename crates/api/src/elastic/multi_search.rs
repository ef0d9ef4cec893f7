//! `_msearch`: many searches in one request, each with an answer of its own.
//!
//! Several run at once, so that a short one does not wait for a long one to end, and parts of a search that
//! only one thread can do leave no core idle. Answers come in the order of the searches.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use futures::StreamExt;
use futures::stream;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_CONCURRENT_SEARCHES_OF_REQUEST;
use swarmscope_query::elastic::SearchBody;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::search::run;
use super::search_parameters::SearchParameters;
use super::terms_lookup;

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
        own.indices
            .put_over(header.ignore_unavailable, header.allow_no_indices);
        let resolved = terms_lookup::resolve(state, body).await;
        let search = match resolved {
            Ok(body) => own.search(&body, Timestamp::now()),
            Err(error) => {
                searches.push((header.index, own, Err(error)));
                continue;
            }
        };
        match search {
            // A body that cannot be read spoils the whole request, as in Elasticsearch.
            Err(error) if !error.is_of_search() => return Err(error),
            search => searches.push((header.index, own, search)),
        }
    }
    let answers = searches
        .into_iter()
        .map(|(target, own, search)| async move {
            answer(state, target.as_deref().unwrap_or(index), &own, search).await
        });
    let responses: Vec<Result<Value, ElasticError>> = stream::iter(answers)
        .buffered(MAX_CONCURRENT_SEARCHES_OF_REQUEST)
        .collect()
        .await;
    let responses = responses.into_iter().collect::<Result<Vec<Value>, _>>()?;
    if responses.is_empty() {
        return Err(ElasticError::validation("no requests added"));
    }
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(json!({ "took": took, "responses": responses })))
}

/// The answer of one search. One that fails does not take the others along: its error is its answer.
///
/// # Errors
/// When the reply cannot be written.
async fn answer(
    state: &ElasticState,
    target: &str,
    parameters: &SearchParameters,
    search: Result<SearchBody, ElasticError>,
) -> Result<Value, ElasticError> {
    let found = match search {
        Ok(search) => run(state, target, parameters, search).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => {
            let mut reply = found.into_value()?;
            reply.insert("status".to_owned(), 200.into());
            Ok(Value::Object(reply))
        }
        Err(error) => Ok(error.to_body()),
    }
}

/// What the line before a search says of it.
#[derive(Default)]
struct Header {
    index: Option<String>,
    /// Whether a partial answer is one, when it says so.
    partial: Option<bool>,
    ignore_unavailable: Option<bool>,
    allow_no_indices: Option<bool>,
}

impl Header {
    fn read(line: &[u8]) -> Result<Self, ElasticError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let header: Map<String, Value> = serde_json::from_slice(line)
            .map_err(|error| ElasticError::parse(format!("the header of a search: {error}")))?;
        Ok(Self {
            index: index_of(&header)?,
            partial: switch(&header, "allow_partial_search_results")?,
            ignore_unavailable: switch(&header, "ignore_unavailable")?,
            allow_no_indices: switch(&header, "allow_no_indices")?,
        })
    }
}

/// A switch of a header, when it is there: a boolean, or its name.
fn switch(header: &Map<String, Value>, name: &str) -> Result<Option<bool>, ElasticError> {
    match header.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(*on)),
        Some(Value::String(text)) if text == "true" => Ok(Some(true)),
        Some(Value::String(text)) if text == "false" => Ok(Some(false)),
        Some(other) => Err(ElasticError::illegal_argument(format!(
            "Failed to parse value [{other}] as only [true] or [false] are allowed."
        ))),
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
