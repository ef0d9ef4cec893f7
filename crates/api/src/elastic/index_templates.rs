//! `_index_template` and `_component_template`: what indices are made with.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_query::indices::wildcard_matches;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::Catalog;
use super::errors::ElasticError;
use super::index_settings;
use super::mapping::check_depth;
use super::parameters::is_on;
use super::template_match::{patterns, priority};

type Bodies = BTreeMap<String, Map<String, Value>>;

/// The two kinds, which differ in names and in what they may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Index,
    Component,
}

impl Kind {
    fn of(self, catalog: &Catalog) -> &Bodies {
        match self {
            Kind::Index => &catalog.index_templates,
            Kind::Component => &catalog.component_templates,
        }
    }

    fn of_mut(self, catalog: &mut Catalog) -> &mut Bodies {
        match self {
            Kind::Index => &mut catalog.index_templates,
            Kind::Component => &mut catalog.component_templates,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Kind::Index => "index_template",
            Kind::Component => "component_template",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Index => "index template",
            Kind::Component => "component template",
        }
    }

    fn may_say(self, key: &str) -> bool {
        let both = ["template", "version", "_meta", "deprecated"];
        let index = [
            "index_patterns",
            "composed_of",
            "priority",
            "data_stream",
            "allow_auto_create",
            "ignore_missing_component_templates",
        ];
        both.contains(&key) || (self == Kind::Index && index.contains(&key))
    }

    fn required(self) -> &'static str {
        match self {
            Kind::Index => "index_patterns",
            Kind::Component => "template",
        }
    }
}

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct PutParameters {
    create: Option<String>,
}

/// `PUT /_index_template/{name}`
pub async fn put_index(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<PutParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put(&state, Kind::Index, name, &parameters, &body).await
}

/// `PUT /_component_template/{name}`
pub async fn put_component(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<PutParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put(&state, Kind::Component, name, &parameters, &body).await
}

async fn put(
    state: &ElasticState,
    kind: Kind,
    name: String,
    parameters: &PutParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let body = read(kind, body)?;
    let only_new = is_on(parameters.create.as_deref());
    let change = |catalog: &mut Catalog| {
        if only_new && kind.of(catalog).contains_key(&name) {
            let reason = format!("{} [{name}] already exists", kind.words());
            return Err(ElasticError::illegal_argument(reason));
        }
        if kind == Kind::Index {
            check_index_template(catalog, &name, &body)?;
        }
        kind.of_mut(catalog).insert(name, body);
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

fn read(kind: Kind, body: &[u8]) -> Result<Map<String, Value>, ElasticError> {
    let mut body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| ElasticError::content(&error, "the body of a template"))?;
    if let Some(key) = body.keys().find(|key| !kind.may_say(key)) {
        let reason = format!("[{}] unknown field [{key}]", kind.key());
        return Err(ElasticError::unreadable(reason));
    }
    if !body.contains_key(kind.required()) {
        let reason = format!("Required [{}]", kind.required());
        return Err(ElasticError::illegal_argument(reason));
    }
    if kind == Kind::Index {
        let listed: Vec<Value> = patterns(&body).map(Value::from).collect();
        body.insert("index_patterns".to_owned(), listed.into());
        body.entry("composed_of").or_insert_with(|| json!([]));
    }
    check_mappings(&body)?;
    if let Some(Value::Object(template)) = body.get_mut("template")
        && let Some(Value::Object(settings)) = template.get("settings")
    {
        let settings = json!({ "index": index_settings::below_index(settings) });
        template.insert("settings".to_owned(), settings);
    }
    Ok(body)
}

/// Looks at the mappings that a template makes.
///
/// # Errors
/// When they are nested too deep.
pub fn check_mappings(body: &Map<String, Value>) -> Result<(), ElasticError> {
    let mappings = body
        .get("template")
        .and_then(|template| template.get("mappings"));
    let mappings = mappings.and_then(Value::as_object);
    mappings.map_or(Ok(()), check_depth)
}

fn check_index_template(
    catalog: &Catalog,
    name: &str,
    body: &Map<String, Value>,
) -> Result<(), ElasticError> {
    let parts = body.get("composed_of").and_then(Value::as_array);
    let ignored = body
        .get("ignore_missing_component_templates")
        .and_then(Value::as_array);
    let missing: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !ignored.is_some_and(|ignored| ignored.contains(part)))
        .filter_map(Value::as_str)
        .filter(|part| !catalog.component_templates.contains_key(*part))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(ElasticError::new(
            StatusCode::BAD_REQUEST,
            "invalid_index_template_exception",
            format!(
                "index_template [{name}] invalid, cause [index template [{name}] specifies component templates \
                 [{missing}] that do not exist]"
            ),
        ));
    }
    let own: Vec<&str> = patterns(body).collect();
    let clash = catalog.index_templates.iter().find(|(other, template)| {
        *other != name
            && priority(template) == priority(body)
            && patterns(template).any(|theirs| own.iter().any(|own| may_overlap(own, theirs)))
    });
    if let Some((other, template)) = clash {
        let (own, theirs) = (
            own.join(", "),
            patterns(template).collect::<Vec<_>>().join(", "),
        );
        return Err(ElasticError::illegal_argument(format!(
            "index template [{name}] has index patterns [{own}] matching patterns from existing templates [{other}] \
             with patterns ({other} => [{theirs}]) that have the same priority [{}], multiple index templates may \
             not match during index creation, please use a different priority",
            priority(body)
        )));
    }
    Ok(())
}

