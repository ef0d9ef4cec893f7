//! `_settings` of indices: kept and given back, as texts, with those that every index has.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_SETTING_PARTS;
use swarmscope_query::indices::wildcard_matches;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{Catalog, merge};
use super::errors::ElasticError;
use super::parameters::{IndicesOptions, is_on};

/// What an index is made with and never changes.
const FIXED: [&str; 3] = ["number_of_shards", "routing_partition_size", "uuid"];

/// Settings are texts, however they were given.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => value.to_string().into(),
        Value::Object(inner) => {
            let inner = inner.iter();
            Value::Object(
                inner
                    .map(|(key, value)| (key.clone(), as_text(value)))
                    .collect(),
            )
        }
        value => value.clone(),
    }
}

/// Settings as they stand below `index`, whether they were given there or with `index.` in front.
pub fn below_index(given: &Map<String, Value>) -> Map<String, Value> {
    let mut index = Map::new();
    for (key, value) in given {
        match (key.as_str(), value) {
            ("index", Value::Object(inner)) => {
                let inner = inner.iter();
                let inner = inner
                    .map(|(key, value)| (key.clone(), as_text(value)))
                    .collect();
                merge(&mut index, &inner);
            }
            (key, value) => {
                let name = key.strip_prefix("index.").unwrap_or(key);
                index.insert(name.to_owned(), as_text(value));
            }
        }
    }
    index
}

/// What was given, below `index`, with what every index has.
pub fn settings_of(info: &IndexInfo) -> Value {
    let given = info.definition.get("settings").and_then(Value::as_object);
    let mut index = given.map_or_else(Map::new, below_index);
    for (key, value) in [("number_of_shards", "1"), ("number_of_replicas", "0")] {
        index.entry(key).or_insert_with(|| json!(value));
    }
    index.insert("provided_name".to_owned(), json!(info.name));
    index.insert(
        "creation_date".to_owned(),
        json!(info.created_at.to_string()),
    );
    index.insert("uuid".to_owned(), json!(info.uuid));
    json!({ "index": index })
}

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct SettingsParameters {
    flat_settings: Option<String>,
    include_defaults: Option<String>,
    preserve_existing: Option<String>,
    #[serde(flatten)]
    indices: IndicesOptions,
}

/// `GET /_settings`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<SettingsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", "*", &parameters).await
}

/// `GET /{index}/_settings`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SettingsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, "*", &parameters).await
}

/// `GET /_settings/{name}`
pub async fn named(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<SettingsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", &name, &parameters).await
}

/// `GET /{index}/_settings/{name}`
pub async fn named_of(
    State(state): State<ElasticState>,
    Path((index, name)): Path<(String, String)>,
    Parameters(parameters): Parameters<SettingsParameters>,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, &name, &parameters).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    names: &str,
    parameters: &SettingsParameters,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(index, &parameters.indices).await?;
    let mut reply = Map::new();
    for info in found.indices {
        let mut flat = Map::new();
        flatten("", &settings_of(&info), &mut flat);
        flat.retain(|key, _| {
            let mut names = names.split(',');
            names.any(|name| name == "_all" || wildcard_matches(name, key))
        });
        let settings = match is_on(parameters.flat_settings.as_deref()) {
            true => flat,
            false => nested(flat),
        };
        let is_full = is_on(parameters.include_defaults.as_deref());
        if settings.is_empty() && !is_full {
            continue;
        }
        let mut told = json!({ "settings": settings });
        if is_full {
            told["defaults"] = defaults(&info, names, parameters);
        }
        reply.insert(info.name, told);
    }
    Ok(Json(reply.into()))
}

/// The settings that nobody gave and that mean something here.
const DEFAULTS: [(&str, &str); 6] = [
    ("index.default_pipeline", "_none"),
    ("index.final_pipeline", "_none"),
    ("index.hidden", "false"),
    ("index.mapping.coerce", "false"),
    ("index.refresh_interval", "1s"),
    ("index.search.idle.after", "30s"),
];

