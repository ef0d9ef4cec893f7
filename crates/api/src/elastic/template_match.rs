//! What an index is made with when its name matches a template. Never makes it.

use serde_json::{Map, Value};
use swarmscope_query::indices::wildcard_matches;

use super::catalog::{Catalog, merge};
use super::mapping::nest;

/// What a template makes.
#[derive(Debug, Clone, PartialEq)]
pub struct FromTemplate {
    /// Settings, mappings and aliases.
    pub definition: Map<String, Value>,
    /// The template's name, when what it makes is a data stream.
    pub data_stream: Option<String>,
}

/// What an index of this name is made with; `None` when no template matches.
pub fn for_index(catalog: &Catalog, index: &str) -> Option<FromTemplate> {
    let matching = catalog.index_templates.iter();
    let best = matching
        .filter(|(_, template)| patterns(template).any(|own| wildcard_matches(own, index)))
        .max_by_key(|(_, template)| priority(template));
    match best {
        Some((name, template)) => Some(FromTemplate {
            definition: composed(catalog, template),
            data_stream: template.contains_key("data_stream").then(|| name.clone()),
        }),
        None => by_legacy_templates(catalog, index),
    }
}

/// The parts of an index template, and what it says itself over them.
pub fn composed(catalog: &Catalog, template: &Map<String, Value>) -> Map<String, Value> {
    let mut definition = Map::new();
    let parts = template.get("composed_of").and_then(Value::as_array);
    let parts = parts.into_iter().flatten().filter_map(Value::as_str);
    let parts = parts.filter_map(|part| catalog.component_templates.get(part));
    for part in parts.chain([template]) {
        if let Some(Value::Object(template)) = part.get("template") {
            let mut template = template.clone();
            if let Some(Value::Object(mappings)) = template.get_mut("mappings") {
                nest(mappings);
            }
            merge(&mut definition, &template);
        }
    }
    definition
}

/// All of `_template` that match, those of higher order over the others.
fn by_legacy_templates(catalog: &Catalog, index: &str) -> Option<FromTemplate> {
    let matching = catalog.templates.values();
    let mut matching: Vec<&Map<String, Value>> = matching
        .filter(|template| patterns(template).any(|own| wildcard_matches(own, index)))
        .collect();
    if matching.is_empty() {
        return None;
    }
    matching.sort_by_key(|template| template.get("order").and_then(Value::as_i64).unwrap_or(0));
    let mut definition = Map::new();
    for template in matching {
        for part in ["settings", "mappings", "aliases"] {
            if let Some(own) = template.get(part) {
                let mut own = own.clone();
                if let (Value::Object(mappings), "mappings") = (&mut own, part) {
                    nest(mappings);
                }
                merge(&mut definition, &Map::from_iter([(part.to_owned(), own)]));
            }
        }
    }
    Some(FromTemplate {
        definition,
        data_stream: None,
    })
}

/// Which names a template is for.
pub fn patterns(template: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let patterns = template.get("index_patterns");
    let one = patterns.and_then(Value::as_str);
    let many = patterns.and_then(Value::as_array).into_iter().flatten();
    one.into_iter().chain(many.filter_map(Value::as_str))
}

/// Which of several templates counts: the highest.
pub fn priority(template: &Map<String, Value>) -> i64 {
    template
        .get("priority")
        .and_then(Value::as_i64)
        .unwrap_or(0)
}
