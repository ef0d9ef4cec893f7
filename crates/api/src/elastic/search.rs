//! `_search`, `_msearch` and `_count`.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::ast::{Operator, Query};
use swarmscope_query::elastic::{self, SearchBody as Request};
use swarmscope_query::lucene;
use swarmscope_query::store::{SearchReply, SearchRequest, SortKey, Total, TrackTotal};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::parameters::{IndicesOptions, SourceParameters, is_on};
use super::search_reply::{ReplyOptions, SearchBody};
use super::targets;

/// What a search may say in its URL.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SearchParameters {
    #[serde(flatten)]
    indices: IndicesOptions,
    q: Option<String>,
    df: Option<String>,
    default_operator: Option<String>,
    size: Option<String>,
    from: Option<String>,
    sort: Option<String>,
    #[serde(flatten)]
    source: SourceParameters,
    track_total_hits: Option<String>,
    rest_total_hits_as_int: Option<String>,
    version: Option<String>,
    seq_no_primary_term: Option<String>,
}

/// `GET|POST /_search`
pub async fn search_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    search_in(&state, "", &parameters, &body)
        .await
        .map(|body| Json(body).into_response())
}

/// `GET|POST /{index}/_search`
pub async fn search(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    search_in(&state, &index, &parameters, &body)
        .await
        .map(|body| Json(body).into_response())
}

async fn search_in(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    body: &[u8],
) -> Result<SearchBody, ElasticError> {
    let started = Instant::now();
    let request = parse(parameters, body)?;
    let found = targets::resolve(state.logs.as_ref(), index, &parameters.indices).await?;
    let options = reply_options(parameters, &request, found.indices.len());
    let reply = match found.expression {
        Some(expression) => state.logs.search(request.request(expression)).await?,
        None => nothing_found(request.total),
    };
    SearchBody::new(reply, &options, started.elapsed())
}

/// The body, with what the URL says put over it.
fn parse(parameters: &SearchParameters, body: &[u8]) -> Result<Request, ElasticError> {
    let now = Timestamp::now();
    let mut request = elastic::search_body(text(body)?, now)?;
    if let Some(size) = &parameters.size {
        request.size = number("size", size)?;
    }
    if let Some(from) = &parameters.from {
        request.from = number("from", from)?;
    }
    if let Some(sort) = &parameters.sort {
        request.sort = elastic::sort_parameter(sort)?;
    }
    match parameters.track_total_hits.as_deref() {
        None => {}
        Some("" | "true") => request.total = TrackTotal::Exactly,
        Some("false") => request.total = TrackTotal::No,
        Some(count) => request.total = TrackTotal::UpTo(number("track_total_hits", count)? as u64),
    }
    if let Some(text) = &parameters.q {
        request.query = query_of_text(text, parameters, now)?;
    }
    request.check()?;
    Ok(request)
}

fn text(body: &[u8]) -> Result<&str, ElasticError> {
    std::str::from_utf8(body)
        .map_err(|error| ElasticError::parse(format!("the request body is not UTF-8: {error}")))
}

fn number(name: &str, text: &str) -> Result<usize, ElasticError> {
    text.parse().map_err(|_| {
        ElasticError::illegal_argument(format!(
            "Failed to parse int parameter [{name}] with value [{text}]"
        ))
    })
}

fn query_of_text(
    text: &str,
    parameters: &SearchParameters,
    now: Timestamp,
) -> Result<Query, ElasticError> {
    let mut options = lucene::Options::elasticsearch(now);
    if let Some(field) = &parameters.df {
        options.default_fields = vec![swarmscope_query::ast::Field::from_text(field)];
    }
    match parameters.default_operator.as_deref() {
        Some("AND" | "and") => options.default_operator = Operator::And,
        None | Some("OR" | "or") => {}
        Some(other) => {
            return Err(ElasticError::illegal_argument(format!(
                "Unsupported default_operator [{other}], can either be [OR] or [AND]"
            )));
        }
    }
    Ok(lucene::parse(text, &options)?)
}

fn reply_options(parameters: &SearchParameters, request: &Request, shards: usize) -> ReplyOptions {
    let by_score = request
        .sort
        .iter()
        .any(|key| matches!(key, SortKey::Score(_)));
    ReplyOptions {
        source: parameters
            .source
            .filter()
            .unwrap_or_else(|| request.source.clone()),
        sorted: !request.sort.is_empty() && !by_score && !request.track_scores,
        version: request.version || is_on(parameters.version.as_deref()),
        sequence: request.sequence || is_on(parameters.seq_no_primary_term.as_deref()),
        total_as_number: is_on(parameters.rest_total_hits_as_int.as_deref()),
        shards,
        shapes: request.shapes.clone(),
    }
}

fn nothing_found(total: TrackTotal) -> SearchReply {
    let counted = total != TrackTotal::No;
    SearchReply {
        total: counted.then_some(Total {
            count: 0,
            exact: true,
        }),
        hits: Vec::new(),
        aggregations: Vec::new(),
        newest_sequence: 0,
    }
}

/// `GET|POST /_count`
pub async fn count_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    count_in(&state, "", &parameters, &body).await
}

/// `GET|POST /{index}/_count`
pub async fn count(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    count_in(&state, &index, &parameters, &body).await
}

async fn count_in(
    state: &ElasticState,
    index: &str,
    parameters: &SearchParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let now = Timestamp::now();
    let query = match &parameters.q {
        Some(text) => query_of_text(text, parameters, now)?,
        None => elastic::query_body(text(body)?, now)?,
    };
    let found = targets::resolve(state.logs.as_ref(), index, &parameters.indices).await?;
    let shards = found.indices.len();
    let count = match found.expression {
        Some(indices) => {
            let request = SearchRequest::new(indices, query);
            state
                .logs
                .search(request)
                .await?
                .total
                .map_or(0, |total| total.count)
        }
        None => 0,
    };
    Ok(Json(json!({
        "count": count,
        "_shards": { "total": shards, "successful": shards, "skipped": 0, "failed": 0 },
    })))
}

/// `POST /_msearch`
pub async fn multi_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SearchParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    multi_in(&state, "", &parameters, &body).await
}

/// `POST /{index}/_msearch`
pub async fn multi(
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
    let mut lines = body.split(|byte| *byte == b'\n');
    let mut responses = Vec::new();
    while let (Some(header), Some(search)) = (lines.next(), lines.next()) {
        let target = header_index(header)?.unwrap_or_else(|| index.to_owned());
        // One search that fails does not take the others along.
        responses.push(match search_in(state, &target, parameters, search).await {
            Ok(found) => {
                let mut reply = serde_json::to_value(found).expect("a reply is plain JSON");
                reply["status"] = 200.into();
                reply
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

/// The index of an `_msearch` header line: a name, a list of names, or none.
fn header_index(line: &[u8]) -> Result<Option<String>, ElasticError> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let header: Map<String, Value> = serde_json::from_slice(line).map_err(|error| {
        ElasticError::parse(format!(
            "the header of a search has to be a JSON object: {error}"
        ))
    })?;
    match header.get("index") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| Some(names.join(","))).ok_or_else(|| {
                ElasticError::illegal_argument("the index of a search has to be a name or names")
            })
        }
        Some(_) => Err(ElasticError::illegal_argument(
            "the index of a search has to be a name or names",
        )),
    }
}
