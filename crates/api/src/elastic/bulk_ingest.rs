//! The pipelines of a `_bulk`: each document goes through the one that its action, the request or its index names.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::Value;
use swarmscope_model::Timestamp;

use super::ElasticState;
use super::bulk_request::{Entry, Verb};
use super::catalog::Catalog;
use super::documents::document;
use super::errors::ElasticError;
use super::index_settings::settings_of;
use super::ingest::Pipeline;

/// What an action or setting says when it wants no pipeline.
const NONE: &str = "_none";

/// Puts the documents through their pipelines. A document that fails is refused for itself.
///
/// # Errors
/// When a pipeline that was named is not there, or the store refuses.
pub async fn run(
    state: &ElasticState,
    entries: &mut [Entry],
    of_request: Option<&str>,
) -> Result<(), ElasticError> {
    let catalog = state.catalog.read().await?;
    let is_named = of_request.is_some() || entries.iter().any(|entry| entry.pipeline.is_some());
    if catalog.pipelines.is_empty() && !is_named {
        return Ok(());
    }
    let defaults = defaults(state).await?;
    let mut read: HashMap<String, Pipeline> = HashMap::new();
    let now = Timestamp::now();
    for entry in entries {
        if !matches!(entry.verb, Verb::Index | Verb::Create) {
            continue;
        }
        let own = entry.pipeline.as_deref().or(of_request);
        let of_index = defaults.get(&*entry.index);
        let first = own.or(of_index.and_then(|defaults| defaults.0.as_deref()));
        let last = of_index.and_then(|defaults| defaults.1.as_deref());
        let names: Vec<String> = [first, last]
            .into_iter()
            .flatten()
            .filter(|name| !matches!(*name, "" | NONE))
            .map(str::to_owned)
            .collect();
        for name in names {
            if !read.contains_key(&name) {
                read.insert(name.clone(), pipeline(&catalog, &name)?);
            }
            if let Err(error) = put_through(&read[&name], entry, now) {
                entry.refused = Some(error);
                break;
            }
        }
    }
    Ok(())
}

fn pipeline(catalog: &Arc<Catalog>, name: &str) -> Result<Pipeline, ElasticError> {
    let body = catalog.pipelines.get(name).ok_or_else(|| {
        ElasticError::illegal_argument(format!("pipeline with id [{name}] does not exist"))
    })?;
    Pipeline::read(body)
}

fn put_through(pipeline: &Pipeline, entry: &mut Entry, now: Timestamp) -> Result<(), ElasticError> {
    // What is no document is refused by the store, in its words.
    let Some(mut parsed) = std::str::from_utf8(entry.source())
        .ok()
        .and_then(|text| document(text).ok())
    else {
        return Ok(());
    };
    pipeline.run(&mut parsed, now)?;
    entry.replace_source(Bytes::from(Value::Object(parsed).to_string()));
    Ok(())
}

/// The default and the final pipeline of each index that has one.
type Defaults = HashMap<String, (Option<String>, Option<String>)>;

async fn defaults(state: &ElasticState) -> Result<Defaults, ElasticError> {
    let indices = state.indices().await?;
    let of = |settings: &Value, key: &str| settings["index"][key].as_str().map(str::to_owned);
    let named = indices.into_iter().map(|info| {
        let settings = settings_of(&info);
        let pipelines = (
            of(&settings, "default_pipeline"),
            of(&settings, "final_pipeline"),
        );
        (info.name, pipelines)
    });
    Ok(named
        .filter(|(_, (first, last))| first.is_some() || last.is_some())
        .collect())
}