fn defaults(info: &IndexInfo, names: &str, parameters: &SettingsParameters) -> Value {
    let mut given = Map::new();
    flatten("", &settings_of(info), &mut given);
    let is_meant = |key: &str| {
        let mut names = names.split(',');
        names.any(|name| name == "_all" || wildcard_matches(name, key))
    };
    let flat: Map<String, Value> = DEFAULTS
        .into_iter()
        .filter(|(key, _)| !given.contains_key(*key))
        .filter(|(key, _)| is_meant(key))
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    match is_on(parameters.flat_settings.as_deref()) {
        true => flat.into(),
        false => nested(flat).into(),
    }
}

/// Settings by their whole names.
pub fn flatten(at: &str, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = match at {
                    "" => key.clone(),
                    at => format!("{at}.{key}"),
                };
                flatten(&path, value, into);
            }
        }
        value => drop(into.insert(at.to_owned(), value.clone())),
    }
}

/// Refuses settings whose names have very many parts: each becomes an object in an object.
///
/// # Errors
/// With the limit.
pub fn check_setting_names(settings: &Map<String, Value>) -> Result<(), ElasticError> {
    fn parts(settings: &Map<String, Value>) -> usize {
        let own = settings.iter().map(|(name, value)| {
            let inner = value.as_object().map_or(0, parts);
            name.split('.').count() + inner
        });
        own.max().unwrap_or(0)
    }
    match parts(settings) > MAX_SETTING_PARTS {
        true => Err(ElasticError::illegal_argument(format!(
            "the name of a setting has more than {MAX_SETTING_PARTS} parts between dots"
        ))),
        false => Ok(()),
    }
}

/// Settings by their whole names as objects in objects.
pub fn nested(flat: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for (path, value) in flat {
        // One that was kept before there was a limit stays as it is.
        if path.split('.').count() > MAX_SETTING_PARTS + 1 {
            out.insert(path, value);
            continue;
        }
        let inner = path
            .rsplit('.')
            .fold(value, |value, key| json!({ key: value }));
        if let Value::Object(inner) = inner {
            merge(&mut out, &inner);
        }
    }
    out
}

/// `PUT /_settings`
pub async fn put_all(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    change(&state, "", &body, &SettingsParameters::default()).await
}

/// `PUT /{index}/_settings`
pub async fn put(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<SettingsParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    change(&state, &index, &body, &parameters).await
}

async fn change(
    state: &ElasticState,
    index: &str,
    body: &[u8],
    parameters: &SettingsParameters,
) -> Result<Json<Value>, ElasticError> {
    let mut given: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| ElasticError::content(&error, "the settings"))?;
    if let Some(Value::Object(inner)) = given.remove("settings") {
        given.extend(inner);
    }
    check_setting_names(&given)?;
    let settings = below_index(&given);
    if settings.is_empty() {
        return Err(ElasticError::validation("no settings to update"));
    }
    let found = state.resolve(index, &parameters.indices).await?;
    if let Some(name) = settings.keys().find(|name| FIXED.contains(&name.as_str())) {
        let open = found.indices.iter();
        let open: Vec<String> = open
            .map(|info| format!("[{}/{}]", info.name, info.uuid))
            .collect();
        return Err(ElasticError::illegal_argument(format!(
            "Can't update non dynamic settings [[index.{name}]] for open indices [{}]",
            open.join(", ")
        )));
    }
    let preserves = is_on(parameters.preserve_existing.as_deref());
    let put = |catalog: &mut Catalog| {
        for info in found.indices {
            let own = settings_of(&info);
            let mut present = Map::new();
            flatten("", &own, &mut present);
            let changes = catalog.changes.entry(info.uuid).or_default();
            for (key, value) in &settings {
                if preserves && present.contains_key(&format!("index.{key}")) {
                    continue;
                }
                changes.settings.insert(key.clone(), value.clone());
            }
        }
        Ok(())
    };
    state.catalog.change(put).await?;
    Ok(Json(json!({ "acknowledged": true })))
}
