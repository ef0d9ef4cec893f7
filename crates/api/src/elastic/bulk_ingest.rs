//! The pipelines of a `_bulk`: each document goes through the one that its action, the request or its index names.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::Value;
use swarmscope_model::Timestamp;

use super::ElasticState;
use super::bulk_request::{Entry, Verb};
use super::documents::document;
use super::errors::ElasticError;
use super::index_settings::settings_of;
use super::ingest::{Draft, Flow, Library, Pipeline};

/// What an action or setting says when it wants no pipeline.
const NONE: &str = "_none";

/// Puts the documents through their pipelines. A document that fails is refused for itself; one may be dropped, or
/// sent to another index.
///
/// # Errors
/// When the store refuses.
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
    let library = state.pipelines.of(&catalog);
    let defaults = defaults(state).await?;
    let now = Timestamp::now();
    let mut targets: HashMap<String, Result<Arc<str>, ElasticError>> = HashMap::new();
    for entry in entries {
        if !matches!(entry.verb, Verb::Index | Verb::Create) || entry.refused.is_some() {
            continue;
        }
        let own = entry.pipeline.as_deref().or(of_request);
        let of_index = defaults.get(&*entry.index);
        let first = own.or(of_index.and_then(|defaults| defaults.0.as_deref()));
        let last = of_index.and_then(|defaults| defaults.1.as_deref());
        let names = [first, last].into_iter().flatten();
        let names: Vec<&str> = names.filter(|name| !matches!(*name, "" | NONE)).collect();
        if names.is_empty() {
            continue;
        }
        let put = named(&library, &names)
            .and_then(|pipelines| put_through(&pipelines, &library, entry, now));
        match put {
            Ok(None) => {}
            Ok(Some(index)) => {
                if !targets.contains_key(&index) {
                    let found = state.write_target(&index.as_str().into()).await;
                    targets.insert(index.clone(), found);
                }
                match targets.get(&index) {
                    Some(Ok(target)) => entry.index = Arc::clone(target),
                    Some(Err(error)) => entry.refused = Some(error.clone()),
                    None => {}
                }
            }
            Err(error) => entry.refused = Some(error),
        }
    }
    Ok(())
}

fn named(library: &Library, names: &[&str]) -> Result<Vec<Arc<Pipeline>>, ElasticError> {
    let found = names.iter().map(|name| {
        library.pipeline(name)?.ok_or_else(|| {
            ElasticError::illegal_argument(format!("pipeline with id [{name}] does not exist"))
        })
    });
    found.collect()
}

/// Gives the index that the document is to go to instead, if the pipelines say so.
fn put_through(
    pipelines: &[Arc<Pipeline>],
    library: &Library,
    entry: &mut Entry,
    now: Timestamp,
) -> Result<Option<String>, ElasticError> {
    // What is no document is refused by the store, in its words.
    let Some(source) = std::str::from_utf8(entry.source())
        .ok()
        .and_then(|text| document(text).ok())
    else {
        return Ok(None);
    };
    let mut draft = Draft::new(source, &entry.index, entry.id.as_deref(), now, library);
    for pipeline in pipelines {
        if pipeline.run(&mut draft)? == Flow::Dropped {
            entry.is_dropped = true;
            return Ok(None);
        }
    }
    entry.replace_source(Bytes::from(Value::Object(draft.source).to_string()));
    let text = |key: &str| match draft.metadata.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    if let Some(id) = text("_id") {
        entry.id = Some(id);
    }
    Ok(text("_index").filter(|index| **index != *entry.index))
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
