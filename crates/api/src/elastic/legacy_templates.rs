//! `_template`: templates as they were before Elasticsearch 7.8, which shippers still bring along.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{self, Catalog, chosen};
use super::errors::ElasticError;
use super::index_settings::{self, flatten};
use super::mapping::{check_depth, check_untyped};
use super::parameters::is_on;
use super::template_match::patterns;

const KEYS: [&str; 6] = [
    "index_patterns",
    "settings",
    "mappings",
    "aliases",
    "order",
    "version",
];

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct PutParameters {
    /// Whether a template of this name must not be there yet.
    create: Option<String>,
}

/// The URL's parameters of a read.
#[derive(Debug, Default, Deserialize)]
pub struct GetParameters {
    flat_settings: Option<String>,
}

/// `PUT /_template/{name}`
pub async fn put(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<PutParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let mut given: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the body of a template"))?;
    if let Some(key) = given.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(ElasticError::parse(format!(
            "unknown key [{key}] in the template"
        )));
    }
    if let Some(Value::Object(mappings)) = given.get("mappings") {
        check_untyped(mappings)?;
        check_depth(mappings)?;
    }
    let listed: Vec<Value> = patterns(&given).map(Value::from).collect();
    if listed.is_empty() {
        return Err(ElasticError::validation("index patterns are missing"));
    }
    given.insert("index_patterns".to_owned(), listed.into());
    let settings = match given.get("settings") {
        Some(Value::Object(settings)) if !settings.is_empty() => {
            json!({ "index": index_settings::below_index(settings) })
        }
        _ => json!({}),
    };
    given.insert("settings".to_owned(), settings);
    given.entry("order").or_insert_with(|| json!(0));
    for part in ["mappings", "aliases"] {
        given.entry(part).or_insert_with(|| json!({}));
    }
    let only_new = is_on(parameters.create.as_deref());
    let change = |catalog: &mut Catalog| {
        if only_new && catalog.templates.contains_key(&name) {
            return Err(ElasticError::illegal_argument(format!(
                "index_template [{name}] already exists"
            )));
        }
        catalog.templates.insert(name, given);
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `GET /_template`
pub async fn get_all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    // That there is none is no failure when all are asked for.
    let (_, all) = chosen(&catalog.templates, "*");
    Ok(all)
}

/// `GET /_template/{name}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<GetParameters>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let catalog = state.catalog.read().await?;
    let (status, Json(mut found)) = chosen(&catalog.templates, &name);
    if is_on(parameters.flat_settings.as_deref()) {
        let templates = found.as_object_mut().into_iter().flatten();
        for (_, template) in templates {
            let mut flat = Map::new();
            flatten("", &template["settings"], &mut flat);
            template["settings"] = flat.into();
        }
    }
    Ok((status, Json(found)))
}

/// `DELETE /_template/{name}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let change = |catalog: &mut Catalog| match catalog::remove(&mut catalog.templates, &name)
        || name.contains('*')
    {
        true => Ok(()),
        false => Err(ElasticError::new(
            StatusCode::NOT_FOUND,
            "index_template_missing_exception",
            format!("index_template [{name}] missing"),
        )),
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}