/// Whether one name can match both patterns, as far as one of them, read as a name, tells.
fn may_overlap(a: &str, b: &str) -> bool {
    wildcard_matches(a, b) || wildcard_matches(b, a)
}

/// `GET /_index_template`
pub async fn get_all_index(
    State(state): State<ElasticState>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    get(&state, Kind::Index, "*").await
}

/// `GET /_index_template/{name}`
pub async fn get_index(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    get(&state, Kind::Index, &name).await
}

/// `GET /_component_template`
pub async fn get_all_component(
    State(state): State<ElasticState>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    get(&state, Kind::Component, "*").await
}

/// `GET /_component_template/{name}`
pub async fn get_component(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    get(&state, Kind::Component, &name).await
}

async fn get(
    state: &ElasticState,
    kind: Kind,
    pattern: &str,
) -> Result<(StatusCode, Json<Value>), ElasticError> {
    let catalog = state.catalog.read().await?;
    let chosen: Vec<Value> = kind
        .of(&catalog)
        .iter()
        .filter(|(name, _)| pattern.split(',').any(|own| wildcard_matches(own, name)))
        .map(|(name, body)| json!({ "name": name, kind.key(): body }))
        .collect();
    let status = match chosen.is_empty() && pattern != "*" {
        false => StatusCode::OK,
        true if pattern.contains('*') => StatusCode::NOT_FOUND,
        true => {
            return Err(ElasticError::not_found(format!(
                "{} matching [{pattern}] not found",
                kind.words()
            )));
        }
    };
    let body = json!({ format!("{}s", kind.key()): chosen });
    Ok((status, Json(body)))
}

/// `DELETE /_index_template/{name}`
pub async fn delete_index(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let change = |catalog: &mut Catalog| match catalog.index_templates.remove(&name) {
        Some(_) => Ok(()),
        None => Err(ElasticError::new(
            StatusCode::NOT_FOUND,
            "index_template_missing_exception",
            format!("index_template [{name}] missing"),
        )),
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `DELETE /_component_template/{name}`
pub async fn delete_component(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let change = |catalog: &mut Catalog| {
        let used_by = catalog.index_templates.iter().filter(|(_, template)| {
            let parts = template.get("composed_of").and_then(Value::as_array);
            parts.is_some_and(|parts| parts.iter().any(|part| part == name.as_str()))
        });
        let used_by: Vec<&str> = used_by.map(|(name, _)| name.as_str()).collect();
        if !used_by.is_empty() {
            let used_by = used_by.join(", ");
            return Err(ElasticError::illegal_argument(format!(
                "component templates [{name}] cannot be removed as they are still in use by index templates \
                 [{used_by}]"
            )));
        }
        match catalog.component_templates.remove(&name) {
            Some(_) => Ok(()),
            None => Err(ElasticError::not_found(name.as_str())),
        }
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}
