//! `_data_stream`: here one index with the stream's name, which retention keeps at its size. Shippers ask for them
//! before they write.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use swarmscope_query::indices::{check_index_name, wildcard_matches};

use super::ElasticState;
use super::catalog::Catalog;
use super::cluster::status;
use super::errors::ElasticError;
use super::template_match;

/// `PUT /_data_stream/{name}`
pub async fn put(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    check_index_name(&name)?;
    let catalog = state.catalog.read().await?;
    if catalog.data_streams.contains_key(&name) {
        return Err(ElasticError::new(
            StatusCode::BAD_REQUEST,
            "resource_already_exists_exception",
            format!("data_stream [{name}] already exists"),
        ));
    }
    let template = template_match::for_index(&catalog, &name);
    let Some((made, template)) = template.and_then(|made| {
        let template = made.data_stream.clone()?;
        Some((made, template))
    }) else {
        return Err(ElasticError::illegal_argument(format!(
            "no matching index template found for data stream [{name}]"
        )));
    };
    match state.make_index(&name, made.definition).await {
        Err(error) if error.is_of_existing_index() => {}
        made => made?,
    }
    let change = |catalog: &mut Catalog| {
        catalog.data_streams.insert(name, template);
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `GET /_data_stream`
pub async fn get_all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    chosen(&state, "*").await
}

/// `GET /_data_stream/{name}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    chosen(&state, &name).await
}

async fn chosen(state: &ElasticState, pattern: &str) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let indices = state.indices().await?;
    let mut streams = Vec::new();
    for (name, template) in &catalog.data_streams {
        let index = indices.iter().find(|index| index.name == *name);
        let (true, Some(index)) = (
            pattern.split(',').any(|own| wildcard_matches(own, name)),
            index,
        ) else {
            continue;
        };
        streams.push(json!({
            "name": name,
            "timestamp_field": { "name": "@timestamp" },
            "indices": [{ "index_name": index.name, "index_uuid": index.uuid, "managed_by": "Unmanaged" }],
            "generation": 1,
            "status": status(std::slice::from_ref(index)).to_uppercase(),
            "template": template,
            "hidden": false,
            "system": false,
            "allow_custom_routing": false,
            "replicated": false,
        }));
    }
    if streams.is_empty() && !pattern.contains('*') {
        return Err(ElasticError::index_not_found(pattern));
    }
    Ok(Json(json!({ "data_streams": streams })))
}

/// `GET /_data_stream/_stats`
pub async fn all_stats(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    counted(&state, "*").await
}

/// `GET /_data_stream/{name}/_stats`
pub async fn stats(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    counted(&state, &name).await
}

async fn counted(state: &ElasticState, pattern: &str) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let indices = state.indices().await?;
    let chosen: Vec<_> = indices
        .iter()
        .filter(|index| catalog.data_streams.contains_key(&index.name))
        .filter(|index| {
            let mut patterns = pattern.split(',');
            patterns.any(|own| wildcard_matches(own, &index.name))
        })
        .collect();
    if chosen.is_empty() && !pattern.contains('*') {
        return Err(ElasticError::index_not_found(pattern));
    }
    let streams = chosen.iter().map(|index| {
        json!({
            "data_stream": index.name,
            "backing_indices": 1,
            "store_size_bytes": index.bytes,
            "maximum_timestamp": index.time.map_or(0, |(_, newest)| newest),
        })
    });
    let count = chosen.len();
    Ok(Json(json!({
        "_shards": { "total": count, "successful": count, "failed": 0 },
        "data_stream_count": count,
        "backing_indices": count,
        "total_store_size_bytes": chosen.iter().map(|index| index.bytes).sum::<u64>(),
        "data_streams": streams.collect::<Vec<Value>>(),
    })))
}

/// `DELETE /_data_stream/{name}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(pattern): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let names = catalog.data_streams.keys();
    let names: Vec<String> = names
        .filter(|name| pattern.split(',').any(|own| wildcard_matches(own, name)))
        .cloned()
        .collect();
    if names.is_empty() && !pattern.contains('*') {
        return Err(ElasticError::index_not_found(&pattern));
    }
    let present = state.indices().await?;
    let present = present.iter().filter(|index| names.contains(&index.name));
    let present: Vec<&str> = present.map(|index| index.name.as_str()).collect();
    if !present.is_empty() {
        let expression = swarmscope_query::indices::IndexExpression::parse(&present.join(","));
        state.logs.delete_indices(&expression).await?;
    }
    let change = |catalog: &mut Catalog| {
        catalog.data_streams.retain(|name, _| !names.contains(name));
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}
