//! `_resolve/index`: what a name or pattern stands for.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use swarmscope_query::indices::wildcard_matches;

use super::ElasticState;
use super::body::Parameters;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;
use super::targets::alias_names;

/// `GET /_resolve/index/{name}`
pub async fn resolve(
    State(state): State<ElasticState>,
    Path(names): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    let options = options.open_by_default();
    // What is named in full has to be there.
    state.resolve(&names, &options).await?;
    let catalog = state.catalog.read().await?;
    let everything = state.indices().await?;
    let chosen = |name: &str| {
        names
            .split(',')
            .any(|own| own == "_all" || wildcard_matches(own, name))
    };
    let (mut indices, mut streams) = (Vec::new(), Vec::new());
    let mut aliases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for info in &everything {
        let mut own: Vec<&str> = alias_names(info).collect();
        own.sort_unstable();
        for alias in own.iter().filter(|alias| chosen(alias)) {
            aliases.entry(alias).or_default().push(&info.name);
        }
        let is_named = names.split(',').any(|own| own == info.name);
        let is_meant = is_named || options.expands_to(catalog.is_closed(info)) == Some(true);
        if !chosen(&info.name) || !is_meant {
            continue;
        }
        if catalog.data_streams.contains_key(&info.name) {
            streams.push(json!({
                "name": info.name, "backing_indices": [info.name], "timestamp_field": "@timestamp",
            }));
            continue;
        }
        let mut index = json!({ "name": info.name });
        if !own.is_empty() {
            index["aliases"] = json!(own);
        }
        let attribute = match catalog.is_closed(info) {
            true => "closed",
            false => "open",
        };
        index["attributes"] = json!([attribute]);
        indices.push(index);
    }
    let aliases: Vec<Value> = aliases
        .into_iter()
        .map(|(name, indices)| json!({ "name": name, "indices": indices }))
        .collect();
    Ok(Json(
        json!({ "indices": indices, "aliases": aliases, "data_streams": streams }),
    ))
}
