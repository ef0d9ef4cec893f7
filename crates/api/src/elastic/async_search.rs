//! `_async_search`: a search whose answer can be fetched later. Here it is done when the first request is answered,
//! because no search runs longer than a request may; the answer is kept when the client asks for that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_ANSWER_KEEP_ALIVE, MAX_KEPT_ANSWER_BYTES, MAX_KEPT_ANSWERS};
use swarmscope_query::elastic::time_value;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::parameters::is_on;
use super::search::run;
use super::search_parameters::SearchParameters;
use super::terms_lookup;

/// How long an answer is kept unless the client says otherwise, as in Elasticsearch.
const KEEP_ALIVE: Duration = Duration::from_secs(5 * 24 * 3600);

/// An answer and when it goes.
#[derive(Debug)]
struct Kept {
    body: Value,
    bytes: usize,
    until: Instant,
}

/// The answers that are kept. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

impl Answers {
    fn keep(&self, id: &str, body: &Value, keep_alive: Duration) -> Result<(), ElasticError> {
        let now = Instant::now();
        let bytes = body.to_string().len();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, answer| answer.until > now);
        let held: usize = kept.values().map(|answer| answer.bytes).sum();
        if kept.len() >= MAX_KEPT_ANSWERS || held + bytes > MAX_KEPT_ANSWER_BYTES {
            return Err(ElasticError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "es_rejected_execution_exception",
                format!(
                    "no more than [{MAX_KEPT_ANSWERS}] answers of [{MAX_KEPT_ANSWER_BYTES}] bytes together are \
                     kept: delete those that were read, or search without [keep_on_completion]"
                ),
            ));
        }
        let until = now + keep_alive;
        let body = body.clone();
        kept.insert(id.to_owned(), Kept { body, bytes, until });
        Ok(())
    }

    fn get(&self, id: &str, keep_alive: Option<Duration>) -> Result<Value, ElasticError> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = kept
            .get_mut(id)
            .filter(|answer| answer.until > now)
            .ok_or_else(|| gone(id))?;
        if let Some(keep_alive) = keep_alive {
            answer.until = now + keep_alive;
            answer.body["expiration_time_in_millis"] = in_millis(keep_alive);
        }
        Ok(answer.body.clone())
    }

    fn forget(&self, id: &str) -> Result<(), ElasticError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(id).map(drop).ok_or_else(|| gone(id))
    }
}

fn gone(id: &str) -> ElasticError {
    ElasticError::new(StatusCode::NOT_FOUND, "resource_not_found_exception", id)
}

fn in_millis(from_now: Duration) -> Value {
    let from_now = i64::try_from(from_now.as_millis()).unwrap_or(i64::MAX);
    Timestamp::now()
        .as_millisecond()
        .saturating_add(from_now)
        .into()
}

/// The URL's parameters: those of a search, and what becomes of its answer.
#[derive(Debug, Default, Deserialize)]
pub struct SubmitParameters {
    keep_on_completion: Option<String>,
    keep_alive: Option<String>,
    /// The answer is always waited for.
    #[serde(rename = "wait_for_completion_timeout")]
    _wait: Option<String>,
    #[serde(flatten)]
    search: SearchParameters,
}

/// `POST /_async_search`
pub async fn submit_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SubmitParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    submit_in(&state, "", &parameters, &body).await
}

/// `POST /{index}/_async_search`
pub async fn submit(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SubmitParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    submit_in(&state, &index, &parameters, &body).await
}

async fn submit_in(
    state: &ElasticState,
    index: &str,
    parameters: &SubmitParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let started = Timestamp::now();
    if parameters.search.scroll.is_some() {
        return Err(ElasticError::validation(
            "[scroll] queries are not supported",
        ));
    }
    let keep_alive = read_keep_alive(parameters.keep_alive.as_deref())?.unwrap_or(KEEP_ALIVE);
    let body = &*terms_lookup::resolve(state, body).await?;
    let search = parameters.search.search(body, started)?;
    let response = run(state, index, &parameters.search, search).await?;
    let mut reply = Map::new();
    let kept = is_on(parameters.keep_on_completion.as_deref());
    let id = kept.then(|| format!("async-{}", uuid::Uuid::new_v4().simple()));
    if let Some(id) = &id {
        reply.insert("id".to_owned(), json!(id));
    }
    for (key, value) in [
        ("is_partial", json!(false)),
        ("is_running", json!(false)),
        ("start_time_in_millis", json!(started.as_millisecond())),
        ("expiration_time_in_millis", in_millis(keep_alive)),
        ("completion_time_in_millis", in_millis(Duration::ZERO)),
        ("response", Value::Object(response.into_value()?)),
    ] {
        reply.insert(key.to_owned(), value);
    }
    let reply = Value::Object(reply);
    if let Some(id) = &id {
        state.answers.keep(id, &reply, keep_alive)?;
    }
    Ok(Json(reply))
}

fn read_keep_alive(text: Option<&str>) -> Result<Option<Duration>, ElasticError> {
    let Some(text) = text else { return Ok(None) };
    let found = time_value(text).ok_or_else(|| {
        ElasticError::illegal_argument(format!(
            "failed to parse setting [keep_alive] with value [{text}] as a time value: unit is missing or unrecognized"
        ))
    })?;
    if found < Duration::from_secs(60) {
        return Err(ElasticError::validation(format!(
            "[keep_alive] must be greater than 1 minute, got:{text}"
        )));
    }
    Ok(Some(found.min(MAX_ANSWER_KEEP_ALIVE)))
}

/// The URL's parameters of a request for an answer.
#[derive(Debug, Default, Deserialize)]
pub struct GetParameters {
    keep_alive: Option<String>,
}

/// `GET /_async_search/{id}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<GetParameters>,
) -> Result<Json<Value>, ElasticError> {
    let keep_alive = read_keep_alive(parameters.keep_alive.as_deref())?;
    state.answers.get(&id, keep_alive).map(Json)
}

/// `GET /_async_search/status/{id}`
pub async fn status(
    State(state): State<ElasticState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let mut reply = state.answers.get(&id, None)?;
    if let Value::Object(reply) = &mut reply
        && let Some(mut response) = reply.remove("response")
    {
        reply.insert("_shards".to_owned(), response["_shards"].take());
        reply.insert("completion_status".to_owned(), 200.into());
    }
    Ok(Json(reply))
}

/// `DELETE /_async_search/{id}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    state.answers.forget(&id)?;
    Ok(Json(json!({ "acknowledged": true })))
}
