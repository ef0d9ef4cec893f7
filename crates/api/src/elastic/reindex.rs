//! `_reindex`: what a query finds in some indices is copied into another. Only within this server, and without
//! scripts.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::REWRITTEN_AT_ONCE;
use swarmscope_query::elastic::{self, SourceFilter};
use swarmscope_query::store::{ClientVersion, Hit};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::bulk_request::{Entry, Verb};
use super::by_query::{max_documents, past_conflicts};
use super::condition::Condition;
use super::documents::document;
use super::errors::ElasticError;
use super::parameters::{IndicesOptions, is_on};
use super::rewriting::Rewriting;
use super::search_parameters::SearchParameters;

/// The URL's parameters. Those that say how fast or how often to look change nothing here.
#[derive(Debug, Default, Deserialize)]
pub struct ReindexParameters {
    max_docs: Option<String>,
    wait_for_completion: Option<String>,
    require_alias: Option<String>,
}

/// What is read.
#[derive(Debug)]
struct Source {
    index: String,
    body: Vec<u8>,
    batch: usize,
    filter: Option<SourceFilter>,
}

/// Where it goes.
#[derive(Debug)]
struct Destination {
    index: String,
    verb: Verb,
    keeps_versions: Option<bool>,
    pipeline: Option<String>,
}

/// `POST /_reindex`
pub async fn reindex(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ReindexParameters>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let started = Instant::now();
    let mut members: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the body of a reindex"))?;
    let max_documents = max_documents(parameters.max_docs.as_deref(), &mut members)?;
    let past_conflicts = past_conflicts(None, &mut members)?;
    let source = Source::read(members.remove("source"))?;
    let destination = Destination::read(members.remove("dest"))?;
    match members.keys().next().map(String::as_str) {
        None => {}
        Some("script") => {
            return Err(ElasticError::illegal_argument(
                "[script] is not supported here: name a [pipeline] in [dest] that changes the documents",
            ));
        }
        Some(other) => {
            return Err(ElasticError::unreadable(format!(
                "[reindex] unknown field [{other}]"
            )));
        }
    }
    if is_on(parameters.require_alias.as_deref()) {
        state.require_alias(&destination.index).await?;
    }
    let query = SearchParameters::default().only_query(&source.body, Timestamp::now())?;
    let found = state
        .open_targets(&source.index, &IndicesOptions::default())
        .await?;
    let target = state
        .write_target(&destination.index.as_str().into())
        .await?;
    if found.indices.iter().any(|info| *info.name == *target) {
        return Err(ElasticError::validation(format!(
            "reindex cannot write into an index its reading from [{target}]"
        )));
    }
    let rewriting = Rewriting {
        query: found.scope.whole(&query)?,
        indices: found.expression,
        max_documents,
        batch: source.batch,
        past_conflicts,
        pipeline: destination.pipeline.clone(),
    };
    let description = format!("reindex from [{}] to [{target}]", source.index);
    let own = state.clone();
    let work = async move {
        let done = rewriting.run(&own, |hit| destination.entry(hit, &target, &source));
        let done = done.await?;
        Ok::<_, ElasticError>((done.status(), done.reply(started, true)))
    };
    let action = "indices:data/write/reindex";
    let waits = parameters.wait_for_completion.as_deref() != Some("false");
    state.tasks.answer(action, description, work, waits).await
}

fn object(value: Option<Value>, key: &str) -> Result<Map<String, Value>, ElasticError> {
    match value {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(ElasticError::unreadable(format!(
            "[reindex] failed to parse field [{key}]: it has to be an object"
        ))),
    }
}

fn unknown(key: &str, within: &str) -> ElasticError {
    ElasticError::unreadable(format!("[{within}] unknown field [{key}]"))
}

impl Source {
    fn read(value: Option<Value>) -> Result<Self, ElasticError> {
        let mut query = Map::new();
        let (mut index, mut batch, mut filter) = (None, REWRITTEN_AT_ONCE, None);
        for (key, value) in object(value, "source")? {
            match key.as_str() {
                "index" => index = Some(names(&value)?),
                "query" => drop(query.insert(key, value)),
                "size" => {
                    let size = value.as_u64().filter(|size| *size > 0);
                    let size = size.ok_or_else(|| {
                        ElasticError::illegal_argument(format!(
                            "[size] of [source] has to be a number greater than zero, found [{value}]"
                        ))
                    })?;
                    batch = usize::try_from(size).unwrap_or(REWRITTEN_AT_ONCE);
                }
                "_source" => filter = Some(elastic::source_filter(&value.to_string())?),
                "remote" => {
                    return Err(ElasticError::illegal_argument(
                        "[remote] is not supported here: read the other cluster with a client and send what it has \
                         with [_bulk]",
                    ));
                }
                _ => return Err(unknown(&key, "source")),
            }
        }
        let index = index.filter(|index| !index.is_empty()).ok_or_else(|| {
            ElasticError::validation(
                "use _all if you really want to copy from all existing indexes",
            )
        })?;
        let body = match query.is_empty() {
            true => Vec::new(),
            false => Value::Object(query).to_string().into_bytes(),
        };
        Ok(Self {
            index,
            body,
            batch,
            filter,
        })
    }
}

fn names(value: &Value) -> Result<String, ElasticError> {
    let listed: Option<Vec<&str>> = match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    };
    listed.map(|names| names.join(",")).ok_or_else(|| {
        ElasticError::unreadable("[source] [index] has to be a name or a list of names")
    })
}

impl Destination {
    fn read(value: Option<Value>) -> Result<Self, ElasticError> {
        let mut destination = Self {
            index: String::new(),
            verb: Verb::Index,
            keeps_versions: None,
            pipeline: None,
        };
        for (key, value) in object(value, "dest")? {
            let text = value.as_str().unwrap_or_default();
            match (key.as_str(), text) {
                ("index", _) => text.clone_into(&mut destination.index),
                ("op_type", "index") | ("version_type", "internal") => {}
                ("op_type", "create") => destination.verb = Verb::Create,
                ("op_type", _) => {
                    return Err(ElasticError::illegal_argument(format!(
                        "opType must be 'create' or 'index', found: [{text}]"
                    )));
                }
                ("version_type", "external") => destination.keeps_versions = Some(false),
                ("version_type", "external_gte") => destination.keeps_versions = Some(true),
                ("version_type", _) => {
                    return Err(ElasticError::illegal_argument(format!(
                        "No version type match [{text}]"
                    )));
                }
                ("pipeline", _) => destination.pipeline = Some(text.to_owned()),
                // There is one shard.
                ("routing", _) => {}
                _ => return Err(unknown(&key, "dest")),
            }
        }
        if destination.index.is_empty() {
            return Err(ElasticError::validation("index is missing"));
        }
        Ok(destination)
    }

    /// The write that copies a document.
    fn entry(&self, hit: &Hit, target: &Arc<str>, source: &Source) -> Result<Entry, ElasticError> {
        let bytes = match &source.filter {
            None => Bytes::copy_from_slice(hit.source.get().as_bytes()),
            Some(filter) => {
                let kept = filter.apply(&document(hit.source.get())?);
                Bytes::from(Value::Object(kept).to_string())
            }
        };
        let id = Some(hit.id.clone());
        let mut entry = Entry::new(self.verb, Arc::clone(target), id, bytes);
        if let Some(may_be_equal) = self.keeps_versions {
            entry.condition = Condition::Older(ClientVersion {
                version: hit.version,
                may_be_equal,
            });
        }
        Ok(entry)
    }
}
