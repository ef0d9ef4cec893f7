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
use super::template_match::{composed, for_index, patterns};

/// `POST /_index_template/_simulate_index/{index}`
pub async fn of_index(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let definition = for_index(&catalog, &index).map_or_else(Map::new, |made| made.definition);
    Ok(Json(simulated(definition, Vec::new())))
}

/// `POST /_index_template/_simulate/{name}`
pub async fn of_template(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
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
    let template: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the template"))?;
    if patterns(&template).next().is_none() {
        return Err(ElasticError::validation(
            "index patterns are missing; name in [index_patterns] which indices the template is for",
        ));
    }
    let catalog = state.catalog.read().await?;
    let overlapping = overlapping(&catalog, &template, "");
    Ok(Json(simulated(composed(&catalog, &template), overlapping)))
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
        .map(|(name, other)| {
            let patterns: Vec<&str> = patterns(other).collect();
            json!({ "name": name, "index_patterns": patterns })
        })
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
