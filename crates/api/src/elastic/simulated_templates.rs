//! `_index_template/_simulate` and `_simulate_index`: what an index would be made with. Never makes one, and keeps no
//! template.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::wildcard_matches;

use super::ElasticState;
use super::body::Body;
use super::catalog::Catalog;
use super::errors::ElasticError;
use super::index_settings::{below_index, flatten, nested};
use super::index_templates::check_mappings;
use super::template_match::{composed, for_index, patterns, priority};

/// `POST /_index_template/_simulate_index/{index}`
pub async fn of_index(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    if let Some(template) = given(&body)? {
        let overlapping = overlapping(&catalog, &template, "");
        return Ok(Json(simulated(composed(&catalog, &template), overlapping)));
    }
    let definition = for_index(&catalog, &index).map_or_else(Map::new, |made| made.definition);
    let overlapping = matching(&catalog, &index);
    Ok(Json(simulated(definition, overlapping)))
}

/// `POST /_index_template/_simulate/{name}`
pub async fn of_template(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    if let Some(template) = given(&body)? {
        let overlapping = overlapping(&catalog, &template, &name);
        return Ok(Json(simulated(composed(&catalog, &template), overlapping)));
    }
    let template = catalog.index_templates.get(&name).ok_or_else(|| {
        ElasticError::illegal_argument(format!(
            "unable to simulate template [{name}] that does not exist"
        ))
    })?;
    let overlapping = overlapping(&catalog, template, &name);
    Ok(Json(simulated(composed(&catalog, template), overlapping)))
}

/// `POST /_index_template/_simulate`: the template is in the body.
pub async fn of_body(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let template = given(&body)?.ok_or_else(without_patterns)?;
    let catalog = state.catalog.read().await?;
    let overlapping = overlapping(&catalog, &template, "");
    Ok(Json(simulated(composed(&catalog, &template), overlapping)))
}

/// The template of a body; `None` when there is no body.
fn given(body: &[u8]) -> Result<Option<Map<String, Value>>, ElasticError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let template: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| ElasticError::content(&error, "the template"))?;
    check_mappings(&template)?;
    let has_patterns = patterns(&template).next().is_some();
    match has_patterns {
        true => Ok(Some(template)),
        false => Err(without_patterns()),
    }
}

fn without_patterns() -> ElasticError {
    ElasticError::validation(
        "index patterns are missing; name in [index_patterns] which indices the template is for",
    )
}

/// The other templates that an index of this name matches, besides the one that it is made from.
fn matching(catalog: &Catalog, index: &str) -> Vec<Value> {
    let is_for =
        |template: &Map<String, Value>| patterns(template).any(|own| wildcard_matches(own, index));
    let newer = catalog.index_templates.iter();
    let newer = newer.filter(|(_, template)| is_for(template));
    let best = newer.clone().max_by_key(|(_, template)| priority(template));
    let Some((best, _)) = best else {
        return Vec::new();
    };
    let others = newer.filter(|(name, _)| *name != best);
    let older = catalog.templates.iter();
    let older = older.filter(|(_, template)| is_for(template));
    older.chain(others).map(told).collect()
}

fn told((name, template): (&String, &Map<String, Value>)) -> Value {
    let patterns: Vec<&str> = patterns(template).collect();
    json!({ "name": name, "index_patterns": patterns })
}

/// The other templates that are for some of the same names.
fn overlapping(catalog: &Catalog, template: &Map<String, Value>, own: &str) -> Vec<Value> {
    let meets = |other: &Map<String, Value>| {
        patterns(other).any(|theirs| {
            patterns(template)
                .any(|ours| wildcard_matches(ours, theirs) || wildcard_matches(theirs, ours))
        })
    };
    let all = catalog.templates.iter().chain(&catalog.index_templates);
    all.filter(|(name, other)| *name != own && meets(other))
        .map(told)
        .collect()
}

fn simulated(mut definition: Map<String, Value>, overlapping: Vec<Value>) -> Value {
    if let Some(Value::Object(settings)) = definition.get("settings") {
        let mut flat = Map::new();
        let settings = Value::Object(below_index(settings));
        flatten("", &json!({ "index": settings }), &mut flat);
        definition.insert("settings".to_owned(), nested(flat).into());
    }
    for part in ["settings", "mappings", "aliases"] {
        definition.entry(part).or_insert_with(|| json!({}));
    }
    json!({ "template": definition, "overlapping": overlapping })
}
